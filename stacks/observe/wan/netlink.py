"""The addresses of this machine's interfaces, from the kernel (rtnetlink(7), RTM_GETADDR). Linux only."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.values import Address

RTM_NEWADDR = 20
RTM_GETADDR = 22
NLM_F_REQUEST = 0x001
NLM_F_DUMP = 0x300
NLMSG_ERROR = 2
NLMSG_DONE = 3
IFA_ADDRESS = 1
IFA_LOCAL = 2
IFA_CACHEINFO = 6
IFA_FLAGS = 8

HEADER = struct.Struct("=IHHII")
ADDRESS_MESSAGE = struct.Struct("=BBBBI")
ATTRIBUTE = struct.Struct("=HH")

# linux/if_addr.h
TEMPORARY = 0x01
OPTIMISTIC = 0x04
FAILED = 0x08
DEPRECATED = 0x20
TENTATIVE = 0x40


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """One address of one interface."""

    index: int
    address: Address
    flags: int
    preferred: int
    """Seconds for which the address is preferred; 2**32 - 1 is for ever."""

    @property
    def lasting(self) -> bool:
        """Neither temporary (RFC 8981), deprecated, tentative nor a duplicate of another host's."""
        # On an IPv4 address the bit of "temporary" means "secondary": no shortcoming.
        unfit = OPTIMISTIC | FAILED | DEPRECATED | TENTATIVE | (TEMPORARY if self.address.version == 6 else 0)  # noqa: PLR2004 - IPv6
        return not self.flags & unfit


def dump_addresses() -> tuple[InterfaceAddress, ...]:
    """All addresses of all interfaces. Raises `OSError`, also where the system is not Linux."""
    if not hasattr(socket, "AF_NETLINK"):
        raise OSError("interface addresses can be read on Linux only")
    found: list[InterfaceAddress] = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        sock.settimeout(1.0)
        sock.bind((0, 0))
        body = ADDRESS_MESSAGE.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        sock.send(HEADER.pack(HEADER.size + len(body), RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + body)
        while True:
            addresses, done = parse(sock.recv(1 << 16))
            found += addresses
            if done:
                return tuple(found)


def parse(datagram: bytes) -> tuple[list[InterfaceAddress], bool]:
    """Return the addresses in one datagram of a dump, and whether the dump ends with it. Raises `OSError`."""
    found: list[InterfaceAddress] = []
    position = 0
    while position + HEADER.size <= len(datagram):
        length, kind, _, _, _ = HEADER.unpack_from(datagram, position)
        if length < HEADER.size or kind == NLMSG_ERROR:
            raise OSError("the kernel refused to list the interface addresses")
        if kind == NLMSG_DONE:
            return found, True
        if kind == RTM_NEWADDR:
            found += _address(datagram[position + HEADER.size : position + length])
        position += length + -length % 4
    return found, False


def _address(message: bytes) -> Iterator[InterfaceAddress]:
    _, _, flags, _, index = ADDRESS_MESSAGE.unpack_from(message)
    attributes = dict(_attributes(message[ADDRESS_MESSAGE.size :]))
    # On a point-to-point link IFA_ADDRESS is the peer's, IFA_LOCAL ours.
    packed = attributes.get(IFA_LOCAL, attributes.get(IFA_ADDRESS))
    if packed is None:
        return
    if IFA_FLAGS in attributes:
        (flags,) = struct.unpack("=I", attributes[IFA_FLAGS])
    preferred = struct.unpack_from("=I", attributes[IFA_CACHEINFO])[0] if IFA_CACHEINFO in attributes else 2**32 - 1
    yield InterfaceAddress(index, ip_address(packed), flags, preferred)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + ATTRIBUTE.size <= len(data):
        length, kind = ATTRIBUTE.unpack_from(data, position)
        if length < ATTRIBUTE.size:
            raise OSError("the kernel's list of interface addresses cannot be read")
        yield kind, data[position + ATTRIBUTE.size : position + length]
        position += length + -length % 4
