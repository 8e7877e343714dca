from __future__ import annotations

import time
from ipaddress import ip_address
from queue import SimpleQueue
from threading import Timer

from cli.loop.inbox import Board, Inbox, Stop
from stacks.values import WAN, Family, Known, Sighting, Unknown

IPV4, IPV6 = (WAN, Family.IPV4), (WAN, Family.IPV6)
LONG = 30.0


def known(way: tuple[str, Family], address: str) -> Sighting:
    return Sighting(*way, Known((ip_address(address),)))


def unknown(way: tuple[str, Family], reason: str = "silence") -> Sighting:
    return Sighting(*way, Unknown(reason))


def board(*news: Sighting | Stop, ways: tuple[tuple[str, Family], ...] = (IPV4, IPV6)) -> tuple[Board, list[Sighting]]:
    """A board whose inbox has this news, and what it told."""
    inbox: Inbox = SimpleQueue()
    for one in news:
        inbox.put(one)
    told: list[Sighting] = []
    return Board(ways, inbox, told.append), told


class TestTheStart:
    def test_ends_when_every_way_has_said_something(self) -> None:
        news = [known(IPV4, "203.0.113.7"), unknown(IPV6)]
        made, told = board(*news)
        made.start(LONG)
        assert made.sights().addresses == tuple(told) == tuple(news)

    def test_waits_a_second_for_the_others_once_one_is_known(self) -> None:
        made, _ = board(known(IPV4, "203.0.113.7"))
        began = time.monotonic()
        made.start(LONG)
        assert 0.9 < time.monotonic() - began < 5
        assert [type(one.addresses) for one in made.sights().addresses] == [Known, Unknown]

    def test_ends_in_time_where_nothing_is_heard(self) -> None:
        made, _ = board()
        made.start(0.05)
        assert [one.addresses for one in made.sights().addresses] == [Unknown("it has not been detected yet")] * 2

    def test_ends_at_a_stop(self) -> None:
        made, _ = board(Stop())
        made.start(LONG)
        assert made.stopped


class TestNews:
    def test_of_another_address_is_something_to_converge(self) -> None:
        made, _ = board(known(IPV4, "203.0.113.7"), known(IPV4, "203.0.113.8"), ways=(IPV4,))
        assert made.hear(LONG)
        assert made.hear(LONG)
        assert made.sights().addresses == (known(IPV4, "203.0.113.8"),)

    def test_that_an_address_is_not_known_any_more_leaves_what_was_known(self) -> None:
        made, told = board(known(IPV4, "203.0.113.7"), unknown(IPV4), ways=(IPV4,))
        made.hear(LONG)
        assert not made.hear(LONG)
        assert made.sights().addresses == (known(IPV4, "203.0.113.7"),)
        assert told[-1] == unknown(IPV4)

    def test_of_the_same_address_again_is_nothing_to_converge(self) -> None:
        made, _ = board(known(IPV4, "203.0.113.7"), unknown(IPV4), known(IPV4, "203.0.113.7"), ways=(IPV4,))
        assert [made.hear(LONG) for _ in range(3)] == [True, False, False]

    def test_of_several_ways_at_once_is_one_change(self) -> None:
        made, _ = board(known(IPV4, "203.0.113.7"), known(IPV6, "2001:db8::7"))
        assert made.hear(LONG)
        assert made.sights().addresses == (known(IPV4, "203.0.113.7"), known(IPV6, "2001:db8::7"))

    def test_a_reason_is_brought_up_to_date_while_nothing_is_known(self) -> None:
        made, _ = board(unknown(IPV4, "at first"), unknown(IPV4, "and now"), ways=(IPV4,))
        assert not made.hear(LONG)
        assert not made.hear(LONG)
        assert made.sights().addresses == (unknown(IPV4, "and now"),)

    def test_is_waited_for_and_a_stop_ends_the_wait(self) -> None:
        inbox: Inbox = SimpleQueue()
        made = Board([IPV4], inbox, lambda _: None)
        timer = Timer(0.1, inbox.put, [Stop()])
        timer.start()
        assert not made.hear(LONG)
        timer.join()
        assert made.stopped
