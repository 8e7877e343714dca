"""A name server that takes signed messages over a connection, and its faults in words."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.tsig

from components.dns_update.connection import Connection
from components.plain_text import cut

CONNECTING, ANSWERING = 5.0, 10.0
"""Seconds."""
_MD5 = "hmac-md5"
_RCODES = {
    "REFUSED": "it does not serve the zone, the key may not do that, or the record is against its checks: see its log",
    "NOTAUTH": "it does not serve that zone as its primary, or does not know the key",
    "NOTZONE": "a name is outside of the zone",
    "SERVFAIL": "it has a fault of its own, which its log has",
    "NOTIMP": "it takes no such requests",
    "FORMERR": "it does not understand the request",
}
_UNSIGNED = frozenset({"REFUSED", "NOTAUTH"})
"""The answers to requests whose key a server does not know, which it cannot sign."""


class _AnotherAnswer(dns.exception.FormError):
    """It answers another question than was asked."""  # dnspython's own (`dns.query`) costs an import of HTTP clients


class DnsFault(Exception):  # noqa: N818 - what happened, in words for a person
    """A request to a name server that was not carried out, in words for a person."""


class NoAnswer(DnsFault):
    """A server without an answer that counts. was_sent: whether the request may have been carried out all the same."""

    def __init__(self, text: str, *, was_sent: bool) -> None:
        super().__init__(text)
        self.was_sent = was_sent


class Unsigned(NoAnswer):
    """A refusal without a signature: it counts for nothing, and yet says which settings may be wrong."""


class NotDone(DnsFault):
    """A request that the server has refused. code: the name of its answer, such as REFUSED."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class DnsServer:
    """A server with the key for it. secret: in Base64; never printed."""

    connection: Connection
    secret: str = field(repr=False)

    @property
    def named(self) -> str:
        """Its place, in messages."""
        return self.connection.server

    def key(self) -> dns.tsig.Key:
        """Return the key that signs."""
        algorithm = self.connection.algorithm
        name = dns.tsig.HMAC_MD5 if algorithm == _MD5 else dns.name.from_text(algorithm)
        return dns.tsig.Key(self.connection.key, self.secret, name)

    def ask(self, message: dns.message.Message) -> dns.message.Message:
        """Sign a message, send it by TCP, and return the signed answer, whatever its code. Raises NoAnswer, NotDone."""
        with self.connected() as line:
            return line.ask(message)

    @contextmanager
    def connected(self) -> Iterator[OpenConnection]:
        """Yield a connection, to the first of the server's addresses that takes one. Raises NoAnswer."""
        try:
            made = socket.create_connection(self.connection.place, CONNECTING)
        except OSError as error:
            raise NoAnswer(f"{self.named} cannot be reached: {error.strerror or error}", was_sent=False) from None
        with made:
            yield OpenConnection(self, made)

    def refusal(self, answer: dns.message.Message, about: str) -> NotDone:
        """Return the refusal in an answer. about: the request, in words."""
        code = dns.rcode.to_text(answer.rcode())
        reason = _RCODES.get(code, "")
        said = f"{code}: {reason}" if reason else code
        return NotDone(f"{self.named} does not {about} with the key {self.connection.key} ({said})", code)


@dataclass(frozen=True, slots=True)
class OpenConnection:
    """An open connection to a server, for one request after the other."""

    server: DnsServer
    connected: socket.socket = field(repr=False)

    def ask(self, message: dns.message.Message) -> dns.message.Message:
        """Sign a message, send it, and return the signed answer, whatever its code. Raises NoAnswer, NotDone."""
        with self._translated():
            self._send(message)
            wire = self._receive()
            self._check_signed(wire)
            answer = dns.message.from_wire(wire, keyring=message.keyring, request_mac=message.mac)
            if not message.is_response(answer):
                raise _AnotherAnswer
            return answer

    def transfer(self, request: dns.message.Message) -> Iterator[dns.message.Message]:
        """Sign the request for a transfer, send it, and yield its messages, until nobody asks for more of them.

        Each SOA of a message is a record set of its own, and not every message is signed. Raises NoAnswer, NotDone.
        """
        context = None
        with self._translated():
            self._send(request)
        while True:
            with self._translated():
                message = dns.message.from_wire(
                    self._receive(),
                    keyring=request.keyring,
                    request_mac=request.mac,
                    xfr=True,
                    tsig_ctx=context,
                    multi=True,
                )
                if not request.is_response(message, xfr_continuation=context is not None):
                    raise _AnotherAnswer
            context = message.tsig_ctx
            yield message

    def _check_signed(self, wire: bytes) -> None:
        """Raise Unsigned for a refusal without a signature, as PowerDNS and Knot give it."""
        plain = dns.message.from_wire(wire, keyring=False)
        code = dns.rcode.to_text(plain.rcode())
        if not plain.had_tsig and code in _UNSIGNED:
            connection = self.server.connection
            said = f"{connection.server} answers {code} without a signature: it does not serve the zone, does not know"
            key = f"the key {connection.key} ({connection.algorithm})"
            raise Unsigned(f"{said} {key}, or has another secret for it", was_sent=True)

    def _send(self, message: dns.message.Message) -> None:
        message.use_tsig(self.server.key())
        self.connected.settimeout(ANSWERING)
        self.connected.sendall(message.to_wire(prepend_length=True))

    def _receive(self) -> bytes:
        until = time.monotonic() + ANSWERING
        return self._read(int.from_bytes(self._read(2, until)), until)

    def _read(self, size: int, until: float) -> bytes:
        found = bytearray()
        while len(found) < size:
            self.connected.settimeout(max(until - time.monotonic(), 0.001))
            part = self.connected.recv(size - len(found))
            if not part:
                raise EOFError
            found += part
            if time.monotonic() > until:
                raise TimeoutError
        return bytes(found)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise the faults of a request that has reached the server as ours."""
        named = self.server.named
        try:
            yield
        except (dns.tsig.PeerBadKey, dns.tsig.PeerBadSignature, dns.tsig.PeerBadTruncation) as error:
            key, algorithm = self.server.connection.key, self.server.connection.algorithm
            reason = "does not know it" if isinstance(error, dns.tsig.PeerBadKey) else "has another secret for it"
            raise NotDone(
                f"{named} refuses the key {key} ({algorithm}): it {reason}, or another algorithm", "NOTAUTH"
            ) from None
        except (dns.tsig.PeerBadTime, dns.tsig.BadTime):
            text = f"{named} and this machine have different times (BADTIME): set both clocks by NTP"
            raise NotDone(text, "BADTIME") from None
        except TimeoutError:
            raise NoAnswer(f"{named} has not answered within {ANSWERING:.0f} s", was_sent=True) from None
        except EOFError:
            raise NoAnswer(f"{named} has ended the connection without an answer", was_sent=True) from None
        except OSError as error:
            raise NoAnswer(f"{named} cannot be read: {error.strerror or error}", was_sent=True) from None
        except dns.exception.DNSException as error:
            text = f"{named} gives no answer that counts: {cut(str(error) or type(error).__name__, 200)}"
            raise NoAnswer(text, was_sent=True) from None
