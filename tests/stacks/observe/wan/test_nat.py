from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from components.host_port import parse_host
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from stacks.model.values import Known, Unknown
from stacks.observe.wan import nat
from stacks.observe.wan.nat import Kind, Nat, classify, meaning
from tests.stacks.observe.wan.coturn import coturn_on

HERE = IPv4Address("127.0.0.1")
SEEN = IPv4Address("203.0.113.7")
LONG = 60.0
ACCEPT = (ip_network("203.0.113.0/24"),)
ANOTHER = Unknown("")

Start = Callable[..., str]


def asked(place: str, seconds: float = LONG, via: str = "") -> Nat | Unknown:
    """Classify with this server; however it ends, no process stays behind."""
    host, port = parse_host(place, 0)
    started = time.monotonic()
    found = classify((host, port), seconds, via)
    assert time.monotonic() - started < seconds + 60
    assert not running(place)
    return found


def settled(place: str, expected: Nat, seconds: float) -> Nat | Unknown:
    """Classify with this server in so many seconds; on a machine too busy for that, in three and nine times as many."""
    found = asked(place, seconds)
    for longer in (3 * seconds, 9 * seconds):
        if found == expected:
            break
        found = asked(place, longer)
    return found


def refused(place: Start, reason: str, seconds: float, **behaviour: Any) -> Nat | Unknown:  # noqa: ANN401 - of the lab
    """Classify with a server that misbehaves, until the reason is given, in as many seconds as in `settled`.

    delay: of the server's answers, as a share of the seconds.
    """
    found: Nat | Unknown = Unknown("")
    for longer in (seconds, 3 * seconds, 9 * seconds):
        found = asked(place(**behaviour | {"delay": behaviour.get("delay", 0.0) * longer}), longer)
        if isinstance(found, Unknown) and reason in found.reason:
            break
    return found


def running(place: str) -> list[str]:
    """The processes that classify with this server."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            words = process.read_bytes().decode(errors="replace").split("\0")
            if nat.CHILD in words and place.rpartition(":")[2] in words:
                found.append(" ".join(words))
    return found


class TestTheKind:
    """pystun3 concludes from which of the server's answers get through; the lab leaves out what a NAT would filter."""

    @pytest.mark.parametrize(
        ("seen", "changes", "kind"),
        [
            (HERE, {6}, Kind.OPEN_INTERNET),
            (HERE, set(), Kind.SYMMETRIC_UDP_FIREWALL),
            (SEEN, {6}, Kind.FULL_CONE),
        ],
    )
    def test_is_told_by_a_server_with_two_addresses(
        self, world: Addresses, stun: Start, seen: IPv4Address, changes: set[int], kind: Kind
    ) -> None:
        world.ipv4 = str(seen)
        place = stun(changed=("127.0.0.1", 9), changes=frozenset(changes))
        expected = Nat(kind, seen, HERE)
        assert settled(place, expected, seconds=4) == expected

    @pytest.mark.parametrize(
        ("changes", "lie", "kind"),
        [({2}, None, Kind.RESTRICTED), (set(), None, Kind.PORT_RESTRICTED), (set(), "203.0.113.8", Kind.SYMMETRIC)],
    )
    def test_is_told_by_the_servers_second_address(
        self, stun: Start, changes: set[int], lie: str | None, kind: Kind
    ) -> None:
        second = stun("127.0.0.2", changes=frozenset(changes), lie=lie)
        place = stun(changed=parse_host(second, 0))
        expected = Nat(kind, SEEN, HERE)
        assert settled(place, expected, seconds=4) == expected

    def test_is_blocked_where_no_answer_comes(self, stun: Start) -> None:
        expected = Nat(Kind.UDP_BLOCKED, None, HERE)
        assert settled(stun(silent=True), expected, seconds=3) == expected

    def test_is_blocked_where_nobody_listens(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
        expected = Nat(Kind.UDP_BLOCKED, None, HERE)
        assert settled(f"127.0.0.1:{port}", expected, seconds=3) == expected


class TestAServerThatCannotTellTheKind:
    def test_tells_at_least_that_there_is_a_nat(self, stun: Start) -> None:
        untold = "the server has no second address from which it could answer"
        assert asked(stun()) == Nat(Kind.UNTOLD, SEEN, HERE, untold)

    def test_tells_at_least_that_there_is_none(self, stun: Start) -> None:
        found = asked(stun(lie="127.0.0.1"))
        assert isinstance(found, Nat)
        assert (found.kind, found.external) == (Kind.NONE, HERE)

    def test_is_asked_in_todays_way_where_it_does_not_know_the_classic_one(self, stun: Start) -> None:
        untold = "the server does not answer in the way of RFC 3489"
        expected = Nat(Kind.UNTOLD, SEEN, HERE, untold)
        assert settled(stun(classic=False), expected, seconds=3) == expected

    def test_may_name_a_second_address_that_is_silent(self, stun: Start) -> None:
        second = stun("127.0.0.2", silent=True)
        expected = Nat(Kind.UNTOLD, SEEN, HERE, "its second address does not answer")
        assert settled(stun(changed=parse_host(second, 0)), expected, seconds=4) == expected


class TestAServerThatMisbehaves:
    def test_with_endless_errors_is_not_asked_endlessly(self, world: Addresses, stack: ExitStack) -> None:
        behaviour = StunBehaviour(error=420)
        place = stack.enter_context(serve_stun(world, behaviour=behaviour))
        found = asked(place)
        assert found == Unknown(f"127.0.0.1 port {place[10:]}: the server answers with errors only")
        assert behaviour.requests <= 25

    def test_with_answers_that_cannot_be_read_is_said_so(self, stun: Start) -> None:
        said = "the server's answers cannot be read"
        found = refused(stun, said, seconds=1.5, malformed=True)
        assert isinstance(found, Unknown)
        assert said in found.reason

    def test_with_answers_to_other_questions_ends_at_the_deadline(self, stun: Start) -> None:
        said = "the classification was not done after "
        found = refused(stun, said, seconds=4, foreign=True, delay=0.045)
        assert isinstance(found, Unknown)
        assert said in found.reason

    def test_ends_with_the_deadline_although_the_parent_is_gone(self, stun: Start) -> None:
        for seconds in (3, 9, 27):  # as in `settled`
            host, _, port = stun(foreign=True, delay=0.053 * seconds).rpartition(":")
            command = [sys.executable, "-P", "-m", nat.CHILD, host, port, str(seconds)]
            done = subprocess.run(command, timeout=120, check=False)
            if done.returncode == -signal.SIGALRM:
                break
        assert done.returncode == -signal.SIGALRM


class TestTheQuestions:
    def test_leave_by_the_address_that_is_meant(self, stun: Start) -> None:
        found = asked(stun(), via="127.0.0.2")
        assert isinstance(found, Nat)
        assert found.source == ip_address("127.0.0.2")

    def test_leave_by_the_interface_that_is_meant(self, stun: Start) -> None:
        assert isinstance(asked(stun(), via="lo"), Nat)
        found = asked(stun(), via="gone0")
        assert isinstance(found, Unknown)
        assert "cannot be asked over ipv4" in found.reason

    def test_are_not_asked_of_a_host_without_an_ipv4_address(self) -> None:
        found = asked("[::1]:9")
        assert isinstance(found, Unknown)
        assert found.reason.startswith("::1 port 9: the server cannot be asked over ipv4")

    def test_are_not_asked_by_a_file_of_the_working_directory(
        self, stun: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "stun.py").write_text("raise SystemExit(7)")
        monkeypatch.chdir(tmp_path)
        assert isinstance(asked(stun()), Nat)


@pytest.fixture
def coturn(tmp_path: Path) -> Iterator[str]:
    """A real server with two addresses and two ports."""
    options = ["--no-auth", "--alt-listening-port"]
    with coturn_on(["127.0.0.1", "127.0.0.2"], tmp_path, lambda other: [*options, str(other)]) as port:
        yield f"127.0.0.1:{port}"


def test_coturn_sees_that_loopback_is_open(coturn: str) -> None:
    assert asked(coturn) == Nat(Kind.OPEN_INTERNET, HERE, HERE)


class TestTheMeaning:
    def test_of_no_nat_is_that_records_can_point_here(self) -> None:
        assert meaning(Nat(Kind.OPEN_INTERNET, SEEN, SEEN), Known((SEEN,)), ACCEPT) == (nat.NO_NAT,)

    def test_of_a_firewall_is_that_ports_must_be_opened(self) -> None:
        assert meaning(Nat(Kind.SYMMETRIC_UDP_FIREWALL, SEEN, SEEN), ANOTHER, ACCEPT) == (nat.NO_NAT, nat.FIREWALL)

    @pytest.mark.parametrize("kind", [Kind.FULL_CONE, Kind.RESTRICTED, Kind.PORT_RESTRICTED])
    def test_of_a_cone_is_that_the_router_must_forward_ports(self, kind: Kind) -> None:
        lines = meaning(Nat(kind, SEEN, IPv4Address("192.168.1.5")), ANOTHER, ACCEPT)
        assert lines == (
            f"A NAT stands between 192.168.1.5 and the Internet: {nat.FORWARD}",
            f"If the router's own WAN address is not 203.0.113.7, then {nat.SECOND_NAT}",
        )

    def test_of_a_symmetric_nat_is_that_only_forwarding_works(self) -> None:
        lines = meaning(Nat(Kind.SYMMETRIC, SEEN, IPv4Address("192.168.1.5")), ANOTHER, ACCEPT)
        assert lines[0].endswith(nat.FORWARD)
        assert lines[-1] == nat.HOLE_PUNCHING

    def test_of_a_nat_of_unknown_kind_names_the_reason(self) -> None:
        lines = meaning(Nat(Kind.UNTOLD, SEEN, None, "so it is"), ANOTHER, ACCEPT)
        assert lines[0].startswith("A NAT stands between this machine and the Internet")
        assert lines[-1] == "Its kind is not known: so it is."

    def test_of_an_address_seen_in_a_carrier_nat_is_that_no_public_record_works(self) -> None:
        (line,) = meaning(Nat(Kind.FULL_CONE, IPv4Address("100.64.0.9"), IPv4Address("192.168.1.5")), ANOTHER)
        assert "a public record cannot work; ask the provider" in line

    def test_of_an_own_address_in_a_carrier_nat_is_that_no_public_record_works(self) -> None:
        (line,) = meaning(Nat(Kind.PORT_RESTRICTED, SEEN, IPv4Address("100.64.0.9")), ANOTHER, ACCEPT)
        assert line.startswith("This machine's own address 100.64.0.9 is of the range 100.64.0.0/10")
        assert "a public record cannot work; ask the provider" in line

    def test_of_an_address_that_is_not_global_is_that(self) -> None:
        (line,) = meaning(Nat(Kind.FULL_CONE, IPv4Address("10.9.9.9"), IPv4Address("192.168.1.5")), ANOTHER)
        assert line.startswith("10.9.9.9 is not a public address")

    def test_of_blocked_udp_is_that_other_sources_work(self) -> None:
        assert meaning(Nat(Kind.UDP_BLOCKED, None, SEEN), Known((SEEN,)), ACCEPT) == nat.UDP_BLOCKED

    def test_of_another_address_than_the_agreed_one_is_another_way(self) -> None:
        lines = meaning(Nat(Kind.OPEN_INTERNET, SEEN, SEEN), Known((IPv4Address("203.0.113.99"),)), ACCEPT)
        assert lines[-1].startswith("The sources agreed on 203.0.113.99: what goes to this server leaves by another")
