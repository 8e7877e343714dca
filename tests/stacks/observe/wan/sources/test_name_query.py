from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rrset
import pytest

from stacks.model.values import Address, Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources import name_query
from stacks.observe.wan.sources.deadline import Deadline

if TYPE_CHECKING:
    from contextlib import ExitStack

Reply = Callable[[dns.message.Message], list[bytes]]


def records(query: dns.message.Message, *contents: str) -> bytes:
    question = query.question[0]
    response = dns.message.make_response(query)
    response.answer = (
        [dns.rrset.from_text(question.name, 60, question.rdclass, question.rdtype, *contents)] if contents else []
    )
    return response.to_wire()


def ask(stack: ExitStack, name: str, reply: Reply, family: Family = Family.IPV4, seconds: float = 60) -> Address:
    """Ask a resolver on loopback that answers one query with the datagrams of `reply`."""
    host = "127.0.0.1" if family is Family.IPV4 else "::1"
    server = stack.enter_context(
        socket.socket(socket.AF_INET if family is Family.IPV4 else socket.AF_INET6, socket.SOCK_DGRAM)
    )
    server.bind((host, 0))

    def serve() -> None:
        wire, client = server.recvfrom(1000)
        for datagram in reply(dns.message.from_wire(wire)):
            server.sendto(datagram, client)

    thread = threading.Thread(target=serve)
    thread.start()
    stack.callback(thread.join)
    return name_query.ask(name, host, server.getsockname()[1], family, Deadline(seconds))


def test_cloudflares_resolver_is_asked_for_a_chaos_text(stack: ExitStack) -> None:
    asked: list[str] = []

    def reply(query: dns.message.Message) -> list[bytes]:
        asked.append(str(query.question[0]))
        return [records(query, '"203.0.113.7"')]

    assert ask(stack, "whoami.cloudflare", reply) == ip_address("203.0.113.7")
    assert asked == ["whoami.cloudflare. CH TXT"]


def test_opendns_is_asked_for_an_address_record(stack: ExitStack) -> None:
    asked: list[str] = []

    def reply(query: dns.message.Message) -> list[bytes]:
        asked.append(str(query.question[0]))
        return [records(query, "203.0.113.7")]

    assert ask(stack, "myip.opendns.com", reply) == ip_address("203.0.113.7")
    assert asked == ["myip.opendns.com. IN A"]


@pytest.mark.usefixtures("ipv6_loopback")
def test_opendns_over_ipv6_is_asked_for_aaaa(stack: ExitStack) -> None:
    found = ask(stack, "myip.opendns.com", lambda query: [records(query, "2001:db8::7")], Family.IPV6)
    assert found == ip_address("2001:db8::7")


def test_what_is_no_response_to_the_query_is_ignored(stack: ExitStack) -> None:
    def reply(query: dns.message.Message) -> list[bytes]:
        other = dns.message.make_query("myip.opendns.com", "A", id=(query.id + 1) % 65536)
        return [b"junk", records(other, "198.51.100.66"), query.to_wire(), records(query, "203.0.113.7")]

    assert ask(stack, "myip.opendns.com", reply) == ip_address("203.0.113.7")


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        ([], "0 records"),
        (['"203.0.113.7"', '"203.0.113.8"'], "2 records"),
        (['"hello"'], "no address: 'hello'"),
    ],
)
def test_an_answer_without_the_one_address_is_no_answer(stack: ExitStack, contents: list[str], why: str) -> None:
    with pytest.raises(NoAnswerError, match=why):
        ask(stack, "whoami.cloudflare", lambda query: [records(query, *contents)])


def test_a_silent_resolver_gives_no_answer_at_the_deadline(stack: ExitStack) -> None:
    with pytest.raises(NoAnswerError, match="no answer in time"):
        ask(stack, "whoami.cloudflare", lambda _: [], seconds=0.2)


def test_a_cancelled_deadline_ends_the_waiting() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        deadline = Deadline(120)

        def cancel_once_asked() -> None:
            silent.recvfrom(1000)
            deadline.cancel()

        thread = threading.Thread(target=cancel_once_asked)
        thread.start()
        started = time.monotonic()
        with pytest.raises(NoAnswerError, match="no answer in time"):
            name_query.ask("whoami.cloudflare", "127.0.0.1", silent.getsockname()[1], Family.IPV4, deadline)
        assert time.monotonic() - started < 60
        thread.join()


def test_a_closed_port_is_known_at_once() -> None:
    with pytest.raises(NoAnswerError, match="cannot be reached"):
        name_query.ask("whoami.cloudflare", "127.0.0.1", 9, Family.IPV4, Deadline(30))
