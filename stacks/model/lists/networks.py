"""Addresses as networks in the form of an address list."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_network


def network_of(address: IPv4Address | IPv6Address, length: int) -> str:
    """Return the network of this prefix length around an address, as a list has it; the address itself if it is one."""
    return canonical(f"{address}/{length}")


def canonical(text: str) -> str:
    """Return an address or network in one form, whatever form the API gives it in; a text that is none as it is."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return text
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def of_version(networks: Iterable[str], version: int) -> frozenset[str]:
    """Return those of these networks that are of an IP version."""
    return frozenset(one for one in networks if (":" in one) == (version == 6))  # noqa: PLR2004 - IP's
