"""A STUN Binding transaction over UDP or TCP (RFC 8489, section 6.2), with retransmission and redirection."""

from __future__ import annotations

import secrets
import select
import socket
import time
from typing import TYPE_CHECKING, Literal

from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.connect import connected
from stacks.observe.wan.sources.stun import (
    HEADER_LENGTH,
    MAXIMUM_LENGTH,
    TRANSACTION_ID_LENGTH,
    BindingError,
    BindingSuccess,
    StunError,
    body_length,
    decode,
    encode_binding_request,
)

if TYPE_CHECKING:
    from stacks.model.values import Address, Family
    from stacks.observe.wan.sources.deadline import Deadline

Transport = Literal["udp", "tcp"]

RETRANSMISSION_TIMEOUT = 0.5
"""RTO, in seconds. Each wait doubles: requests go out at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s."""
REQUESTS = 7
"""Rc, the number of requests."""
LAST_WAIT = 16
"""Rm: after the last request, that many RTO."""
TRY_ALTERNATE = 300
REDIRECTIONS = 3
"""The most redirections that are followed; one to a server that was asked already ends it before."""


def binding(host: str, port: int, family: Family, transport: Transport, deadline: Deadline, via: str = "") -> Address:
    """Return the address from which the server sees us (`via`: see `open_socket`). Raises `NoAnswerError`."""
    asked: list[tuple[str, int]] = []
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    while True:
        asked.append((host, port))
        with connected(host, port, family, kind, deadline, via) as sock:
            response = (over_udp if transport == "udp" else over_tcp)(sock, deadline)
        if isinstance(response, BindingSuccess) or response.code != TRY_ALTERNATE or response.alternate is None:
            return mapped_address(response)
        address, port = response.alternate
        host = str(address)
        if (host, port) in asked or len(asked) > REDIRECTIONS:
            raise NoAnswerError(f"the server sends us in circles (to {host} port {port})")


def mapped_address(response: BindingSuccess | BindingError) -> Address:
    """Return the address in a success. Raises `NoAnswerError` with the server's error where the response is one."""
    if isinstance(response, BindingError):
        raise NoAnswerError(f"the server refused with error {response.code} {response.reason}".rstrip())
    return response.address


def over_udp(sock: socket.socket, deadline: Deadline) -> BindingSuccess | BindingError:
    """Carry out a transaction on a connected UDP socket: only the peer's datagrams arrive there.

    An invalid response is ignored, as the RFC wants: a forger must not be able to end a transaction.
    Raises `NoAnswerError` at the deadline, or where the network says that the peer cannot be reached.
    """
    transaction_id = secrets.token_bytes(TRANSACTION_ID_LENGTH)
    request = encode_binding_request(transaction_id)
    sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    started = time.monotonic()
    due, sent, ignored = started, 0, ""
    while deadline.remaining() > 0:
        try:
            if time.monotonic() >= due:
                if sent == REQUESTS:
                    break
                sock.send(request)
                sent += 1
                waited = LAST_WAIT + 2**sent // 2 - 1 if sent == REQUESTS else 2**sent - 1
                due = started + RETRANSMISSION_TIMEOUT * waited
            if not poll.poll(1000 * max(0.0, min(due - time.monotonic(), deadline.remaining()))):
                continue
            return decode(sock.recv(MAXIMUM_LENGTH + 1), transaction_id)
        except StunError as error:
            ignored = f"; what came was ignored: {error}"
        except BlockingIOError:
            continue  # shut by a cancelled deadline, or a full buffer: a lost packet like any other
        except OSError as error:
            raise NoAnswerError(f"the server cannot be reached: {error.strerror or error}") from error
    raise NoAnswerError(f"no answer to {sent} requests in {time.monotonic() - started:.1f} s{ignored}")


def over_tcp(sock: socket.socket, deadline: Deadline) -> BindingSuccess | BindingError:
    """Carry out a transaction on a connected TCP socket: a request, and the stream's messages until its response.

    Raises `NoAnswerError` at the deadline, or where the stream ends or is no STUN.
    """
    transaction_id = secrets.token_bytes(TRANSACTION_ID_LENGTH)
    ignored = ""
    try:
        sock.settimeout(max(deadline.remaining(), 0.001))
        sock.sendall(encode_binding_request(transaction_id))
        while True:
            header = _receive(sock, HEADER_LENGTH, deadline, ignored)
            try:
                length = body_length(header)
            except StunError as error:
                raise NoAnswerError(f"the server does not speak STUN: {error}") from error
            message = header + _receive(sock, length, deadline, ignored)
            try:
                return decode(message, transaction_id)
            except StunError as error:
                ignored = f"; what came was ignored: {error}"
    except OSError as error:
        raise NoAnswerError(f"the connection broke: {error.strerror or error}{ignored}") from error


def _receive(sock: socket.socket, count: int, deadline: Deadline, ignored: str) -> bytes:
    received = bytearray()
    while len(received) < count:
        remaining = deadline.remaining()
        if remaining <= 0:
            raise NoAnswerError(f"no answer in time{ignored}")
        sock.settimeout(remaining)
        chunk = sock.recv(count - len(received))
        if not chunk:
            raise NoAnswerError(f"the server closed the connection without an answer{ignored}")
        received += chunk
    return bytes(received)
