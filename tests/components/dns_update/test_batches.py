"""Changes of several record sets at a real BIND 9, by few messages."""

from __future__ import annotations

import math
import re
import socket
from collections.abc import Sequence
from itertools import count

import pytest

from components.dns_update import batches
from components.dns_update.batches import MOST, Outcome
from components.dns_update.changes import DoubtfulChange, Foreign
from components.dns_update.connection import Connection
from components.dns_update.server import DnsFault, DnsServer, NoAnswer, NotDone
from components.zone_set import SetChange, ZoneSet
from tests.bind import KEY, SECRET, WEAK_SECRET, ZONE, Bind
from tests.cli.every_type import DIGEST
from tests.dns_relay import losing_answers, numbered

NUMBERS = count()


def new(kind: str = "A", value: str = "192.0.2.1") -> SetChange:
    """A set to be made, at a name that no other test has."""
    return SetChange(None, ZoneSet(ZONE, f"batch-{next(NUMBERS)}", kind, 300, (value,)))


def carry_out_all(server: DnsServer, changes: Sequence[SetChange]) -> list[Outcome]:
    """Make changes that do not belong together."""
    return [one for unit in batches.carry_out_all(server, [(one,) for one in changes]) for one in unit]


def named(change: SetChange) -> str:
    return f"{change.about.name}/{change.about.type}"


def messages(log: str) -> int:
    """The messages that have changed the zone, each on a connection of its own."""
    return len(set(re.findall(r"127\.0\.0\.1#(\d+)/key truenorth: updating zone", log)))


class TestChangesOfSeveralSets:
    def test_are_made_by_one_message(self, server: DnsServer, bind: Bind) -> None:
        first, second, third = new(), new("TXT", '"mark"'), new()
        assert carry_out_all(server, [first, second, third]) == [None] * 3
        before = len(bind.log)
        changed = ZoneSet(ZONE, first.about.name, "A", 600, ("192.0.2.3",))
        changes = [SetChange(first.wanted, changed), SetChange(second.wanted, None), new()]
        assert carry_out_all(server, changes) == [None] * 3
        there = bind.records()
        assert there[named(first)] == ["192.0.2.3"]
        assert named(second) not in there
        assert {named(third), named(changes[2])} <= there.keys()
        assert messages(bind.log[before:]) == 1

    def test_are_made_but_for_that_of_a_set_of_somebody_else(self, server: DnsServer, bind: Bind) -> None:
        foreign = SetChange(None, ZoneSet(ZONE, "foreign", "A", 300, ("192.0.2.1",)))
        first, last = new(), new()
        made, refused, also = carry_out_all(server, [first, foreign, last])
        assert (made, also) == (None, None)
        assert isinstance(refused, Foreign)
        there = bind.records()
        assert there["foreign/A"] == ["192.0.2.9"]
        assert {named(first), named(last)} <= there.keys()

    def test_are_told_where_the_server_leaves_one_out_without_a_word(self, server: DnsServer, bind: Bind) -> None:
        plain, alone = new(), new("DS", f"2371 13 2 {DIGEST}")
        made, left_out = carry_out_all(server, [plain, alone])
        assert made is None
        assert isinstance(left_out, DnsFault)
        assert "left it out: a DS needs the NS of its name" in str(left_out)
        assert named(plain) in bind.records()

    def test_are_found_out_by_what_is_there_where_the_answer_is_lost(self, bind: Bind) -> None:
        changes = [new(), new()]
        with losing_answers(bind.server, numbered(0)) as relay:
            assert carry_out_all(DnsServer(Connection(relay, KEY), SECRET), changes) == [None, None]
        assert {*map(named, changes)} <= bind.records().keys()

    @pytest.mark.parametrize(("sets", "longest"), [(MOST + 1, 1), (12, 5_000)])
    def test_are_made_by_several_messages_where_they_are_too_many_for_one(
        self, server: DnsServer, bind: Bind, sets: int, longest: int
    ) -> None:
        strings = " ".join(['"' + "x" * 250 + '"'] * max(1, longest // 250))
        changes = [new("TXT", strings) for _ in range(sets)]
        before = len(bind.log)
        assert carry_out_all(server, changes) == [None] * sets
        assert {*map(named, changes)} <= bind.records().keys()
        assert messages(bind.log[before:]) == 2

    def test_have_the_refusal_of_the_key_each(self, bind: Bind) -> None:
        outcomes = carry_out_all(DnsServer(Connection(bind.server, KEY), WEAK_SECRET), [new(), new()])
        assert [type(one) for one in outcomes] == [NotDone, NotDone]

    def test_have_the_silence_of_the_server_each_and_nothing_was_sent(self) -> None:
        outcomes = carry_out_all(DnsServer(Connection("127.0.0.1:1", KEY), SECRET), [new(), new()])
        assert ["cannot be reached" in str(one) for one in outcomes] == [True, True]


class TestChangesThatBelongTogether:
    def test_are_made_in_their_order_and_what_follows_a_failure_is_not_made(
        self, server: DnsServer, bind: Bind
    ) -> None:
        foreign = SetChange(None, ZoneSet(ZONE, "foreign", "A", 300, ("192.0.2.1",)))
        first, beside, after, other = new("TXT", '"mark"'), new(), new(), new()
        units = [(first, beside), (foreign, after), (other,)]
        made, failed, also = batches.carry_out_all(server, units)
        assert (made, also) == ([None, None], [None])
        assert [type(one) for one in failed] == [Foreign]
        there = bind.records()
        assert {named(first), named(beside), named(other)} <= there.keys()
        assert named(after) not in there

    def test_of_one_name_are_made_one_after_the_other(self, server: DnsServer, bind: Bind) -> None:
        alias = new("CNAME", "host.example.org.")
        assert carry_out_all(server, [alias]) == [None]
        address = SetChange(None, ZoneSet(ZONE, alias.about.name, "A", 300, ("192.0.2.1",)))
        assert carry_out_all(server, [SetChange(alias.wanted, None), new(), address]) == [None] * 3
        there = bind.records()
        assert named(address) in there
        assert named(alias) not in there


class TestAMessageThatIsRefused:
    def test_is_halved_until_what_cannot_be_made_stands_alone(self, server: DnsServer, bind: Bind) -> None:
        changes = [new() for _ in range(60)]
        changes[41] = SetChange(None, ZoneSet(ZONE, "foreign", "A", 300, ("192.0.2.1",)))
        before = len(bind.log)
        outcomes = carry_out_all(server, changes)
        assert [at for at, one in enumerate(outcomes) if one is not None] == [41]
        assert {named(one) for one in changes if one is not changes[41]} <= bind.records().keys()
        assert messages(bind.log[before:]) <= 1 + 2 * math.ceil(math.log2(len(changes)))


class TestAServerThatDoesNotAnswer:
    def test_is_asked_about_no_more_than_one_lost_change(self, bind: Bind) -> None:
        requests: list[int] = []

        def lost(number: int, _message: bytes) -> bool:
            requests.append(number)
            return True

        changes = [new() for _ in range(40)]
        with losing_answers(bind.server, lost) as relay:
            outcomes = carry_out_all(DnsServer(Connection(relay, KEY), SECRET), changes)
        assert {type(one) for one in outcomes} == {DoubtfulChange}
        assert all(f"of {one.about.said}:" in str(fault) for one, fault in zip(changes, outcomes, strict=True))
        assert len(requests) == 2

    def test_is_found_out_by_one_message_of_many(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        asked = 0

        def counted() -> bool:
            nonlocal asked
            asked += 1
            return True

        changes = [new() for _ in range(3 * MOST)]
        server = DnsServer(Connection(f"127.0.0.1:{port}", KEY), SECRET)
        outcomes = batches.carry_out_all(server, [(one,) for one in changes], counted)
        assert {type(one) for (one,) in outcomes} == {NoAnswer}
        assert asked == 1

    def test_gets_nothing_more_once_nothing_may_be_sent(self, server: DnsServer, bind: Bind) -> None:
        changes = [new() for _ in range(MOST + 1)]
        allowed = iter([True, False])
        outcomes = batches.carry_out_all(server, [(one,) for one in changes], lambda: next(allowed))
        assert outcomes == [*[[None]] * MOST, []]
        assert named(changes[-1]) not in bind.records()
