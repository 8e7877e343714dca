"""Reads zones of DNSControl, as `dnscontrol print-ir` prints them. Its JavaScript is not run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.setup.moving.draft import Draft
from cli.setup.moving.zones.records import WrittenSet, carry_zone

INSTEAD = "run `dnscontrol print-ir --pretty --out zones.json`, and give that file"
"""What to do with a dnsconfig.js."""
_TYPES = {"ALIAS": "CNAME"}


def is_given(value: Mapping[str, Any]) -> bool:
    """Return whether a document is what `dnscontrol print-ir` prints."""
    domains = value.get("domains")
    return isinstance(domains, list) and any(isinstance(one, Mapping) and "records" in one for one in domains)


def read_ir(draft: Draft, value: Mapping[str, Any]) -> None:
    """Put the zones of an intermediate representation into the settings."""
    for domain in (one for one in value["domains"] if isinstance(one, Mapping)):
        listed = domain.get("records")
        records = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        carry_zone(draft, str(domain.get("name", "")).partition("!")[0], (_of_ir(one) for one in records))


def _of_ir(one: Mapping[str, Any]) -> WrittenSet:
    kind, target = str(one.get("type")), str(one.get("target", ""))
    numbers = {
        "MX": [one.get("mxpreference", 0)],
        "SRV": [one.get("srvpriority", 0), one.get("srvweight", 0), one.get("srvport", 0)],
        "CAA": [one.get("caaflag", 0), one.get("caatag", "")],
    }
    content = " ".join(map(str, [*numbers.get(kind, ()), f'"{target}"' if kind == "CAA" else target]))
    meta = one.get("meta") if isinstance(one.get("meta"), Mapping) else {}
    proxied = str(dict(meta or {}).get("cloudflare_proxy", "off")) in ("on", "full")
    more: dict[str, Any] = {"proxied": True} if proxied else {"ttl": one["ttl"]} if one.get("ttl") else {}
    return WrittenSet(str(one.get("name") or "@"), _TYPES.get(kind, kind), (content,), more)
