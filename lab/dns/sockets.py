"""A UDP and a TCP socket on one port."""

from __future__ import annotations

import socket

from lab.addresses.settable import in_use

ATTEMPTS = 20
"""How often another free port is tried where UDP has it and TCP has not."""


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
