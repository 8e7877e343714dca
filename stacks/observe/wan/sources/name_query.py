"""The address as a DNS resolver sees it: a question whose answer is the asker's own address."""

from __future__ import annotations

import select
import socket
from ipaddress import ip_address

import dns.exception
import dns.message
import dns.rdataclass
import dns.rdatatype

from stacks.model.values import Address, Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.connect import connected
from stacks.observe.wan.sources.deadline import Deadline
from stacks.settings.wan_source import RESOLVERS

RETRANSMISSION_TIMEOUT = 1.0
"""Seconds; each wait doubles."""
LARGEST_DATAGRAM = 65535


def ask(name: str, server: str, port: int, family: Family, deadline: Deadline, via: str = "") -> Address:
    """Return the address in the answer of `server` (empty: the name's own). Raises `NoAnswerError`."""
    host = server or RESOLVERS[name, family]
    query = query_for(name, family)
    with connected(host, port, family, socket.SOCK_DGRAM, deadline, via) as sock:
        try:
            answer = _exchange(sock, query, deadline)
        except OSError as error:
            raise NoAnswerError(f"the resolver cannot be reached: {error.strerror or error}") from error
    return address_in(answer)


def query_for(name: str, family: Family) -> dns.message.QueryMessage:
    """Return the question for the asker's address by a name."""
    if name == "whoami.cloudflare":
        return dns.message.make_query(name, dns.rdatatype.TXT, dns.rdataclass.CH)
    return dns.message.make_query(name, family.record_type)


def _exchange(sock: socket.socket, query: dns.message.QueryMessage, deadline: Deadline) -> dns.message.Message:
    sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    wait = RETRANSMISSION_TIMEOUT
    while deadline.remaining() > 0:
        sock.send(query.to_wire())
        resend = Deadline(min(wait, deadline.remaining()))
        wait *= 2
        while min(resend.remaining(), deadline.remaining()) > 0 and poll.poll(1000 * resend.remaining()):
            try:
                message = dns.message.from_wire(sock.recv(LARGEST_DATAGRAM))
            except (dns.exception.DNSException, BlockingIOError):
                continue  # a stranger's datagram, or a deadline that was cancelled
            if query.is_response(message):
                return message
    raise NoAnswerError("no answer in time")


def address_in(answer: dns.message.Message) -> Address:
    """Return the address in an answer. Raises `NoAnswerError` where it has none, or more than one."""
    texts = [
        b"".join(record.strings).decode("ascii", "replace") if record.rdtype == dns.rdatatype.TXT else str(record)
        for records in answer.answer
        for record in records
    ]
    if len(texts) != 1:
        raise NoAnswerError(f"answered with {len(texts)} records where one is the address")
    try:
        return ip_address(texts[0])
    except ValueError as error:
        raise NoAnswerError(f"answered with something that is no address: {texts[0][:40]!r}") from error
