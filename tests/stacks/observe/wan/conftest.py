from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest

from lab.addresses.world import Addresses, HttpBehaviour, StunBehaviour, serve_http, serve_stun
from stacks.observe.wan.settings import WanSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    """Make settings that accept documentation addresses, which are what the lab answers."""

    def make(**fields: Any) -> WanSettings:  # noqa: ANN401 - fields of the class that is made
        return WanSettings.model_validate({"accept": DOCUMENTATION} | fields)

    return make


@pytest.fixture
def ipv6_loopback() -> str:
    """The IPv6 loopback address, where the machine has it."""
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        return "::1"
    pytest.skip("this machine has no IPv6 loopback address")
