from __future__ import annotations

import ctypes
import itertools
import os
import socket
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest
from pyroute2.iproute.linux import IPRoute  # type: ignore[import-untyped] # ships no types

from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from stacks.observe.wan import detect, look
from stacks.observe.wan.sources import stun_exchange
from stacks.observe.wan.sources.connect import open_socket, shutting
from stacks.observe.wan.sources.deadline import Deadline
from stacks.settings.wan import WanSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONG = 60.0
"""Seconds that an answer may take: the most that the settings allow, and more than any machine stands still."""
DOCUMENTATION = ["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32"]


@pytest.fixture
def world() -> Addresses:
    return Addresses(ipv4="203.0.113.7", ipv6="2001:db8::7")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def stun(world: Addresses, stack: ExitStack) -> Callable[..., str]:
    """Start a STUN server of the world; the arguments are its behaviour, the answer is its HOST:PORT."""

    def start(host: str = "127.0.0.1", **behaviour: Any) -> str:  # noqa: ANN401 - fields of the class that is made
        return stack.enter_context(serve_stun(world, host, behaviour=StunBehaviour(**behaviour)))

    return start


@pytest.fixture
def http(world: Addresses, stack: ExitStack) -> Callable[..., str]:
    """Start a web service of the world; the arguments are its behaviour, the answer is its base URL."""

    def start(host: str = "127.0.0.1", **behaviour: Any) -> str:  # noqa: ANN401 - fields of the class that is made
        return stack.enter_context(serve_http(world, host, behaviour=HttpBehaviour(**behaviour)))

    return start


@pytest.fixture
def settings() -> Callable[..., WanSettings]:
    """Make settings that accept documentation addresses, which are what the lab answers, ask once and wait long."""

    def make(**fields: Any) -> WanSettings:  # noqa: ANN401 - fields of the class that is made
        return WanSettings.model_validate({"accept": DOCUMENTATION, "attempts": 1, "timeout": LONG} | fields)

    return make


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask each STUN server once and wait long: on loopback nothing is lost, and a slow answer is no silence."""
    monkeypatch.setattr(stun_exchange, "RETRANSMISSION_TIMEOUT", LONG)
    monkeypatch.setattr(look, "PATIENCE", LONG)


@pytest.fixture
def time_up(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[[], None]]:
    """Make what ends the time of all questions under way, at each call or each so manieth one.

    Servers that are silent call it as soon as they are asked. So all others have as much time as they need.
    """
    under_way: list[Deadline] = []
    kept: list[socket.socket] = []

    class Noted(Deadline):
        def __init__(self, seconds: float) -> None:
            super().__init__(seconds)
            under_way.append(self)

    def opened(*arguments: Any) -> socket.socket:  # noqa: ANN401 - those of open_socket
        kept.append(open_socket(*arguments))
        return kept[-1]

    for module in (detect, look):
        monkeypatch.setattr(module, "Deadline", Noted)
    monkeypatch.setattr(look, "open_socket", opened)

    def make(calls: int = 1) -> Callable[[], None]:
        count = itertools.count(1)

        def call() -> None:
            if next(count) % calls == 0:
                for deadline in tuple(under_way):
                    deadline.cancel()
                for sock in tuple(kept):  # a looker's, for which no deadline is woken
                    shutting(sock)()

        return call

    return make


@pytest.fixture
def ipv6_loopback() -> str:
    """The IPv6 loopback address, where the machine has it."""
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        return "::1"
    pytest.skip("this machine has no IPv6 loopback address")


CLONE_NEWNET = 0x40000000
IFA_F_NODAD = 0x02
"""An IPv6 address that is not tentative at first (linux/if_addr.h)."""
LOOPBACK = 1
"""The index of `lo` in every network namespace."""


@pytest.fixture
def own_network() -> Iterator[Callable[..., None]]:
    """Put this thread, and those it starts, into a network of its own; gives `ip addr COMMAND ADDRESS` on its `lo`."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if libc.unshare(CLONE_NEWNET):
            pytest.skip(f"no network namespace may be made here: {os.strerror(ctypes.get_errno())}")
        try:
            with IPRoute() as kernel:

                def addr(command: str, address: str, **more: object) -> None:
                    if ":" in address:
                        more |= {"flags": IFA_F_NODAD}
                    length = 128 if ":" in address else 32
                    kernel.addr(command, index=LOOPBACK, address=address, prefixlen=length, **more)

                yield addr
        finally:
            assert libc.setns(before, CLONE_NEWNET) == 0
    finally:
        os.close(before)
