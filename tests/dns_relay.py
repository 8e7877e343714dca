"""A relay before a name server on which answers get lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

Losing = Callable[[int, bytes], bool]
"""Returns whether the answer to a request gets lost, by its number, from 0, and its message."""
_UPDATE = 5
_OPCODE = slice(2, 3)
_CHANGES = slice(8, 10)


def changes(_number: int, message: bytes) -> bool:
    """Whether a request changes something: an update with more than prerequisites (RFC 2136, 2.2 and 2.3)."""
    return message[_OPCODE][0] >> 3 & 0xF == _UPDATE and bool(int.from_bytes(message[_CHANGES]))


def numbered(*lost: int) -> Losing:
    """Lose the answers to the requests of these numbers."""
    return lambda number, _: number in lost


@contextmanager
def losing_answers(server: str, is_lost: Losing) -> Iterator[str]:
    """Yield the place of a relay to a server, which ends a connection in place of an answer that gets lost."""
    numbers = count()
    workers: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    taken, _ = listening.accept()
                    workers.append(threading.Thread(target=_relay, args=(taken, server, is_lost, numbers)))
                    workers[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    for thread in (accepting, *workers):
        thread.join(60)


def _relay(taken: socket.socket, server: str, is_lost: Losing, numbers: Iterator[int]) -> None:
    host, _, port = server.rpartition(":")
    with taken, socket.create_connection((host, int(port))) as onward, suppress(OSError):
        lost = threading.Event()
        answering = threading.Thread(target=_give_back, args=(onward, taken, lost))
        answering.start()
        while request := _message(taken):
            if is_lost(next(numbers), request):
                lost.set()
            onward.sendall(len(request).to_bytes(2) + request)
        onward.shutdown(socket.SHUT_WR)
        answering.join(60)


def _give_back(onward: socket.socket, taken: socket.socket, lost: threading.Event) -> None:
    with suppress(OSError):
        while (data := onward.recv(65536)) and not lost.is_set():
            taken.sendall(data)
        taken.shutdown(socket.SHUT_RDWR)


def _message(connected: socket.socket) -> bytes:
    size = connected.recv(2, socket.MSG_WAITALL)
    return connected.recv(int.from_bytes(size), socket.MSG_WAITALL) if size else b""
