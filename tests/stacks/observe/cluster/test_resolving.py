from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import dns.resolver
import pytest

from lab.dns.behaviour import DnsBehaviour
from lab.dns.record import ZoneRecord, Zones
from lab.dns.server import serve_dns
from stacks.model.values import Unknown
from stacks.observe.cluster import resolving
from stacks.observe.cluster.hosts import Hosts
from stacks.observe.cluster.resolving import keep, look

LB = "lb.example.net"
LONG = 300.0


@dataclass
class Net:
    """The zone example.net at a name server of the lab, with records that change."""

    records: tuple[ZoneRecord, ...] = ()
    behaviour: DnsBehaviour = field(default_factory=DnsBehaviour)
    place: str = ""

    def set(self, *records: str, ttl: int = 60) -> None:
        """NAME TYPE CONTENT each, the name without the zone's."""
        parts = (record.split(" ", 2) for record in records)
        self.records = tuple(ZoneRecord(f"{name}.example.net", kind, content, ttl) for name, kind, content in parts)

    def hosts(self, *names: str) -> Hosts:
        """The names, wanted, to be asked of this server."""
        made = Hosts((self.place,))
        for one in names:
            made.addresses(one)
        return made


@pytest.fixture
def net() -> Iterator[Net]:
    made = Net()

    def zones() -> Zones:
        return {"example.net": made.records}

    with ExitStack() as stack:
        made.place = stack.enter_context(serve_dns(zones, behaviour=made.behaviour))
        yield made


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "LIFETIME", 60.0)


def found(hosts: Hosts, name: str = LB) -> tuple[str, ...] | str:
    """The addresses, or the reason why they are not known."""
    answer = hosts.addresses(name)
    return answer.reason if isinstance(answer, Unknown) else answer.value


def looked(hosts: Hosts, longest: float = LONG) -> bool:
    return asyncio.run(look(hosts, longest))


class TestAName:
    def test_has_its_addresses_of_both_families_in_an_order_that_stays(self, net: Net) -> None:
        net.set("lb A 203.0.113.9", "lb A 203.0.113.10", "lb AAAA 2001:db8::9")
        hosts = net.hosts(LB)
        assert looked(hosts)
        before = found(hosts)
        assert set(before) == {"203.0.113.9", "203.0.113.10", "2001:db8::9"}
        net.set("lb AAAA 2001:db8::9", "lb A 203.0.113.10", "lb A 203.0.113.9")
        assert not looked(hosts, 0)
        assert found(hosts) == before

    def test_is_followed_through_aliases(self, net: Net) -> None:
        net.set("lb CNAME a.example.net", "a A 203.0.113.9")
        hosts = net.hosts(LB)
        looked(hosts)
        assert found(hosts) == ("203.0.113.9",)

    def test_is_not_known_before_it_was_asked(self, net: Net) -> None:
        assert found(net.hosts(LB)) == f"the host name {LB} has not been resolved yet"

    @pytest.mark.parametrize(
        ("records", "behaviour", "said"),
        [
            ([], {}, "there is no such name"),
            (["lb TXT text"], {}, "it has no address"),
            (["lb A 203.0.113.9"], {"servfail": True}, "the name servers refuse to answer, or fail to"),
            (["lb A 203.0.113.9"], {"refused": True}, "the name servers refuse to answer, or fail to"),
            (["lb A 203.0.113.9"], {"silent": True}, "no name server answers in time"),
        ],
    )
    def test_that_does_not_resolve_is_unknown_and_says_why(
        self, net: Net, records: list[str], behaviour: dict[str, bool], said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if "silent" in behaviour:
            monkeypatch.setattr(resolving, "LIFETIME", 0.5)
        net.set(*records)
        for name, value in behaviour.items():
            setattr(net.behaviour, name, value)
        hosts = net.hosts(LB)
        looked(hosts)
        assert found(hosts) == f"the host name {LB} does not resolve: {said}"

    def test_that_does_not_resolve_any_more_is_unknown_and_no_news_at_each_try(self, net: Net) -> None:
        net.set("lb A 203.0.113.9")
        hosts = net.hosts(LB)
        looked(hosts, 0)
        net.behaviour.servfail = True
        assert looked(hosts, 0)
        assert isinstance(hosts.addresses(LB), Unknown)
        assert not looked(hosts, 0)

    def test_that_no_object_has_any_more_is_forgotten(self, net: Net) -> None:
        net.set("lb A 203.0.113.9", "other A 203.0.113.8")
        hosts = net.hosts(LB, "other.example.net")
        looked(hosts)
        hosts.forget()
        hosts.addresses("other.example.net")
        hosts.note({})
        assert found(hosts) == f"the host name {LB} has not been resolved yet"
        assert found(hosts, "other.example.net") == ("203.0.113.8",)


class TestMany:
    def test_are_asked_side_by_side(self, net: Net) -> None:
        names = [f"lb{number}" for number in range(40)]
        net.set(*(f"{name} A 203.0.113.9" for name in names))
        net.behaviour.delay = 1.0
        hosts = net.hosts(*(f"{name}.example.net" for name in names))
        began = time.monotonic()
        looked(hosts)
        assert time.monotonic() - began < 40 * 2 * 1.0 * 3 / 4
        assert {found(hosts, f"{name}.example.net") for name in names} == {("203.0.113.9",)}

    def test_one_that_does_not_answer_costs_no_other_its_addresses(self, net: Net) -> None:
        net.set("lb A 203.0.113.9")
        hosts = net.hosts(LB, "none.example.net", "lb.example.org")
        looked(hosts)
        assert found(hosts) == ("203.0.113.9",)
        assert isinstance(hosts.addresses("none.example.net"), Unknown)
        assert isinstance(hosts.addresses("lb.example.org"), Unknown)

    def test_of_a_server_that_is_silent_take_no_longer_than_one(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resolving, "LIFETIME", 0.5)
        net.behaviour.silent = True
        names = [f"lb{number}.example.net" for number in range(500)]
        began = time.monotonic()
        hosts = net.hosts(*names)
        looked(hosts)
        assert time.monotonic() - began < 500 * 0.5 / 4
        assert all(isinstance(hosts.addresses(name), Unknown) for name in names)

    def test_of_a_system_without_name_servers_are_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(*_: object) -> None:
            raise dns.resolver.NoResolverConfiguration

        monkeypatch.setattr(dns.resolver.BaseResolver, "read_resolv_conf", missing)
        hosts = Hosts()
        hosts.addresses(LB)
        looked(hosts)
        assert found(hosts) == "no name server is configured to resolve host names with"


class TestKeeping:
    def test_follows_addresses_that_change_and_names_that_come(self, net: Net) -> None:
        net.set("lb A 203.0.113.9", "new A 203.0.113.1")
        hosts = net.hosts(LB)

        async def follow() -> None:
            changed = asyncio.Event()
            task = asyncio.create_task(keep(hosts, 0.05, changed.set))
            await _until(changed, lambda: found(hosts) == ("203.0.113.9",))
            net.set("lb A 203.0.113.10", "new A 203.0.113.1")
            await _until(changed, lambda: found(hosts) == ("203.0.113.10",))
            await _until(changed, lambda: found(hosts, "new.example.net") == ("203.0.113.1",))
            net.behaviour.servfail = True
            await _until(changed, lambda: isinstance(hosts.addresses(LB), Unknown))
            net.behaviour.servfail = False
            await _until(changed, lambda: found(hosts) == ("203.0.113.10",))
            task.cancel()

        asyncio.run(follow())

    def test_waits_for_the_ttl_but_no_longer_than_it_is_told(self, net: Net) -> None:
        net.set("lb A 203.0.113.9", ttl=60)
        hosts = net.hosts(LB)
        before = time.monotonic()
        looked(hosts)
        assert before + 30 < hosts.next_due <= time.monotonic() + 60
        hosts = net.hosts(LB)
        before = time.monotonic()
        looked(hosts, longest=20)
        assert before + 10 < hosts.next_due <= time.monotonic() + 20

    def test_does_not_ask_a_name_with_a_short_ttl_all_the_time(self, net: Net) -> None:
        net.set("lb A 203.0.113.9", ttl=1)
        hosts = net.hosts(LB)
        before = time.monotonic()
        looked(hosts)
        assert hosts.next_due > before + 5


async def _until(changed: asyncio.Event, holds: Callable[[], bool]) -> None:
    """Wait until it holds, which can only change with an event."""
    async with asyncio.timeout(120):
        while not holds():
            await changed.wait()
            changed.clear()
