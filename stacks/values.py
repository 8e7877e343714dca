"""The values that travel along the line observe -> plan -> declare: frozen, validated at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """A thing that was observed. An empty value is a fact: nothing is there."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Unknown:
    """A thing that could not be observed. Never the same as empty: what depends on it stays as it was."""

    reason: str


class Family(Enum):
    """An address family; the value is its name in settings, messages and metrics."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"

    @property
    def record_type(self) -> str:
        """The DNS record type that holds an address of this family."""
        return "A" if self is Family.IPV4 else "AAAA"

    @property
    def version(self) -> int:
        """The IP version, 4 or 6."""
        return 4 if self is Family.IPV4 else 6
