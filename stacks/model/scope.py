"""The scope of a target: from where an address or a host name can be reached. Pure.

| scope   | addresses                                                   | names                                     |
|---------|-------------------------------------------------------------|-------------------------------------------|
| never   | of no host that a client elsewhere could mean: unspecified, | of a cluster or a link (`*.svc`,          |
|         | loopback, link-local, multicast, reserved, IPv4 inside IPv6 | `*.cluster.local`, `*.local`), reserved   |
|         |                                                             | ones, names without a dot                 |
| private | of a network that has them for itself (RFC 1918, 6598, 4193)| under a private suffix (`*.internal`)     |
| public  | all others                                                  | all others                                |

Addresses of documentation (RFC 5737, 3849, 9637) and the discard prefix (RFC 6666) are public ones here. No controller
reports them; people write them who mean a public address, in examples and laboratories, and at Cloudflare as the origin
of names without any (https://developers.cloudflare.com/workers/configuration/routing/routes/, `100::`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

LONGEST_ADDRESS = 64
"""Characters; an IPv6 address with its zone has fewer."""


class TargetScope(Enum):
    """The place from which a target can be reached."""

    PUBLIC = "public"
    PRIVATE = "private"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Reach:
    """The scope of a target. what: the kind of target in words, with its source; "" for a public one."""

    scope: TargetScope
    what: str = ""


PUBLIC = Reach(TargetScope.PUBLIC)


def _table(scope: TargetScope, rows: dict[str, str]) -> tuple[tuple[IPv4Network | IPv6Network, Reach], ...]:
    return tuple((ip_network(network), Reach(scope, what)) for network, what in rows.items())


# The first network that holds an address counts. https://www.iana.org/assignments/iana-ipv4-special-registry and
# https://www.iana.org/assignments/iana-ipv6-special-registry
_NETWORKS = (
    *((ip_network(one), PUBLIC) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")),
    *((ip_network(one), PUBLIC) for one in ("2001:db8::/32", "3fff::/20", "100::/64")),
    *_table(
        TargetScope.PRIVATE,
        {
            "10.0.0.0/8": "an address of a private network (RFC 1918)",
            "172.16.0.0/12": "an address of a private network (RFC 1918)",
            "192.168.0.0/16": "an address of a private network (RFC 1918)",
            "100.64.0.0/10": "an address of a carrier's NAT or an overlay network (RFC 6598)",
            "198.18.0.0/15": "an address of a test network (RFC 2544)",
            "fc00::/7": "an address of a private network (RFC 4193)",
            "fec0::/10": "an address of a site (RFC 3879)",
            "64:ff9b::/96": "an IPv4 address behind a NAT64 (RFC 6052)",
            "64:ff9b:1::/48": "an IPv4 address behind a NAT64 (RFC 8215)",
        },
    ),
    *_table(
        TargetScope.NEVER,
        {
            "0.0.0.0/8": "no host's address (RFC 1122)",
            "127.0.0.0/8": "a loopback address (RFC 1122)",
            "169.254.0.0/16": "a link-local address (RFC 3927)",
            "192.0.0.0/24": "reserved for protocols (RFC 6890)",
            "192.88.99.0/24": "of a relay that is no more (RFC 7526)",
            "224.0.0.0/4": "a multicast address (RFC 5771)",
            "255.255.255.255/32": "the broadcast address (RFC 919)",
            "240.0.0.0/4": "reserved (RFC 1112)",
            "::/128": "no host's address (RFC 4291)",
            "::1/128": "a loopback address (RFC 4291)",
            "::ffff:0:0/96": "an IPv4 address in IPv6's clothes (RFC 4291): write it as IPv4",
            "::/64": "the host part of an address without its network (RFC 4291)",
            "fe80::/10": "a link-local address (RFC 4291)",
            "ff00::/8": "a multicast address (RFC 4291)",
            "2001:10::/28": "no address that is routed (RFC 4843)",
            "2001:20::/28": "no address that is routed (RFC 7343)",
        },
    ),
)
_V4 = tuple((network, reach) for network, reach in _NETWORKS if network.version == 4)  # noqa: PLR2004 - IP version
_V6 = tuple((network, reach) for network, reach in _NETWORKS if network.version == 6)  # noqa: PLR2004 - IP version
_GIVEN_OUT = ip_network("2000::/3")
"""The range that IANA has given out for global unicast (RFC 4291, section 2.4)."""
_NOT_GIVEN_OUT = Reach(TargetScope.NEVER, "in a range that nobody has been given (RFC 4291)")
_OF_A_LINK = Reach(TargetScope.NEVER, "an address of one link only (RFC 4007)")

_SUFFIXES = {
    "cluster.local": Reach(TargetScope.NEVER, "a name of the cluster's own DNS"),
    "svc": Reach(TargetScope.NEVER, "a name of the cluster's own DNS"),
    "local": Reach(TargetScope.NEVER, "a name of one link (RFC 6762)"),
    "localhost": Reach(TargetScope.NEVER, "a name of the asking machine itself (RFC 6761)"),
    "localdomain": Reach(TargetScope.NEVER, "a name of the asking machine itself"),
    "invalid": Reach(TargetScope.NEVER, "a name that never is (RFC 6761)"),
    "test": Reach(TargetScope.NEVER, "a name for tests (RFC 6761)"),
    "onion": Reach(TargetScope.NEVER, "a name that is not in the DNS (RFC 7686)"),
    "alt": Reach(TargetScope.NEVER, "a name that is not in the DNS (RFC 9476)"),
    "in-addr.arpa": Reach(TargetScope.NEVER, "a name of an address, not of a host (RFC 1035)"),
    "ip6.arpa": Reach(TargetScope.NEVER, "a name of an address, not of a host (RFC 3596)"),
    "home.arpa": Reach(TargetScope.PRIVATE, "a name of a home network (RFC 8375)"),
    # Resolution 2024.07.29.06 of ICANN's board for internal; RFC 6762, appendix G, for the others.
    **dict.fromkeys(
        ("internal", "intranet", "private", "corp", "home", "lan"),
        Reach(TargetScope.PRIVATE, "a name of a private network"),
    ),
}
_MOST_LABELS = 2
"""Of a suffix."""
_NO_DOT = Reach(TargetScope.NEVER, "a name without a domain")

_TUNNELS = {".cfargotunnel.com": "cloudflare"}
"""The names of tunnels, each with the provider whose proxy alone leads to them.

https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/routing-to-tunnel/dns/
"""


@lru_cache(maxsize=8192)
def reach(target: str) -> Reach:
    """Return the scope of an address or a host name in its canonical form."""
    address = _address(target)
    if address is None:
        return _of_name(target)
    if isinstance(address, IPv6Address) and address.scope_id:
        return _OF_A_LINK
    networks = _V4 if isinstance(address, IPv4Address) else _V6
    found = next((reach for network, reach in networks if address in network), None)
    if found is not None:
        return found
    if isinstance(address, IPv6Address):
        if address.sixtofour is not None:
            return reach(str(address.sixtofour))
        return PUBLIC if address in _GIVEN_OUT else _NOT_GIVEN_OUT
    return PUBLIC


def tunnel_of(target: str) -> str:
    """Return the provider whose proxy alone leads to a host name; "" where any resolver does."""
    return next((provider for suffix, provider in _TUNNELS.items() if target.endswith(suffix)), "")


def _address(target: str) -> IPv4Address | IPv6Address | None:
    if len(target) > LONGEST_ADDRESS or (":" not in target and not target[-1:].isdigit()):
        return None
    try:
        return ip_address(target)
    except ValueError:
        return None


def _of_name(name: str) -> Reach:
    labels = name.split(".")
    if len(labels) == 1:
        return _SUFFIXES.get(name, _NO_DOT)
    suffixes = (".".join(labels[-count:]) for count in range(_MOST_LABELS, 0, -1))
    found = next((_SUFFIXES[one] for one in suffixes if one in _SUFFIXES), PUBLIC)
    return _SUFFIXES["svc"] if found.scope is TargetScope.PRIVATE and "svc" in labels[2:] else found
