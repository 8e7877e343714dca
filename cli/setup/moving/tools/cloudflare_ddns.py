"""Reads the options and variables of the cloudflare-ddns that has an election."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cli.setup.moving.draft import Draft
from cli.setup.moving.tools.ways import told

TOOL = "cloudflare-ddns"
_SHORT = {"-s": "subdomains", "-p": "proxied", "-i": "interval"}
_SWITCHES = {"proxied", "ipv4", "ipv6", "purge"}


def is_given(arguments: Sequence[str]) -> bool:
    """Return whether these are arguments of the one with an election."""
    return any(one == "-s" or one.partition("=")[0] == "--subdomains" for one in arguments)


def read(draft: Draft, arguments: Sequence[str], variables: Mapping[str, str | None]) -> None:
    """Tell all options and variables, and put what they become into the settings."""
    said = _said(draft, arguments)
    _names(draft, said.pop("subdomains", ""), variables.get("CF_ZONE_ID"))
    given = [family for family in ("ipv4", "ipv6") if said.pop(family, None)]
    for family in given:
        draft.carry(f"--{family}", "wan.families", given)
    if "purge" not in said:
        draft.carry("no --purge", "policy", "upsert-only")
    options = {f"--{option}": "sync" if option == "purge" else value for option, value in said.items()}
    told(draft, TOOL, {**variables, **options}, ("CF_ZONE_ID",))
    draft.adopt += ["--from", TOOL]


def _said(draft: Draft, arguments: Sequence[str]) -> dict[str, str]:
    """Return the options among arguments, and tell the rest."""
    said: dict[str, str] = {}
    words = [word for number, word in enumerate(arguments) if number or word.startswith("-")]
    while words:
        name, equals, value = words.pop(0).partition("=")
        option = _SHORT.get(name, name.removeprefix("--"))
        if not equals and option not in _SWITCHES and words and not words[0].startswith("-"):
            value = words.pop(0)
        if not name.startswith("-"):
            draft.lost(name, "no option of this tool is written so")
        else:
            said[option] = value or "true"
    return said


def _names(draft: Draft, listed: str, zone_id: str | None) -> None:
    """Tell the names. Of their zone the id alone is known."""
    choice = {"ids": [zone_id]} if zone_id else {}
    if zone_id:
        draft.carry("CF_ZONE_ID", "zones", [{"auto": choice}], f"zones: auto, ids: {zone_id}")
    names = []
    for name in (one.strip() for one in listed.split(",") if one.strip()):
        if draft.fits(f"--subdomains: {name}", "zones", [{"zone": "example.com", "names": [name]}]):
            draft.same(f"--subdomains: {name}", f"names: {name}")
            names.append(name)
    draft.settings["zones"] = [{"auto": choice, "names": names}]
