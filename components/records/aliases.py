"""Aliases: the types that make a name one, and what each provider lets stand beside them.

A CNAME stands alone at its name (RFC 1034, 3.6.2). An alias that the provider answers with addresses is none in the
DNS: at Cloudflare a proxied CNAME, and one at the zone's own name, which is always flattened; at Gandi an ALIAS, which
LiveDNS has for the zone's own name only. Beside such a one all stands but addresses and other aliases.
https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/,
https://github.com/DNSControl/dnscontrol/issues/4181, https://github.com/octodns/octodns/pull/619
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from components.records.providers import Provider

CNAME = "CNAME"
ALIASES = frozenset({CNAME, "ALIAS"})
WHY = {
    CNAME: "a CNAME stands alone at its name (RFC 1034, 3.6.2)",
    "ALIAS": "an ALIAS has the addresses of its name",
}
"""Why another record cannot stand beside an alias, by its type."""
_ADDRESSES = frozenset({"A", "AAAA"})


class Neighbour(NamedTuple):
    """A record at a name, as far as it matters to others there."""

    type: str
    proxied: bool = False


def clash(provider: Provider, one: Neighbour, other: Neighbour, *, at_apex: bool) -> bool:
    """Whether two records of one name cannot stand beside each other, or are of one set."""
    if one.type == other.type:
        return True
    alias, beside = (one, other) if one.type in ALIASES else (other, one)
    if alias.type not in ALIASES:
        return False
    if beside.type in _ADDRESSES | ALIASES:
        return True
    if beside.type == "NS" and not at_apex:
        return True
    return not (alias.proxied or (at_apex and alias.type == provider.apex_alias))


def objection(provider: Provider, one: Neighbour, others: Collection[Neighbour], *, at_apex: bool) -> tuple[str, str]:
    """Return in words why a record cannot stand beside others of its name, and the way out; "" if it can.

    others: of other types.
    """
    clashing = [other for other in others if clash(provider, one, other, at_apex=at_apex)]
    if not clashing:
        return "", ""
    there = (one, *clashing)
    alias = next(each for each in there if each.type in ALIASES)
    beside = [each for each in there if each != alias]
    proxied = Neighbour(alias.type, proxied=True)
    helps = provider.proxies and not any(clash(provider, proxied, each, at_apex=at_apex) for each in beside)
    types = ", ".join(sorted(each.type for each in beside))
    do = f"{WHY[alias.type]}: keep one of the two{', or set proxied: true for the CNAME' if helps else ''}"
    return f"a {alias.type} and {types} records", do
