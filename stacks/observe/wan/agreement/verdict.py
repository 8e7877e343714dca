"""The check whether an address can be a WAN address at all."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING

from stacks.model.cloudflare_ranges import is_cloudflare
from stacks.model.values import Address, Family
from stacks.settings.detection.ranges import ALL, Ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

Network = IPv4Network | IPv6Network

CARRIER_NAT = ip_network("100.64.0.0/10")
"""RFC 6598."""

GLOBAL_UNICAST = IPv6Network("2000::/3")
"""The range that IANA has given out for global unicast (RFC 4291, section 2.4)."""

# What `ipaddress` of Python 3.11 calls global although no host on the Internet has it.
NEVER_GLOBAL: tuple[Network, ...] = (
    ip_network("192.88.99.0/24"),  # 6to4 relays, deprecated (RFC 7526)
    ip_network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
    ip_network("2002::/16"),  # 6to4: an IPv4 address in disguise
    ip_network("3fff::/20"),  # documentation (RFC 9637)
)


def unmapped(address: Address) -> Address:
    """Return the IPv4 address inside an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`), else the address itself."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def refusal(address: Address, family: Family, accept: Sequence[Network] = ()) -> str:
    """Return the reason why an (unmapped) address cannot be a WAN address of the family; "" where it can.

    accept: ranges that count although they are not global; Cloudflare's ranges are refused all the same.
    """
    if address.version != family.version:
        return f"{address} is not an {_spelled(family)} address"
    if is_cloudflare(address):
        return f"{address} belongs to Cloudflare: a proxy or tunnel answered with its own address, not with yours"
    if any(address in network for network in accept):
        return ""
    if address in CARRIER_NAT:
        return (
            f"{address} is behind your provider's carrier NAT (100.64.0.0/10): nobody on the Internet can reach it, so "
            "a public record cannot work; ask the provider for a public address, or use a tunnel"
        )
    if not _is_global(address):
        return f"{address} is not a public address; where that is meant, add its range to `accept`"
    return ""


def unfit(address: Address, family: Family, ranges: Ranges = ALL) -> str:
    """Return the reason why an (unmapped) address is not to be published for the family; "" where it may be.

    It cannot be a WAN address, or the settings leave it out.
    """
    return refusal(address, family, ranges.accept) or ranges.left_out(address)


def _is_global(address: Address) -> bool:
    if not address.is_global or address.is_multicast or any(address in network for network in NEVER_GLOBAL):
        return False
    return address.version == Family.IPV4.version or (
        address in GLOBAL_UNICAST and not getattr(address, "scope_id", None)
    )


def _spelled(family: Family) -> str:
    return "IPv4" if family is Family.IPV4 else "IPv6"
