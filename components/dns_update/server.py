"""A name server that takes signed messages, and its faults in words."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.tsig
import dns.xfr

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


class DnsFault(Exception):  # noqa: N818 - what happened, in words for a person
    """A request to a name server that was not carried out, in words for a person."""


class NoAnswer(DnsFault):
    """A server without an answer that counts. was_sent: whether the request may have been carried out all the same."""

    def __init__(self, text: str, *, was_sent: bool) -> None:
        super().__init__(text)
        self.was_sent = was_sent


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
        message.use_tsig(self.key())
        with self._connected() as connected:
            address = str(connected.getpeername()[0])
            return self.translated(lambda: dns.query.tcp(message, address, ANSWERING, sock=connected))

    def address(self) -> str:
        """Return the first address of the server that takes a connection. Raises NoAnswer."""
        with self._connected() as connected:
            return str(connected.getpeername()[0])

    def translated(self, asking: Callable[[], dns.message.Message]) -> dns.message.Message:
        """Return the answer of a request that has reached the server, its faults as ours."""
        try:
            return asking()
        except (dns.tsig.PeerBadKey, dns.tsig.PeerBadSignature, dns.tsig.PeerBadTruncation) as error:
            key, algorithm = self.connection.key, self.connection.algorithm
            reason = "does not know it" if isinstance(error, dns.tsig.PeerBadKey) else "has another secret for it"
            text = f"{self.named} refuses the key {key} ({algorithm}): it {reason}, or another algorithm"
            raise NotDone(text, "NOTAUTH") from None
        except (dns.tsig.PeerBadTime, dns.tsig.BadTime):
            text = f"{self.named} and this machine have different times (BADTIME): set both clocks by NTP"
            raise NotDone(text, "BADTIME") from None
        except dns.xfr.TransferError as error:
            raise self.refusal(error.rcode, "hand over the zone by a transfer (AXFR)") from None
        except dns.exception.Timeout:
            raise NoAnswer(f"{self.named} has not answered within {ANSWERING:.0f} s", was_sent=True) from None
        except EOFError:
            raise NoAnswer(f"{self.named} has ended the connection without an answer", was_sent=True) from None
        except OSError as error:
            raise NoAnswer(f"{self.named} cannot be read: {error.strerror or error}", was_sent=True) from None
        except dns.exception.DNSException as error:
            text = f"{self.named} gives no answer that counts: {cut(str(error) or type(error).__name__, 200)}"
            raise NoAnswer(text, was_sent=True) from None

    def refusal(self, answer: dns.message.Message | dns.rcode.Rcode, about: str) -> NotDone:
        """Return the refusal in an answer. about: the request, in words."""
        rcode = answer if isinstance(answer, dns.rcode.Rcode) else answer.rcode()
        code = dns.rcode.to_text(rcode)
        reason = _RCODES.get(code, "")
        said = f"{code}: {reason}" if reason else code
        return NotDone(f"{self.named} does not {about} with the key {self.connection.key} ({said})", code)

    def _connected(self) -> socket.socket:
        """Return a connection, to the first of the server's addresses that takes one. Raises NoAnswer."""
        host, port = self.connection.place
        try:
            made = socket.create_connection((host, port), CONNECTING)
        except (OSError, UnicodeError) as error:  # the latter for a host with an empty or too long label
            text = f"{self.named} cannot be reached: {getattr(error, 'strerror', '') or error}"
            raise NoAnswer(text, was_sent=False) from None
        made.setblocking(False)  # noqa: FBT003 - as dnspython wants it
        return made
