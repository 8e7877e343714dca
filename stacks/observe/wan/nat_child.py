"""A program that runs pystun3 and writes its result as a line of JSON: `python -m ... HOST PORT SECONDS [VIA]`.

`nat` starts it as a process of its own, because pystun3 2.0.0 cannot be stopped where a server misbehaves: it asks
again and again, as fast as it can, while it gets Binding Errors, and raises any error over an attribute that it cannot
read.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
from typing import Any

import stun  # type: ignore[import-untyped] # ships no types

from stacks.observe.wan.sources.connect import leave_by, open_socket
from stacks.observe.wan.sources.deadline import Deadline

REQUESTS = 20
"""More than the classification needs: 5 tests of 4 requests each."""
WAIT = 0.1
"""The share of the whole time in which each request waits for its answer: at most 8 stay unanswered."""
UNREADABLE = (ValueError, KeyError, TypeError, IndexError)
"""The errors that pystun3 raises over answers that it cannot read."""


class EndlessError(OSError):
    """The server keeps answering, but never with the requested response."""


class CountedSocket(socket.socket):
    """A socket that ends pystun3's loop: after `REQUESTS` it raises `EndlessError`."""

    sent = 0

    def sendto(self, *arguments: Any) -> int:  # noqa: ANN401 - of the method that it replaces
        self.sent += 1
        if self.sent > REQUESTS:
            raise EndlessError
        return super().sendto(*arguments)


def main(host: str, port: str, seconds: str, via: str = "") -> None:
    """Write the outcome, or end at the deadline even where the parent is no more."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, float(seconds))
    sys.stdout.write(json.dumps(classify(host, int(port), float(seconds), via)) + "\n")


def classify(host: str, port: int, seconds: float, via: str) -> dict[str, str]:
    """Return `source`, `external` and `kind` as far as they are known, and `failed` where the kind is not."""
    found: dict[str, str] = {}
    try:
        server = str(socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0])
        with open_socket(server, port, socket.SOCK_DGRAM, Deadline(seconds), via) as probe:
            found["source"] = str(probe.getsockname()[0])
        with CountedSocket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(seconds * WAIT)
            if via:
                leave_by(sock, via)
            if not sock.getsockname()[1]:
                sock.bind((found["source"], 0))
            _ask(sock, server, port, found)
    except EndlessError:
        found["failed"] = "the server answers with errors only"
    except UNREADABLE:
        found["failed"] = "the server's answers cannot be read"
    except OSError as error:
        found["failed"] = f"the server cannot be asked over ipv4: {error.strerror or error}"
    return found


def _ask(sock: CountedSocket, server: str, port: int, found: dict[str, str]) -> None:
    source = sock.getsockname()
    stun._initialize()  # noqa: SLF001 - `stun_test` needs it, and has no other way to get it
    first = stun.stun_test(sock, server, port, *source)
    if not first["Resp"]:
        found["kind"] = stun.Blocked
    elif first["ExternalIP"] is None:
        found["failed"] = "the server does not answer in the way of RFC 3489"
    else:
        found["external"] = first["ExternalIP"]
        if first["ChangedIP"] is None:
            found["failed"] = "the server has no second address from which it could answer"
        else:
            found["kind"], _ = stun.get_nat_type(sock, *source, server, port)


if __name__ == "__main__":
    main(*sys.argv[1:])
