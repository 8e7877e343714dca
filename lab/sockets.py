"""A server on a UDP and a TCP socket of one port, in a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from lab.addresses.settable import in_use

ATTEMPTS = 20
"""How often another free port is tried where UDP has it and TCP has not."""


class Server(Protocol):
    """Serves on its sockets, which it closes at its end."""

    def run(self) -> None:
        """Serve until `stop`."""

    def stop(self) -> None:
        """Make `run` return; called from another thread."""


@contextmanager
def in_thread(server: Server, name: str, host: str, port: int) -> Iterator[str]:
    """Run the server within the block, which gets `HOST:PORT` (`[HOST]:PORT` for IPv6)."""
    thread = threading.Thread(target=server.run, name=f"lab {name} {port}", daemon=True)
    thread.start()
    try:
        yield f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    finally:
        server.stop()
        thread.join()


def bound(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Both sockets, not blocking, the second one listening. Raises `OSError` naming the port that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for attempt in range(ATTEMPTS):
        udp = socket.socket(family, socket.SOCK_DGRAM)
        tcp = socket.socket(family, socket.SOCK_STREAM)
        try:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            udp.bind((host, port))
            tcp.bind((host, udp.getsockname()[1]))
            tcp.listen()
        except OSError as error:
            udp.close()
            tcp.close()
            if port or attempt == ATTEMPTS - 1:
                raise in_use(error, host, port) from error
        else:
            udp.setblocking(False)  # noqa: FBT003 - the standard library's signature
            tcp.setblocking(False)  # noqa: FBT003 - the standard library's signature
            return udp, tcp
    raise AssertionError  # the last attempt has returned or raised
