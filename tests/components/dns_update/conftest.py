"""A real BIND 9, and a way to it on which answers get lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from components.dns_update.connection import Connection
from components.dns_update.server import DnsServer
from tests.bind import KEY, SECRET, Bind, running


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    with running(tmp_path_factory.mktemp("bind"), records="foreign 600 IN A 192.0.2.9\n* 300 IN A 192.0.2.7\n") as made:
        yield made


@pytest.fixture
def server(bind: Bind) -> DnsServer:
    return DnsServer(Connection(bind.server, KEY), SECRET)


@contextmanager
def losing_answers(server: str, *lost: int) -> Iterator[str]:
    """Yield the place of a relay to a server that ends the connections of these numbers before their answers."""
    host, _, port = server.rpartition(":")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def relay() -> None:
            number = 0
            while True:
                try:
                    taken, _ = listening.accept()
                except OSError:
                    return
                with taken, socket.create_connection((host, int(port))) as onward, suppress(OSError):
                    size = taken.recv(2, socket.MSG_WAITALL)
                    onward.sendall(size + taken.recv(int.from_bytes(size), socket.MSG_WAITALL))
                    answer = onward.recv(2, socket.MSG_WAITALL)
                    answer += onward.recv(int.from_bytes(answer), socket.MSG_WAITALL)
                    if number not in lost:
                        taken.sendall(answer)
                number += 1

        thread = threading.Thread(target=relay)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)
