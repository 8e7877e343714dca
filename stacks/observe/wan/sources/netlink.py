"""The addresses of this machine's interfaces, from the kernel (netlink(7), rtnetlink(7), RTM_GETADDR). Linux only.

Spoken here with `struct`: a library for all of netlink takes 10 MB of every process that watches.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from struct import Struct

from stacks.model.values import Address, Known, Unknown

# linux/if_addr.h
TEMPORARY = 0x01
OPTIMISTIC = 0x04
FAILED = 0x08
DEPRECATED = 0x20
TENTATIVE = 0x40

FOREVER = 2**32 - 1
DUMPS = 3
"""The number of requests for the list where the kernel reports that it changed while it was written."""
PATIENCE = 5.0
"""Seconds for the kernel to go on with its list. It writes it at once."""

# linux/netlink.h: length with the header, type, flags, number, port. Parts begin at multiples of 4 bytes.
NLMSGHDR = Struct("=IHHII")
ERROR, DONE = 2, 3
TORN = 0x10
"""NLM_F_DUMP_INTR: the list changed while it was written."""
DUMP = 0x1 | 0x300
"""NLM_F_REQUEST | NLM_F_DUMP."""
LARGEST = 1 << 16
"""Bytes of a datagram at most; the kernel writes 32 KiB."""

# linux/rtnetlink.h, linux/if_addr.h
NEW_ADDRESS, GET_ADDRESS = 20, 22
IFADDRMSG = Struct("=BBBBI")
"""Family, length of the prefix, flags, scope, index of the interface."""
RTATTR = Struct("=HH")
"""Length with the header, type."""
IFA_ADDRESS, IFA_LOCAL, IFA_CACHEINFO, IFA_FLAGS = 1, 2, 6, 8
REQUEST = NLMSGHDR.pack(NLMSGHDR.size + IFADDRMSG.size, GET_ADDRESS, DUMP, 1, 0) + bytes(IFADDRMSG.size)


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
    for _ in range(DUMPS):
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
            kernel.settimeout(PATIENCE)
            kernel.sendto(REQUEST, (0, 0))
            found = read(lambda: kernel.recv(LARGEST))
        if isinstance(found, Known):
            return found.value
    raise OSError("the interface addresses changed while they were read, again and again")


def read(receive: Callable[[], bytes]) -> Known[tuple[InterfaceAddress, ...]] | Unknown:
    """Return the addresses of a list; Unknown where the kernel says that they changed while it wrote the list.

    receive: gives the next datagram of the list. Raises `OSError` where the kernel refuses, or tells what is no list.
    """
    found: list[InterfaceAddress] = []
    is_torn = False
    while True:
        for (kind, flags, *_), body in _parts(NLMSGHDR, receive() or bytes(1)):
            is_torn |= bool(flags & TORN)
            if kind in {ERROR, DONE}:
                _require_success(body)
                return Unknown("the list changed while it was written") if is_torn else Known(tuple(found))
            if kind == NEW_ADDRESS and (address := parse(body)):
                found.append(address)


def parse(body: bytes) -> InterfaceAddress | None:
    """Return the address in the body of an RTM_NEWADDR message; None where it has none. Raises `OSError`."""
    if len(body) < IFADDRMSG.size:
        raise _no_list()
    _, _, flags, _, index = IFADDRMSG.unpack_from(body)
    attributes = {kind: value for (kind,), value in _parts(RTATTR, body[IFADDRMSG.size :])}
    # On a point-to-point link IFA_ADDRESS is the peer's, IFA_LOCAL ours.
    address = attributes.get(IFA_LOCAL, attributes.get(IFA_ADDRESS))
    if address is None:
        return None
    if len(address) not in {4, 16}:
        raise _no_list()
    flags = _number(attributes.get(IFA_FLAGS), flags)
    return InterfaceAddress(index, ip_address(address), flags, _number(attributes.get(IFA_CACHEINFO), FOREVER))


def _parts(header: Struct, data: bytes) -> Iterator[tuple[tuple[int, ...], bytes]]:
    """Yield what each part's header has after the length, and its body. Raises `OSError` where lengths are wrong."""
    while data:
        if len(data) < header.size:
            raise _no_list()
        length, *fields = header.unpack_from(data)
        if not header.size <= length <= len(data):
            raise _no_list()
        yield tuple(fields), data[header.size : length]
        data = data[(length + 3) & ~3 :]


def _number(value: bytes | None, default: int) -> int:
    """Return the first 32 bits of an attribute, without a sign."""
    return default if value is None else int.from_bytes(value[:4], sys.byteorder)


def _require_success(body: bytes) -> None:
    """Raise `OSError` with the number that an NLMSG_ERROR or NLMSG_DONE message has, if any."""
    if number := -int.from_bytes(body[:4], sys.byteorder, signed=True):
        raise OSError(number, f"the kernel refused to list the interface addresses: {os.strerror(number)}")


def _no_list() -> OSError:
    return OSError(errno.EPROTO, "the kernel's list of interface addresses cannot be read")
