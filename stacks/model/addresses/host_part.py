"""Host parts of IPv6 addresses: the hosts behind a line share its network, and each has its own end of the address.

| in settings and annotations | is the end of the address                                            |
|-----------------------------|----------------------------------------------------------------------|
| `::5`, `::a:b:c:d`          | behind a network of 64 bits (RFC 4291, section 2.5.1)                |
| `::1:0:0:0:5/56`            | behind a network of so many bits                                     |
| `00:11:22:33:44:55`         | that a host makes of its MAC (modified EUI-64; RFC 4291, appendix A) |
| `::/128`                    | nothing: the detected address stays whole                            |
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from components.plain_text import quoted

FORMS = "the end of an IPv6 address such as ::5, ::1:2:3:4 or ::5/56, or a MAC such as 00:11:22:33:44:55"
LONGEST = 64
"""Characters."""
BITS = 128
USUAL_NETWORK = 64
SHORTEST_NETWORK = 12
"""The networks that IANA hands to registries (RFC 4147, section 3): no site has a larger one."""
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\Z|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}\Z")
_LENGTH = re.compile(r"[0-9]{1,3}\Z")
_UNIVERSAL = 0x02
"""The bit of a MAC's first byte that an interface identifier has the other way round."""
_GROUP = 0x01
"""The bit of a MAC's first byte that makes it one of several machines."""


@dataclass(frozen=True, order=True, slots=True)
class HostPart:
    """The last bits of an IPv6 address. network: the number of the bits before them, which are those of the line."""

    bits: int
    network: int = USUAL_NETWORK

    def __str__(self) -> str:
        return f"{IPv6Address(self.bits)}" + (f"/{self.network}" if self.network != USUAL_NETWORK else "")

    def at(self, address: IPv6Address) -> IPv6Address:
        """Return the host's address in the network of another address."""
        own = BITS - self.network
        return IPv6Address(int(address) >> own << own | self.bits)


def parse(text: str) -> HostPart:
    """Return the host part in a text. Raises ValueError with the reason."""
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    written, slash, length = text.strip().partition("/")
    is_mac = _MAC.match(written) is not None
    bits = _of_mac(written) if is_mac else _of_address(written)
    network = _network(length) if slash else USUAL_NETWORK
    if is_mac and network != USUAL_NETWORK:
        raise ValueError(f"the host part of a MAC stands behind {USUAL_NETWORK} bits, not {network}")
    if bits >> (BITS - network):
        raise ValueError(f"{written} does not fit behind a network of {network} bits")
    if not bits and network != BITS:
        raise ValueError(f"{written} is the address of all routers of a network (RFC 4291, section 2.6.1)")
    return HostPart(bits, network)


def each(texts: Iterable[str]) -> tuple[HostPart, ...]:
    """Return the host parts in these texts, sorted, each once. Raises ValueError as `parse`."""
    return tuple(sorted(set(map(parse, texts))))


def placed(addresses: Iterable[IPv4Address | IPv6Address], hosts: Sequence[HostPart]) -> tuple[str, ...]:
    """Return the addresses of the hosts in the networks of these addresses, as texts, sorted, each once.

    hosts: none for the addresses themselves, which those of IPv4 are anyway.
    """
    found: set[str] = set()
    for address in addresses:
        if hosts and isinstance(address, IPv6Address):
            found |= {str(host.at(address)) for host in hosts}
        else:
            found.add(str(address))
    return tuple(sorted(found))


def _of_mac(text: str) -> int:
    """Return the modified EUI-64 of a MAC."""
    parts = [int(part, 16) for part in text.replace("-", ":").split(":")]
    if parts[0] & _GROUP:
        raise ValueError(f"{text} is the MAC of a group, not of one machine")
    return int.from_bytes([parts[0] ^ _UNIVERSAL, *parts[1:3], 0xFF, 0xFE, *parts[3:]], "big")


def _of_address(text: str) -> int:
    try:
        address = IPv6Address(text)
    except ValueError:
        address = None
    if address is None or address.scope_id is not None:
        raise ValueError(f"{quoted(text)} is no part of an IPv6 address, and no MAC")
    return int(address)


def _network(text: str) -> int:
    length = int(text) if _LENGTH.match(text) else 0
    if not SHORTEST_NETWORK <= length <= BITS:
        raise ValueError(f"/{text} is no length of a network: {SHORTEST_NETWORK} to {BITS} bits")
    return length
