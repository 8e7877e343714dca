"""Reads the config.json of timothymiller's cloudflare-ddns. Its variables, since version 2, are favonia's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.setup.moving.draft import Draft, truth
from cli.setup.moving.tools import addresses
from cli.setup.moving.tools.ways import UNKNOWN, told

SHORTEST_TTL = 30
"""Seconds; a shorter one is automatic to the tool (its src/config.rs)."""
_PLACEHOLDERS = {"", "api_token_here", "api_key_here", "your_email_here"}
_KNOWN = {"cloudflare", "a", "aaaa", "ttl", "ip4_provider", "ip6_provider"}


def is_given(value: Mapping[str, Any]) -> bool:
    """Return whether a document is a config.json of the tool."""
    return isinstance(value.get("cloudflare"), list)


def read(draft: Draft, value: Mapping[str, Any], zone: str) -> None:
    """Tell all of the file, and put what it becomes into the settings. zone: the one of the file; "" where unknown."""
    told(draft, "timothymiller", value, _KNOWN)
    tokens: list[str] = []
    entries = [_zone(draft, position, one, tokens, zone) for position, one in enumerate(value["cloudflare"], 1)]
    if entries := [one for one in entries if one]:
        draft.settings["zones"] = entries
    providers = {}
    for family, switch, key in (("ipv4", "a", "ip4_provider"), ("ipv6", "aaaa", "ip6_provider")):
        on = truth(value.get(switch, True))
        what = key if key in value else switch if switch in value else f"{switch}, by default"
        providers[family] = (what, str(value.get(key) or "") if on else "none")
        if key in value and switch in value:
            draft.same(switch, f"wan.families {'with' if on else 'without'} {family}")
    addresses.families(draft, providers)
    _ttl(draft, value)
    draft.adopt += ["--from", "cloudflare-ddns"]


def _ttl(draft: Draft, value: Mapping[str, Any]) -> None:
    ttl = value.get("ttl", 300)
    automatic = isinstance(ttl, int) and ttl < SHORTEST_TTL
    what = "ttl" if "ttl" in value else "ttl, by default"
    draft.carry(what, "ttl", 1 if automatic else ttl, "ttl: automatic, as there below 30" if automatic else "")


def _zone(draft: Draft, position: int, entry: object, tokens: list[str], zone: str) -> dict[str, Any]:
    """Return the entry of `zones` for one of the file, which names its zone by the id alone. tokens: those so far."""
    what = f"cloudflare[{position}]"
    if not isinstance(entry, Mapping):
        draft.lost(what, "it is no mapping")
        return {}
    made: dict[str, Any] = {"auto": {"ids": [entry.get("zone_id")]}}
    if draft.fits(f"{what}.zone_id", "zones", [made]):
        draft.same(f"{what}.zone_id", f"zones: auto, ids: {entry.get('zone_id')}")
    made |= _credentials(draft, what, entry.get("authentication"), tokens)
    whole = bool(truth(entry.get("proxied", False)))
    if whole:
        made["proxied"] = True
    if "proxied" in entry:
        draft.same(f"{what}.proxied", f"proxied: {str(whole).lower()}")
    names = []
    for one in _subdomains(draft, what, entry):
        name = str(one.get("name", "") if isinstance(one, Mapping) else one).strip() or "@"
        is_proxied = bool(truth(one.get("proxied", False))) if isinstance(one, Mapping) else whole
        full = f"{name}.{zone}" if zone and "." in name and not name.endswith(f".{zone}") else name
        named = full if is_proxied == whole else {"name": full, "proxied": is_proxied}
        if "." in name and not zone:
            how = "the file has the zone's id alone: give --zone, or write it in full among names"
            draft.lost(f"{what}.subdomains: {name}", how)
        elif draft.fits(f"{what}.subdomains: {name}", "zones", [{"zone": zone or "example.com", "names": [named]}]):
            draft.same(f"{what}.subdomains: {name}", f"names: {name}")
            names.append(named)
        for key in one.keys() - {"name", "proxied"} if isinstance(one, Mapping) else ():
            draft.tell(f"{what}.subdomains: {name}.{key}", UNKNOWN, "")
    for key in entry.keys() - {"zone_id", "authentication", "proxied", "subdomains"}:
        draft.tell(f"{what}.{key}", UNKNOWN, "")
    return made | ({"names": names} if names else {})


def _subdomains(draft: Draft, what: str, entry: Mapping[str, Any]) -> list[object]:
    found = entry.get("subdomains")
    if isinstance(found, list):
        return found
    if found is not None:
        draft.lost(f"{what}.subdomains", "it is no list")
    return []


def _credentials(draft: Draft, what: str, said: object, tokens: list[str]) -> dict[str, str]:
    """Tell the variable of the credentials; a further token has one of its own, named by the zone."""
    given: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    token = str(given.get("api_token") or "")
    key = given.get("api_key")
    if isinstance(key, Mapping) and str(key.get("api_key") or "") not in _PLACEHOLDERS and token in _PLACEHOLDERS:
        draft.otherwise(f"{what}.authentication", "a secret, not copied: set CF_API_KEY and CF_API_EMAIL")
        return {}
    variable = variable_of(token, tokens, "CLOUDFLARE_API_TOKEN")
    draft.secret(f"{what}.authentication", variable)
    return {"token": variable} if variable != "CLOUDFLARE_API_TOKEN" else {}


def variable_of(token: str, tokens: list[str], usual: str) -> str:
    """Return the variable for a token: the usual one for the first of the tokens, a numbered one for a further one.

    tokens: those so far, to be compared with. They are stored nowhere.
    """
    if token not in tokens:
        tokens.append(token)
    number = tokens.index(token) + 1
    return usual if number == 1 else f"{usual}_{number}"
