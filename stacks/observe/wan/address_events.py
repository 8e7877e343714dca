"""The kernel's events about addresses of this machine that come and go (rtnetlink(7)). A trigger, never a proof."""

from __future__ import annotations

import errno
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stacks.model.values import Known, Unknown
from stacks.observe.wan.sources.netlink import InterfaceAddress, dump_addresses

# linux/rtnetlink.h
RTMGRP_IPV4_IFADDR = 0x10
RTMGRP_IPV6_IFADDR = 0x100

BURST = 0.05
"""Seconds after the first event in which further ones belong to the same change."""

_Held = frozenset[tuple[int, str, int]]


@contextmanager
def watch_addresses(changed: Callable[[], None]) -> Iterator[Known[None] | Unknown]:
    """Call `changed` within the block after each change of this machine's addresses, once for each burst of events.

    It is called from a thread of its own, must be short and raise nothing, and is never running once the block has
    ended. An address that is merely refreshed, as router advertisements do every few seconds, is no change; nor is
    anything about loopback and link-local addresses. Events that the kernel could not deliver (ENOBUFS) count as one.
    No privilege is needed. The block gets `Unknown` with the reason where the kernel sends no events (another system
    than Linux, a seccomp filter): `changed` is then never called.
    """
    try:
        events = _subscribe()
    except OSError as error:
        yield Unknown(f"changes of interface addresses cannot be watched: {error.strerror or error}")
        return
    with events:
        try:
            held = _held()
        except OSError as error:
            yield Unknown(f"changes of interface addresses cannot be watched: {error.strerror or error}")
            return
        woken, waker = socket.socketpair()
        with woken, waker:
            thread = threading.Thread(
                target=_watch, args=(events, woken, held, changed), name="address events", daemon=True
            )
            thread.start()
            try:
                yield Known(None)
            finally:
                waker.shutdown(socket.SHUT_RDWR)
                thread.join()


def matters(one: InterfaceAddress) -> bool:
    """Return whether the address can be one that leads to the Internet."""
    return not (one.address.is_loopback or one.address.is_link_local)


def _subscribe() -> socket.socket:
    if not hasattr(socket, "AF_NETLINK"):
        raise OSError("on Linux only")
    events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    try:
        events.bind((0, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
        events.setblocking(False)  # noqa: FBT003 - the standard library's signature
    except BaseException:
        events.close()
        raise
    return events


def _held() -> _Held:
    return frozenset((one.index, str(one.address), one.shortcomings) for one in dump_addresses() if matters(one))


def _watch(events: socket.socket, woken: socket.socket, held: _Held, changed: Callable[[], None]) -> None:
    """Read events until `woken` is shut. Their content does not count: the kernel's list of addresses is read then."""
    while woken not in _readable(None, woken, events) and woken not in _readable(BURST, woken):
        differs = _drain(events)
        try:
            now = _held()
        except OSError:
            differs = True
        else:
            differs |= now != held
            held = now
        if differs:
            changed()


def _readable(seconds: float | None, *sockets: socket.socket) -> list[socket.socket]:
    """Wait until a socket can be read, for so many seconds at most (None: for ever), and return all that can be."""
    poll = select.poll()
    for sock in sockets:
        poll.register(sock, select.POLLIN)
    ready = dict(poll.poll(None if seconds is None else 1000 * seconds))
    return [sock for sock in sockets if sock.fileno() in ready]


def _drain(events: socket.socket) -> bool:
    """Read all waiting events, and return whether some were lost."""
    lost = False
    while True:
        try:
            events.recv(1 << 16)
        except BlockingIOError:
            return lost
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                return True
            lost = True
