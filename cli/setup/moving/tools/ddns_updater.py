"""Reads the config.json and the variables of qdm12's ddns-updater."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import IPv6Address, IPv6Interface
from typing import Any

from cli.setup.moving.draft import Draft, shown, truth
from cli.setup.moving.tools.timothymiller import variable_of
from cli.setup.moving.tools.ways import UNKNOWN, table, told
from components.plain_text import quoted
from stacks.model.addresses import host_part
from stacks.model.addresses.host_part import USUAL_NETWORK

PROVIDERS = ("cloudflare", "gandi")
_KNOWN = ("provider", "domain", "host", "ttl", "proxied", "ip_version", "ipv6_suffix", "zone_identifier", "token")
_OF_GANDI = "$GANDI_API_KEY"
"""The way of `key` in an entry of Gandi; in one of Cloudflare it is another secret."""
_VERSIONS: Mapping[str, list[str]] = {"ipv4": ["A"], "ipv6": ["AAAA"]}


def is_given(value: Mapping[str, Any]) -> bool:
    """Return whether a document is a config.json of the tool."""
    entries = value.get("settings")
    return isinstance(entries, list) and any(isinstance(one, Mapping) and "provider" in one for one in entries)


def read_variables(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell the variables of a container, the configuration in CONFIG with them."""
    if "CONFIG" in variables:
        _config(draft, variables["CONFIG"])
    told(draft, "ddns-updater variables", variables, ("CONFIG",))


def _config(draft: Draft, value: str | None) -> None:
    try:
        parsed = json.loads(value or "")
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, Mapping) or not is_given(parsed):
        draft.lost("CONFIG", "it is not here, or no JSON with settings: give its content as a file with --from")
        return
    draft.otherwise("CONFIG", "read as config.json is")
    read(draft, parsed)


def read(draft: Draft, value: Mapping[str, Any]) -> None:
    """Tell all of the file, and put what it becomes into the settings: names in full, beside the zones."""
    for key in value.keys() - {"settings"}:
        draft.tell(key, UNKNOWN, "")
    tokens: list[str] = []
    zones: list[dict[str, Any]] = []
    names: dict[str, dict[str, Any]] = {}
    versions: set[str] = set()
    for number, one in enumerate(value["settings"], 1):
        what, provider = f"settings[{number}]", one.get("provider") if isinstance(one, Mapping) else None
        if provider not in PROVIDERS:
            how = f"{quoted(str(provider))} is no provider here; let ddns-updater go on with it"
            draft.lost(what, how)
            continue
        _zone(draft, what, one, zones, tokens)
        _names(draft, what, one, names)
        _rest(draft, what, one)
        versions.add(str(one.get("ip_version") or "ipv4 or ipv6"))
    if zones:
        draft.settings["zones"] = zones
    families = [one for one in ("ipv4", "ipv6") if any(one in version for version in versions)]
    if families:
        draft.carry("ip_version", "wan.families", families)
    if len(families) == 1:
        names = {name: {key: part for key, part in one.items() if key != "types"} for name, one in names.items()}
    draft.settings["names"] = [one["name"] if len(one) == 1 else one for one in names.values()]
    draft.adopt += ["--from", "cloudflare-ddns"]


def _zone(draft: Draft, what: str, one: Mapping[str, Any], zones: list[dict[str, Any]], tokens: list[str]) -> None:
    """Add the zone of an entry: the domain where there is a host beside it, as in former versions; else by its id."""
    zone_id, is_cloudflare = one.get("zone_identifier"), one["provider"] == "cloudflare"
    choice = {"ids": [zone_id]} if zone_id else {}
    entry: dict[str, Any] = {"zone": one.get("domain")} if "host" in one else {"auto": choice}
    entry |= {} if is_cloudflare else {"provider": one["provider"]}
    token = str(one.get("token") or "")
    variable = variable_of(token, tokens, "CLOUDFLARE_API_TOKEN") if token else "CLOUDFLARE_API_TOKEN"
    entry |= {"token": variable} if variable != "CLOUDFLARE_API_TOKEN" else {}
    if draft.fits(f"{what}.domain", "zones", [entry]):
        shown = (
            f"zone: {one.get('domain')}" if "host" in one else f"zones: auto{f', ids: {zone_id}' if zone_id else ''}"
        )
        draft.same(f"{what}.{'domain' if 'host' in one else 'zone_identifier' if zone_id else 'provider'}", shown)
        zones += [] if entry in zones else [entry]
    if token:
        draft.secret(f"{what}.token", variable)


def _names(draft: Draft, what: str, one: Mapping[str, Any], names: dict[str, dict[str, Any]]) -> None:
    """Add the names of an entry. A name of two entries, one for each family, has both types."""
    is_proxied, ttl = truth(one.get("proxied", False)), one.get("ttl")
    host6 = _host6(draft, what, one)
    for name in _full_names(one):
        entry: dict[str, Any] = {"name": name}
        entry |= {"types": types} if (types := _VERSIONS.get(str(one.get("ip_version")))) else {}
        entry |= host6
        entry |= {"proxied": True} if is_proxied else {"ttl": ttl} if ttl not in (None, 1) else {}
        if not draft.fits(f"{what}: {name}", "names[]", entry):
            continue
        before = names.setdefault(name, entry)
        if before is not entry:
            both = before.get("types") != entry.get("types")
            before |= host6 if "host6" not in before else {}
            if {**before, "types": 0} != {**before, **entry, "types": 0}:
                draft.lost(f"{what}: {name}", "the name is there twice, with different values; the first counts")
                continue
            before.pop("types", None) if both else None
        draft.same(f"{what}: {name}", f"names: {shown(entry)}")


def _full_names(one: Mapping[str, Any]) -> list[str]:
    """Return the names of an entry: hosts below a domain, as in former versions, or several domains."""
    domains = [part.strip().rstrip(".") for part in str(one.get("domain") or "").split(",")]
    hosts = [part.strip() for part in str(one.get("host") or "@").split(",")]
    return [domain if host == "@" else f"{host}.{domain}" for domain in domains for host in hosts]


def _rest(draft: Draft, what: str, one: Mapping[str, Any]) -> None:
    for key in one.keys() - {*_KNOWN}:
        way = _OF_GANDI if (one["provider"], key) == ("gandi", "key") else table("ddns-updater entry").get(key, UNKNOWN)
        draft.tell(f"{what}.{key}", way, "")


def _host6(draft: Draft, what: str, one: Mapping[str, Any]) -> dict[str, Any]:
    """Return the host part of an entry: of its suffix the bits behind the network, whose length stands with it."""
    text = str(one.get("ipv6_suffix") or "").strip()
    if not text:
        return {}
    if one.get("ip_version") == "ipv4":
        draft.otherwise(f"{what}.ipv6_suffix", "not needed: the entry has no AAAA record")
        return {}
    try:
        suffix = IPv6Interface(text if "/" in text else f"{text}/{USUAL_NETWORK}")
        host = str(host_part.parse(f"{IPv6Address(int(suffix.ip) & int(suffix.hostmask))}/{suffix.network.prefixlen}"))
    except ValueError:
        draft.lost(f"{what}.ipv6_suffix", f"{quoted(text)} is no host part: write names with host6 (docs/wan.md)")
        return {}
    draft.same(f"{what}.ipv6_suffix", f"host6: {host}")
    return {"host6": host}
