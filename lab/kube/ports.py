"""Ports on loopback: those that stay ours while nothing listens on them, and whether something does."""

from __future__ import annotations

import random
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"


@contextmanager
def reserved(port: int = 0) -> Iterator[int]:
    """Reserve a port (0: any free one) for programs that listen with SO_REUSEPORT, as etcd and kube-apiserver can.

    A socket that is bound but does not listen keeps others off, also while an API server is restarted; a connection
    is refused meanwhile (socket(7)). Raises OSError naming the address if it is taken.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            held.bind((HOST, port))
        except OSError as error:
            raise OSError(error.errno, f"cannot listen on {HOST}:{port}: {error.strerror}") from error
        yield held.getsockname()[1]


def free() -> int:
    """Return a port that nothing listens at, for a program that shares it with nobody.

    It is below those that a system gives to whoever takes any.
    """
    while True:
        port = random.SystemRandom().randrange(16_384, 32_768)
        with socket.socket() as tried, suppress(OSError):
            tried.bind((HOST, port))
            return port


def listens(port: int) -> bool:
    """Return whether a program listens at a port."""
    with socket.socket() as tried:
        return tried.connect_ex((HOST, port)) == 0
