"""Reads the options and variables of two further tools called cloudflare-ddns: the one with an election, and oznu's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cli.setup.moving.draft import Draft, truth
from cli.setup.moving.tools import addresses

TOOL = "cloudflare-ddns"
_SHORT = {"-s": "subdomains", "-p": "proxied", "-i": "interval"}
_SWITCHES = {"proxied", "ipv4", "ipv6", "purge"}
OPTIONS: Mapping[str, str] = {
    "proxied": "?proxied",
    "interval": "#wan.interval",
    "purge": "=policy",
    "election-lock-name": "=watch.election.lock_name",
    "election-lock-namespace": "=watch.election.lock_namespace",
    "election-lease-duration": "#watch.election.lease_duration",
    "election-renew-deadline": "#watch.election.renew_deadline",
}
"""The options that are told one by one."""
VARIABLES: Mapping[str, str] = {
    "CF_API_TOKEN": "$CF_API_TOKEN",
    "CF_API_KEY": "$CF_API_KEY",
    "CF_API_EMAIL": "~set CF_API_EMAIL, too",
}
OZNU: Mapping[str, str] = {
    "API_KEY": "$CLOUDFLARE_API_TOKEN",
    "API_KEY_FILE": "~CLOUDFLARE_API_TOKEN_FILE",
    "EMAIL": "~of a global API key: set CF_API_EMAIL beside CF_API_KEY",
    "PROXIED": "?proxied",
    "DELETE_ON_STOP": "?watch.cleanup_on_stop",
    "CRON": "~not needed: an address that changes is noticed within seconds",
    "DNS_SERVER": "~several operators are asked, and have to agree (docs/wan.md)",
    "CUSTOM_LOOKUP_CMD": "-no command is run; let it write a file: wan.sources: [file:/path]",
}
"""The variables of oznu's that are told one by one."""


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
    for option, value in said.items():
        unknown = "-no option of this tool is called so; one of a newer version?"
        draft.tell(f"--{option}", OPTIONS.get(option, unknown), "sync" if option == "purge" else value)
    for name in variables.keys() - {"CF_ZONE_ID"}:
        draft.tell(name, VARIABLES.get(name, "~no variable of the tool's own"), "")
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
    """Tell the names, which lie in a zone that is known by its id alone."""
    choice = {"ids": [zone_id]} if zone_id else {}
    if zone_id:
        draft.carry("CF_ZONE_ID", "zones", [{"auto": choice}], f"zones: auto, ids: {zone_id}")
    names = []
    for name in (one.strip() for one in listed.split(",") if one.strip()):
        if draft.fits(f"--subdomains: {name}", "zones", [{"zone": "example.com", "names": [name]}]):
            draft.same(f"--subdomains: {name}", f"names: {name}")
            names.append(name)
    draft.settings["zones"] = [{"auto": choice, "names": names}]


def read_oznu(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell all variables of oznu's, and put what they become into the settings."""
    zone, names = variables.get("ZONE") or "", variables.get("SUBDOMAIN") or "@"
    draft.carry("ZONE", "zone", zone)
    for name in names.split(","):
        draft.carry(f"SUBDOMAIN: {name}", "names[]", name if name == "@" or not zone else f"{name}.{zone}")
    is_ipv6 = variables.get("RRTYPE") == "AAAA"
    interface = variables.get("INTERFACE")
    provider = ("INTERFACE", f"local.iface:{interface}") if interface else ("the address", "")
    kind = "RRTYPE" if "RRTYPE" in variables else "RRTYPE, by default"
    addresses.families(draft, {"ipv6" if is_ipv6 else "ipv4": provider, "ipv4" if is_ipv6 else "ipv6": (kind, "none")})
    for name, value in variables.items():
        if name not in ("ZONE", "SUBDOMAIN", "RRTYPE", "INTERFACE"):
            way = OZNU.get(name, "-no variable of this tool is called so")
            draft.tell(name, way, value if truth(value) is not None else "")
    draft.adopt += ["--from", TOOL]
