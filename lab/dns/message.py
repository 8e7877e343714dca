"""From the bytes of a query to the bytes of its answer. Nothing that comes from outside raises."""

from __future__ import annotations

from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass

from lab.dns.lookup import Reply

PAYLOAD = 1232
"""Bytes of UDP that we accept and send (DNS flag day 2020)."""
_SMALLEST_PAYLOAD = 512
_LARGEST_MESSAGE = 65535
_HEADER = 12
_ID = 2
"""Bytes; the flags follow."""
_QR, _OPCODE, _RD = 0x80, 0x78, 0x01
"""Bits of a header's third byte (RFC 1035, 4.1.1)."""


def read(wire: bytes) -> dns.message.QueryMessage | bytes | None:
    """The query; or what is answered to something else (FORMERR, NOTIMP); or None where nothing is."""
    if len(wire) < _HEADER or wire[_ID] & _QR:
        return None
    if wire[_ID] & _OPCODE:  # any but QUERY
        return _refusal(wire, dns.rcode.NOTIMP)
    try:
        query = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return _refusal(wire, dns.rcode.FORMERR)
    if not isinstance(query, dns.message.QueryMessage) or len(query.question) != 1:
        return _refusal(wire, dns.rcode.FORMERR)
    return query


def _refusal(wire: bytes, rcode: dns.rcode.Rcode) -> bytes:
    """A bare header: what could not be read is not repeated."""
    return wire[:_ID] + bytes([_QR | (wire[_ID] & (_OPCODE | _RD)), rcode]) + bytes(_HEADER - _ID - 2)


def write(
    query: dns.message.QueryMessage, look_up: Callable[[], Reply], *, udp: bool, truncated: bool = False
) -> bytes:
    """The answer; over UDP cut to nothing but TC where it is longer than the client takes, or where it shall be."""
    response = dns.message.make_response(query, our_payload=PAYLOAD)
    response.flags &= ~dns.flags.CD
    if query.edns > 0:
        response.set_rcode(dns.rcode.BADVERS)
    elif query.question[0].rdclass != dns.rdataclass.IN:
        response.set_rcode(dns.rcode.REFUSED)
    else:
        _fill(response, look_up())
    largest = _LARGEST_MESSAGE
    if udp:
        largest = min(max(query.payload, _SMALLEST_PAYLOAD), PAYLOAD) if query.edns >= 0 else _SMALLEST_PAYLOAD
    if not (udp and truncated):
        try:
            return response.to_wire(max_size=largest)
        except dns.exception.TooBig:
            pass
    response.answer.clear()
    response.authority.clear()
    response.additional.clear()
    response.flags |= dns.flags.TC
    return response.to_wire(max_size=largest)


def _fill(response: dns.message.Message, reply: Reply) -> None:
    response.set_rcode(reply.rcode)
    response.answer = list(reply.answer)
    response.authority = list(reply.authority)
    response.additional = list(reply.additional)
    if reply.authoritative:
        response.flags |= dns.flags.AA
