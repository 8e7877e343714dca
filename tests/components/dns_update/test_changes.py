"""Changes of one record set at a real BIND 9."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

import pytest

from components.dns_update.changes import Foreign, create, look, remove, replace
from components.dns_update.connection import Connection
from components.dns_update.server import DnsFault, DnsServer, NoAnswer, NotDone
from components.zone_set import ZoneSet
from tests.bind import KEY, SECRET, WEAK, WEAK_SECRET, ZONE, Bind
from tests.cli.every_type import DIGEST
from tests.dns_relay import losing_answers, numbered

NUMBERS = count()


def zone_set(name: str = "", kind: str = "A", *values: str, ttl: int = 300) -> ZoneSet:
    """A record set, at a name that no other test has."""
    return ZoneSet(ZONE, name or f"test-{next(NUMBERS)}", kind, ttl, values or ("192.0.2.1", "192.0.2.2"))


def at(name: str, *values: str, ttl: int = 300) -> ZoneSet:
    return ZoneSet(ZONE, name, "A", ttl, values)


class TestASet:
    def test_is_made_changed_and_removed(self, server: DnsServer, bind: Bind) -> None:
        made = zone_set()
        assert look(server, made) is None
        create(server, made)
        assert bind.records()[f"{made.name}/A"] == ["192.0.2.1", "192.0.2.2"]
        changed = at(made.name, "192.0.2.3", ttl=600)
        replace(server, made, changed)
        there = look(server, made)
        assert there is not None
        assert (there.ttl, [value.to_text() for value in there]) == (600, ["192.0.2.3"])
        remove(server, changed)
        assert look(server, made) is None

    def test_is_made_only_where_there_is_none(self, server: DnsServer, bind: Bind) -> None:
        with pytest.raises(Foreign, match=r"foreign.house.example A is now 192.0.2.9 .*nothing was changed"):
            create(server, zone_set("foreign"))
        with pytest.raises(Foreign):
            create(server, zone_set("foreign", "CNAME", "host.example.org."))
        with pytest.raises(Foreign):
            create(server, at("foreign", "192.0.2.9", ttl=600))  # as it is, and still not ours
        assert bind.records()["foreign/A"] == ["192.0.2.9"]

    def test_stands_beside_no_alias(self, server: DnsServer) -> None:
        alias = zone_set("", "CNAME", "host.example.org.")
        create(server, alias)
        with pytest.raises(Foreign, match="other records stand at its name"):
            create(server, at(alias.name, "192.0.2.1"))

    @pytest.mark.parametrize("values", [("192.0.2.66",), ()])
    def test_that_somebody_else_has_changed_stays_as_it_is(
        self, server: DnsServer, bind: Bind, values: tuple[str, ...]
    ) -> None:
        made = zone_set()
        create(server, made)
        bind.write(made.name, 300, "A", *values)
        before = bind.records()
        with pytest.raises(Foreign):
            replace(server, made, at(made.name, "192.0.2.3"))
        assert bind.records() == before
        remove(server, made)  # which it may: it is ours, if edited, or gone
        assert f"{made.name}/A" not in bind.records()

    def test_that_is_as_wished_already_is_no_fault(self, server: DnsServer, bind: Bind) -> None:
        made = zone_set()
        create(server, made)
        bind.write(made.name, 300, "A", "192.0.2.3")
        replace(server, made, at(made.name, "192.0.2.3"))

    def test_that_the_server_leaves_out_without_a_word_is_no_success(self, server: DnsServer) -> None:
        delegation = zone_set("", "NS", "ns1.example.org.")
        alone = zone_set(delegation.name, "DS", f"2371 13 2 {DIGEST}")
        with pytest.raises(DnsFault, match="left it out: a DS needs the NS of its name"):
            create(server, alone)
        assert look(server, alone) is None
        create(server, delegation)
        create(server, alone)
        assert alone.same_values(look(server, alone))

    def test_is_not_taken_for_what_a_wildcard_answers(self, server: DnsServer) -> None:
        assert look(server, zone_set()) is None

    def test_at_and_below_a_cut_is_read_although_questions_are_referred(self, server: DnsServer) -> None:
        cut = zone_set("", "NS", "ns1.example.org.")
        create(server, cut)
        below = zone_set(f"mark.{cut.name}", "TXT", '"below"')
        create(server, below)
        for one in (cut, below):
            there = look(server, one)
            assert there is not None
            assert one.same_values(there)
        assert look(server, zone_set(f"none.{cut.name}")) is None


CHANGES: dict[str, tuple[Callable[[DnsServer, ZoneSet], None], tuple[str, ...]]] = {
    "create": (create, ("192.0.2.1", "192.0.2.2")),
    "replace": (lambda server, made: replace(server, made, at(made.name, "192.0.2.3")), ("192.0.2.3",)),
    "remove": (remove, ()),
}


@pytest.mark.parametrize("change", CHANGES)
class TestALostAnswer:
    def prepared(self, server: DnsServer, change: str) -> ZoneSet:
        made = zone_set()
        if change != "create":
            create(server, made)
        return made

    def test_is_found_out_by_what_is_there(self, server: DnsServer, bind: Bind, change: str) -> None:
        made = self.prepared(server, change)
        carry_out, result = CHANGES[change]
        with losing_answers(bind.server, numbered(0)) as relay:
            carry_out(DnsServer(Connection(relay, KEY), SECRET), made)
        assert bind.records().get(f"{made.name}/A", []) == list(result)

    def test_that_cannot_be_found_out_is_no_success(self, server: DnsServer, bind: Bind, change: str) -> None:
        made = self.prepared(server, change)
        with losing_answers(bind.server, numbered(0, 1)) as relay, pytest.raises(DnsFault, match="could not confirm"):
            CHANGES[change][0](DnsServer(Connection(relay, KEY), SECRET), made)


FAULTS = {
    "a key that it does not know": (Connection("", "nobody"), SECRET, "key nobody .*does not know it", "BADKEY"),
    "another secret": (Connection("", KEY), WEAK_SECRET, "key truenorth .*another secret", "BADSIG"),
    "another algorithm": (Connection("", KEY, "hmac-sha512"), SECRET, "another algorithm", "BADKEY"),
    "a key that may not write": (
        Connection("", WEAK),
        WEAK_SECRET,
        "with the key reader .REFUSED",
        "rejected by secure",
    ),
}
"""The key, its secret, what is told, and what the server's log says."""


class TestAFault:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_of_the_key_is_told_in_words(self, bind: Bind, fault: str) -> None:
        connection, secret, reason, logged = FAULTS[fault]
        server = DnsServer(Connection(bind.server, connection.key, connection.algorithm), secret)
        made = zone_set()
        before = len(bind.log)
        with pytest.raises(NotDone, match=reason):
            create(server, made)
        assert logged in bind.log[before:]
        assert f"{made.name}/A" not in bind.records()

    def test_of_the_clock_is_told_in_words(
        self, server: DnsServer, bind: Bind, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now - 3600)
        before = len(bind.log)
        with pytest.raises(NotDone, match=r"different times \(BADTIME\): set both clocks by NTP"):
            create(server, zone_set())
        assert "BADTIME" in bind.log[before:]

    def test_of_the_zone_is_told_in_words(self, server: DnsServer, bind: Bind) -> None:
        before = len(bind.log)
        with pytest.raises(NotDone, match="NOTAUTH: it does not serve that zone as its primary"):
            create(server, ZoneSet("other.example", "www", "A", 300, ("192.0.2.1",)))
        assert "not authoritative for update zone (NOTAUTH)" in bind.log[before:]

    def test_of_a_server_that_is_gone_is_told_and_nothing_was_sent(self) -> None:
        with pytest.raises(NoAnswer, match=r"127\.0\.0\.1:1 cannot be reached") as raised:
            create(DnsServer(Connection("127.0.0.1:1", KEY), SECRET), zone_set())
        assert not raised.value.was_sent
