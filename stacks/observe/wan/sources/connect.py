"""Sockets of one family that end with their deadline."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stacks.model.values import Family
    from stacks.observe.wan.sources.deadline import Deadline

# linux/in6.h; Python has no names for them. RFC 5014: leave with the public address, not a temporary one
# (RFC 8981), which would be gone tomorrow.
IPV6_ADDR_PREFERENCES = 72
IPV6_PREFER_SRC_PUBLIC = 2


def shutting(sock: socket.socket) -> Callable[[], None]:
    """Return a function that ends all waiting on the socket, for `Deadline.waking`."""

    def shut() -> None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    return shut


def open_socket(address: str, port: int, kind: socket.SocketKind, deadline: Deadline, via: str = "") -> socket.socket:
    """Return a socket connected to the numeric address; its timeout is the time left. Raises `OSError`.

    via: the interface, or the address of this machine, by which its packets leave.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            with suppress(OSError):  # not on every system; then the system chooses
                sock.setsockopt(socket.IPPROTO_IPV6, IPV6_ADDR_PREFERENCES, IPV6_PREFER_SRC_PUBLIC)
        if via:
            leave_by(sock, via)
        with deadline.waking(shutting(sock)):
            sock.settimeout(max(deadline.remaining(), 0.001))
            sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def leave_by(sock: socket.socket, via: str) -> None:
    """Bind a socket to an interface (socket(7), SO_BINDTODEVICE), or to an address of ours. Raises `OSError`."""
    try:
        address = ip_address(via)
    except ValueError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, via.encode())
    else:
        sock.bind((str(address), 0))


@contextmanager
def connected(
    host: str, port: int, family: Family, kind: socket.SocketKind, deadline: Deadline, via: str = ""
) -> Iterator[socket.socket]:
    """Connect to the host over the family; the socket is closed at the end, and shut when the deadline is cancelled.

    The host's addresses are tried in the resolver's order. Raises `NoAnswerError`.
    """
    sock = first_reachable(host, port, family, kind, deadline, via)
    with sock, deadline.waking(shutting(sock)):
        yield sock


def first_reachable(
    host: str, port: int, family: Family, kind: socket.SocketKind, deadline: Deadline, via: str = ""
) -> socket.socket:
    """Return a connected socket as `connected` does; the caller closes it."""
    failure: OSError | None = None
    for address in resolve(host, family, deadline):
        if deadline.remaining() <= 0:
            break
        try:
            return open_socket(address, port, kind, deadline, via)
        except OSError as error:
            failure = error
    raise NoAnswerError(f"cannot reach {host} port {port} over {family.value}: {failure or 'no time left'}")
