from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

import pytest

from lab.dns.behaviour import DnsBehaviour
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.zone import confirmation
from stacks.observe.zone.confirmation import Expectation, confirm

Serve = Callable[..., str]
NEW, OLD = "203.0.113.8", "203.0.113.7"


class Settable(Protocol):
    """The zone of these tests."""

    def set(self, *records: str) -> None: ...


def expect(*contents: str, name: str = "www.example.com", type: str = "A") -> Expectation:  # noqa: A002 - as in the field
    return Expectation(name, type, frozenset(contents))


def one(expectation: Expectation, *servers: str, seconds: float = 60) -> Confirmed | Unconfirmed:
    (result,) = confirm("example.com", [expectation], servers, seconds)
    return result


def patient(
    said: str, expectation: Expectation, *servers: str, seconds: float, zone: str = "example.com"
) -> Confirmed | Unconfirmed:
    """Confirm within so many seconds; on a machine too busy for the servers to say it, within three and nine times."""
    for longer in (seconds, 3 * seconds, 9 * seconds):
        (result,) = confirm(zone, [expectation], servers, longer)
        if isinstance(result, Unconfirmed) and said in result.said:
            break
    return result


class TestConfirmed:
    def test_at_once_where_the_servers_have_it_already(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"www A {NEW}")
        result = one(expect(NEW), serve(), serve())
        assert isinstance(result, Confirmed)
        assert (result.name, result.type) == ("www.example.com", "A")
        assert result.seconds < 30

    def test_after_the_lag_of_the_slowest(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"www A {OLD}")
        servers = serve(), serve(DnsBehaviour(lag=1.0))
        changed = time.monotonic()
        zone.set(f"www A {NEW}")
        result = one(expect(NEW), *servers)
        assert isinstance(result, Confirmed)
        assert time.monotonic() - changed > 0.9

    def test_all_contents_of_a_set_in_any_order(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"www A {NEW}", f"www A {OLD}")
        assert isinstance(one(expect(OLD, NEW), serve()), Confirmed)

    def test_a_deletion_of_a_name_and_of_a_type(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"www A {OLD}", f"other A {OLD}")
        servers = serve(DnsBehaviour(lag=0.5)), serve()
        zone.set("other TXT x")
        results = confirm("example.com", [expect(), expect(name="other.example.com")], servers, 60)
        assert [type(result) for result in results] == [Confirmed, Confirmed]

    @pytest.mark.parametrize(
        ("name", "type_", "expected"),
        [
            ("sub.example.com", "NS", ["ns.sub.example.com", "ns.example.net"]),
            ("sub.example.com", "DS", [f"1 13 2 {'ab' * 32}"]),
            ("ns.sub.example.com", "A", [NEW]),
            ("ns.sub.example.com", "AAAA", ["2001:db8::7"]),
        ],
    )
    def test_a_delegation_and_its_glue(
        self, zone: Settable, serve: Serve, name: str, type_: str, expected: list[str]
    ) -> None:
        glue = (f"ns.sub A {NEW}", "ns.sub AAAA 2001:db8::7")
        zone.set("sub NS ns.sub.example.com", "sub NS ns.example.net", f"sub DS 1 13 2 {'AB' * 32}", *glue)
        assert isinstance(one(expect(*expected, name=name, type=type_), serve()), Confirmed)

    @pytest.mark.parametrize(
        ("record", "type_", "expected"),
        [
            ("www AAAA 2001:db8::7", "AAAA", "2001:DB8:0:0::0007"),
            ("www CNAME Other.example.net", "CNAME", "other.example.NET."),
            ('www TXT "heritage=x,owner=y" "z"', "TXT", '"heritage=x,owner=yz"'),
            ('www TXT "heritage=x,owner=y" "z"', "TXT", "heritage=x,owner=yz"),
            (r'www TXT "a \"b\" \195\188"', "TXT", 'a "b" ü'),
            ("www MX 10 mail.example.com", "MX", "10 mail.example.com"),
            ('www CAA 0 issue "ca.example.net"', "CAA", '0 issue "ca.example.net"'),
        ],
    )
    def test_contents_are_compared_by_what_they_say(
        self, zone: Settable, serve: Serve, record: str, type_: str, expected: str
    ) -> None:
        zone.set(record)
        assert isinstance(one(expect(expected, type=type_), serve()), Confirmed)

    @pytest.mark.parametrize("behaviour", [DnsBehaviour(truncated=True), DnsBehaviour(delay=0.2)])
    def test_over_tcp_and_slowly(self, zone: Settable, serve: Serve, behaviour: DnsBehaviour) -> None:
        zone.set(f"www A {NEW}")
        assert isinstance(one(expect(NEW), serve(behaviour)), Confirmed)
        assert "tcp" in {asked.transport for asked in behaviour.asked} or not behaviour.truncated

    def test_a_server_with_an_ipv6_address(self, zone: Settable, serve: Serve, ipv6_loopback: str) -> None:
        zone.set(f"www A {NEW}")
        assert isinstance(one(expect(NEW), serve(host=ipv6_loopback)), Confirmed)

    def test_a_server_that_has_a_name(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"www A {NEW}")
        assert isinstance(one(expect(NEW), serve().replace("127.0.0.1", "localhost")), Confirmed)

    def test_a_server_whose_first_address_is_dead(
        self, zone: Settable, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def two_addresses(*_: object, family: int, **__: object) -> list[object]:
            addresses = ("127.0.0.9", "127.0.0.1") if family == socket.AF_INET else ()
            return [(family, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
        zone.set(f"www A {NEW}")
        assert isinstance(one(expect(NEW), serve().replace("127.0.0.1", "ns.invalid")), Confirmed)

    def test_a_wildcard_name(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"* A {NEW}")
        assert isinstance(one(expect(NEW, name="*.example.com"), serve()), Confirmed)

    def test_many_names_in_their_order(self, zone: Settable, serve: Serve) -> None:
        zone.set(*(f"n{number} A {NEW}" for number in range(300)))
        expectations = [expect(NEW, name=f"n{number}.example.com") for number in range(300)]
        results = confirm("example.com", expectations, [serve(), serve()], 60)
        assert [(type(result), result.name) for result in results] == [(Confirmed, one.name) for one in expectations]


class TestUnconfirmed:
    def test_a_delegation_to_other_name_servers(self, zone: Settable, serve: Serve) -> None:
        zone.set("sub NS ns.example.net")
        said, expected = "the name is delegated", expect("ns.example.org", name="sub.example.com", type="NS")
        result = patient(said, expected, serve(), seconds=0.5)
        assert isinstance(result, Unconfirmed)
        assert said in result.said

    def test_what_each_server_says_instead(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"www A {OLD}")
        fresh, silent, stale = serve(), serve(DnsBehaviour(silent=True)), serve(DnsBehaviour(lag=600))
        zone.set(f"www A {NEW}")
        said = f"{silent} does not answer; {stale} still answers {OLD}"
        result = patient(said, expect(NEW), fresh, silent, stale, seconds=2)
        assert result == Unconfirmed("www.example.com", "A", said)

    @pytest.mark.parametrize(
        ("behaviour", "said"),
        [
            (DnsBehaviour(refused=True), "answers REFUSED"),
            (DnsBehaviour(servfail=True), "answers SERVFAIL"),
            (DnsBehaviour(unauthoritative=True), "answers without authority"),
            (DnsBehaviour(foreign=True), "does not answer"),
        ],
    )
    def test_an_answer_that_does_not_count(
        self, zone: Settable, serve: Serve, behaviour: DnsBehaviour, said: str
    ) -> None:
        zone.set(f"www A {NEW}")
        result = patient(said, expect(NEW), serve(behaviour), seconds=1.8)
        assert isinstance(result, Unconfirmed)
        assert said in result.said

    @pytest.mark.parametrize(
        ("record", "said"),
        [
            (f"other A {NEW}", "still answers that there is none"),
            ("www TXT x", "still answers that there is none"),
            ("www CNAME other.example.net", "still answers an alias of other.example.net."),
            (f"www A {OLD}", f"still answers {OLD}"),
        ],
    )
    def test_another_record_than_the_expected(self, zone: Settable, serve: Serve, record: str, said: str) -> None:
        zone.set(record)
        place = serve()
        result = patient(said, expect(NEW), place, seconds=2)
        assert result == Unconfirmed("www.example.com", "A", f"{place} {said}")

    def test_more_records_than_the_expected(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"www A {OLD}", f"www A {NEW}")
        place = serve()
        said = f"{place} still answers {OLD}, {NEW}"
        assert patient(said, expect(NEW), place, seconds=0.5) == Unconfirmed("www.example.com", "A", said)

    def test_a_record_that_should_be_gone(self, zone: Settable, serve: Serve) -> None:
        zone.set('www TXT "a text that is longer than anybody wants to read in one line of a report"')
        said = "still answers 'a text that is longer than anybody wants to read in one lin..."
        result = patient(said, expect(type="TXT"), serve(), seconds=0.5)
        assert isinstance(result, Unconfirmed)
        assert result.said.endswith(said)

    def test_one_name_does_not_hold_up_another(self, zone: Settable, serve: Serve) -> None:
        zone.set(f"www A {NEW}")
        place, expectations = serve(), [expect(NEW, name="a.example.com"), expect(NEW)]
        for seconds in (1, 3, 9):  # as in `patient`
            results = confirm("example.com", expectations, [place], seconds)
            if isinstance(results[1], Confirmed):
                break
        assert [type(result) for result in results] == [Unconfirmed, Confirmed]

    @pytest.mark.parametrize(
        ("expectation", "said"),
        [
            (expect("somewhere"), "it cannot be asked for: "),
            (expect(NEW, name="a..example.com"), "it cannot be asked for: "),
            (expect(NEW, type="NOTYPE"), "it cannot be asked for: "),
        ],
    )
    def test_what_is_no_question(self, serve: Serve, expectation: Expectation, said: str) -> None:
        result = one(expectation, serve())
        assert isinstance(result, Unconfirmed)
        assert result.said.startswith(said)

    @pytest.mark.parametrize("server", ["127.0.0.1:no", "nowhere.invalid", "127.0.0.1:1"])
    def test_a_server_that_is_none(self, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object, **__: object) -> list[object]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        result = one(expect(NEW), server, seconds=2)
        assert isinstance(result, Unconfirmed)
        assert result.said.startswith(server)


class TestDeadline:
    @pytest.mark.parametrize("seconds", [0.0, 0.4, 1.7])
    def test_is_kept_however_silent_the_servers_are(self, serve: Serve, seconds: float) -> None:
        servers = serve(DnsBehaviour(silent=True)), serve(DnsBehaviour(delay=60)), serve()
        started = time.monotonic()
        results = confirm("example.com", [expect(NEW, name=f"n{n}.example.com") for n in range(50)], servers, seconds)
        assert seconds <= time.monotonic() - started + 0.01
        assert time.monotonic() - started < seconds + 60
        assert {type(result) for result in results} == {Unconfirmed}
        assert all(result.said for result in results if isinstance(result, Unconfirmed))

    def test_can_be_brought_forward(self, serve: Serve) -> None:
        behaviour = DnsBehaviour(silent=True)
        deadline = Deadline(120)
        place = serve(behaviour)
        cancel = threading.Timer(0.2, deadline.cancel)
        cancel.start()
        started = time.monotonic()
        (result,) = confirm("example.com", [expect(NEW)], [place], deadline)
        cancel.join()
        assert isinstance(result, Unconfirmed)
        assert time.monotonic() - started < 60

    def test_is_kept_where_a_large_zone_lags(self, serve: Serve) -> None:
        expectations = [expect(NEW, name=f"n{number}.example.com") for number in range(1000)]
        behaviour = DnsBehaviour()
        place = serve(behaviour)
        started = time.monotonic()
        results = confirm("example.com", expectations, [place], 1)
        assert time.monotonic() - started < 60
        assert {type(result) for result in results} == {Unconfirmed}
        assert behaviour.queries < 200


def test_nothing_expected_is_nothing_asked() -> None:
    assert confirm("example.com", [], [], 10) == ()


def test_a_server_that_has_taken_it_is_not_asked_again(
    zone: Settable, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmation, "ANSWER_TIMEOUT", 60.0)
    zone.set(f"www A {NEW}")
    takes, fails, deadline = DnsBehaviour(), DnsBehaviour(servfail=True), Deadline(60)

    def end_when_asked_again() -> None:
        while deadline.remaining() and (not takes.queries or fails.queries < 3):
            time.sleep(0.01)
        deadline.cancel()

    watching = threading.Thread(target=end_when_asked_again)
    watching.start()
    confirm("example.com", [expect(NEW)], [serve(takes), serve(fails)], deadline)
    watching.join()
    assert takes.queries == 1


def test_a_zone_whose_name_servers_are_not_found() -> None:
    result = confirm("a..b", [expect(NEW)], [], 1)[0]
    assert isinstance(result, Unconfirmed)
    assert result.said.startswith("the name servers of a..b were not found: ")
