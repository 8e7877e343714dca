from __future__ import annotations

import socket
from contextlib import suppress

import pytest


@pytest.fixture
def ipv6_loopback() -> str:
    """The IPv6 loopback address, where the machine has it."""
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        return "::1"
    pytest.skip("this machine has no IPv6 loopback address")
