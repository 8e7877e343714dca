"""The addresses of this machine's interfaces, from the kernel (rtnetlink(7), RTM_GETADDR). Linux only."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from stacks.model.values import Address

# linux/if_addr.h
TEMPORARY = 0x01
OPTIMISTIC = 0x04
FAILED = 0x08
DEPRECATED = 0x20
TENTATIVE = 0x40

FOREVER = 2**32 - 1
DUMPS = 3
"""The number of requests for the list where the kernel reports that it changed while it was written."""


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """An address of an interface, with its flags."""

    index: int
    address: Address
    flags: int
    preferred: int
    """Seconds for which the address is preferred; 2**32 - 1 is for ever."""

    @property
    def lasting(self) -> bool:
        """Whether the address is not temporary (RFC 8981), deprecated, tentative, nor a duplicate of another host's."""
        return not self.shortcomings

    @property
    def shortcomings(self) -> int:
        """The flags for which the address is not lasting."""
        # On an IPv4 address the bit of "temporary" means "secondary": no shortcoming.
        temporary = TEMPORARY if self.address.version == 6 else 0  # noqa: PLR2004 - IPv6
        return self.flags & (OPTIMISTIC | FAILED | DEPRECATED | TENTATIVE | temporary)


def dump_addresses() -> tuple[InterfaceAddress, ...]:
    """Return all addresses of all interfaces. Raises `OSError`, also where the system is not Linux."""
    if not hasattr(socket, "AF_NETLINK"):
        raise OSError("interface addresses can be read on Linux only")
    # Imported here: 32 MB for what few ask, and another module than on Linux elsewhere.
    from pyroute2.iproute.linux import IPRoute  # type: ignore[import-untyped]  # noqa: PLC0415 - see above
    from pyroute2.netlink.exceptions import NetlinkDumpInterrupted, NetlinkError  # type: ignore[import-untyped]  # noqa: PLC0415

    for _ in range(DUMPS):
        try:
            with IPRoute() as kernel:
                return parse(kernel.get_addr())
        except NetlinkDumpInterrupted:
            continue
        except NetlinkError as error:
            raise OSError(error.code, f"the kernel refused to list the interface addresses: {error}") from error
    raise OSError("the interface addresses changed while they were read, again and again")


def parse(messages: Iterable[Mapping[str, Any]]) -> tuple[InterfaceAddress, ...]:
    """Return the addresses in decoded RTM_NEWADDR messages; one without an address is left out."""
    found = []
    for message in messages:
        attributes = dict(message["attrs"])
        # On a point-to-point link IFA_ADDRESS is the peer's, IFA_LOCAL ours.
        address = attributes.get("IFA_LOCAL", attributes.get("IFA_ADDRESS"))
        if address is None:
            continue
        flags = attributes.get("IFA_FLAGS", message["flags"])
        preferred = attributes.get("IFA_CACHEINFO", {}).get("ifa_preferred", FOREVER)
        found.append(InterfaceAddress(message["index"], ip_address(address), flags, preferred))
    return tuple(found)
