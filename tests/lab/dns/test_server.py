from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from lab.dns.behaviour import Asked, DnsBehaviour
from lab.dns.record import ZoneRecord, Zones
from lab.dns.server import serve_dns

Exchange = Callable[..., dns.message.Message]


class Live:
    """A zone that changes."""

    def __init__(self, *contents: str) -> None:
        self.set(*contents)

    def set(self, *contents: str) -> None:
        self._records = tuple(ZoneRecord("www.example.com", "A", content, 60) for content in contents)

    def __call__(self) -> Zones:
        return {"example.com": self._records}


def port_of(place: str) -> int:
    return int(place.rpartition(":")[2])


def ask(
    place: str, name: str = "www.example.com", exchange: Exchange = dns.query.udp, seconds: float = 60
) -> dns.message.Message:
    query = dns.message.make_query(name, "A")
    return exchange(query, "127.0.0.1", timeout=seconds, port=port_of(place))


def contents(answer: dns.message.Message) -> list[str]:
    return [str(record) for rrset in answer.answer for record in rrset]


class TestAnswers:
    @pytest.mark.parametrize("exchange", [dns.query.udp, dns.query.tcp])
    def test_udp_and_tcp_on_one_port(self, exchange: Exchange) -> None:
        with serve_dns(Live("203.0.113.7")) as place:
            answer = ask(place, exchange=exchange)
        assert contents(answer) == ["203.0.113.7"]
        assert answer.flags & dns.flags.AA

    def test_a_changed_zone_is_answered_from_then_on_with_a_later_serial(self) -> None:
        zone = Live("203.0.113.7")
        with serve_dns(zone) as place:
            before = ask(place, "none.example.com").authority[0][0].serial
            zone.set("203.0.113.8")
            assert contents(ask(place)) == ["203.0.113.8"]
            assert ask(place, "none.example.com").authority[0][0].serial == before + 1

    def test_an_answer_too_long_for_udp_is_fetched_over_tcp(self) -> None:
        with serve_dns(Live(*(f"192.0.2.{n}" for n in range(1, 100)))) as place:
            assert ask(place).flags & dns.flags.TC
            assert len(contents(ask(place, exchange=dns.query.tcp))) == 99

    def test_questions_over_tcp_may_come_in_pieces_and_two_in_one(self) -> None:
        wire = dns.message.make_query("www.example.com", "A").to_wire()
        data = 2 * (len(wire).to_bytes(2) + wire)
        with serve_dns(Live("203.0.113.7")) as place, socket.create_connection(("127.0.0.1", port_of(place))) as sock:
            sock.settimeout(60)
            sock.sendall(data[:5])
            sock.sendall(data[5:])
            with sock.makefile("rb") as answers:
                for _ in range(2):
                    answer = dns.message.from_wire(answers.read(int.from_bytes(answers.read(2))))
                    assert contents(answer) == ["203.0.113.7"]

    def test_over_ipv6(self, ipv6_loopback: str) -> None:
        with serve_dns(Live("203.0.113.7"), ipv6_loopback) as place:
            assert place.startswith("[::1]:")
            query = dns.message.make_query("www.example.com", "A")
            assert contents(dns.query.udp(query, "::1", timeout=60, port=port_of(place))) == ["203.0.113.7"]


class TestMisbehaviour:
    @pytest.mark.parametrize("exchange", [dns.query.udp, dns.query.tcp])
    def test_silence(self, exchange: Exchange) -> None:
        behaviour = DnsBehaviour(silent=True)
        with serve_dns(Live(), behaviour=behaviour) as place:
            with pytest.raises(dns.exception.Timeout):
                ask(place, exchange=exchange, seconds=0.1)
            behaviour.silent = False
            ask(place, exchange=exchange)  # after which the first question has come, too
            assert behaviour.queries == 2

    @pytest.mark.parametrize("exchange", [dns.query.udp, dns.query.tcp])
    def test_a_delay(self, exchange: Exchange) -> None:
        with serve_dns(Live("203.0.113.7"), behaviour=DnsBehaviour(delay=0.2)) as place:
            started = time.monotonic()
            assert contents(ask(place, exchange=exchange)) == ["203.0.113.7"]
            assert time.monotonic() - started > 0.19

    def test_a_lag_shows_the_zone_as_it_was_and_then_as_it_is(self) -> None:
        zone, behaviour = Live("203.0.113.7"), DnsBehaviour(lag=600)
        with serve_dns(zone, behaviour=behaviour) as place:
            assert contents(ask(place)) == ["203.0.113.7"]
            changed = time.monotonic()
            zone.set("203.0.113.8")
            assert contents(ask(place)) == ["203.0.113.7"]
            behaviour.lag = 0.5
            while contents(ask(place)) == ["203.0.113.7"]:
                assert time.monotonic() < changed + 60
            assert contents(ask(place)) == ["203.0.113.8"]
            assert time.monotonic() - changed > 0.49

    @pytest.mark.parametrize(
        ("behaviour", "rcode"),
        [(DnsBehaviour(refused=True), dns.rcode.REFUSED), (DnsBehaviour(servfail=True), dns.rcode.SERVFAIL)],
    )
    def test_a_refusal_and_a_failure(self, behaviour: DnsBehaviour, rcode: dns.rcode.Rcode) -> None:
        with serve_dns(Live("203.0.113.7"), behaviour=behaviour) as place:
            assert (ask(place).rcode(), ask(place).answer) == (rcode, [])

    def test_no_authority(self) -> None:
        with serve_dns(Live("203.0.113.7"), behaviour=DnsBehaviour(unauthoritative=True)) as place:
            answer = ask(place)
        assert contents(answer) == ["203.0.113.7"]
        assert not answer.flags & dns.flags.AA

    def test_truncation(self) -> None:
        with serve_dns(Live("203.0.113.7"), behaviour=DnsBehaviour(truncated=True)) as place:
            assert ask(place).flags & dns.flags.TC
            assert contents(ask(place, exchange=dns.query.tcp)) == ["203.0.113.7"]

    def test_an_answer_to_somebody_else(self) -> None:
        with (
            serve_dns(Live("203.0.113.7"), behaviour=DnsBehaviour(foreign=True)) as place,
            pytest.raises(dns.query.BadResponse),
        ):
            ask(place)


def test_what_was_asked_is_told() -> None:
    behaviour = DnsBehaviour()
    with serve_dns(Live(), behaviour=behaviour) as place:
        ask(place)
        ask(place, "a.example.com", dns.query.tcp)
    assert list(behaviour.asked) == [Asked("www.example.com.", "A", "udp"), Asked("a.example.com.", "A", "tcp")]
    assert behaviour.queries == 2


def test_what_is_no_question_ends_a_tcp_connection_and_nothing_else() -> None:
    with serve_dns(Live("203.0.113.7")) as place:
        with socket.create_connection(("127.0.0.1", port_of(place)), timeout=60) as sock:
            sock.sendall(b"\x00\x04junk")
            assert sock.recv(10) == b""
        with socket.create_connection(("127.0.0.1", port_of(place)), timeout=60) as sock:
            sock.sendall(b"\x00")
        assert contents(ask(place)) == ["203.0.113.7"]


def test_a_port_in_use_is_an_error_that_names_it() -> None:
    with serve_dns(Live()) as place:
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port_of(place)}") as caught:
            serve_dns(Live(), port=port_of(place)).__enter__()
        assert caught.value.errno == errno.EADDRINUSE


def test_the_port_is_free_again_afterwards() -> None:
    with serve_dns(Live()) as place:
        ask(place, exchange=dns.query.tcp)
    with serve_dns(Live(), port=port_of(place)) as again:
        assert again == place


def test_open_connections_and_due_answers_do_not_hold_up_the_end() -> None:
    wire = dns.message.make_query("www.example.com", "A").to_wire()
    started = time.monotonic()
    with serve_dns(Live(), behaviour=DnsBehaviour(delay=60)) as place:
        idle = socket.create_connection(("127.0.0.1", port_of(place)), timeout=60)
        asking = socket.create_connection(("127.0.0.1", port_of(place)), timeout=60)
        asking.sendall(len(wire).to_bytes(2) + wire)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(wire, ("127.0.0.1", port_of(place)))
    with idle, asking:
        for connection in (idle, asking):
            try:
                assert connection.recv(10) == b""
            except ConnectionResetError:
                continue
    assert time.monotonic() - started < 30, "the answer was due after 60 s or never"
