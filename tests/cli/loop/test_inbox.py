from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import ip_address
from queue import SimpleQueue
from threading import Timer

from cli.loop.inbox import Board, Inbox, Sources, Stop
from stacks.cluster_settings import ClusterSettings
from stacks.values import WAN, Family, Known, Sighting, Unknown
from stacks.wishes import ObjectKey, SourceSighting, Wish

IPV4, IPV6 = (WAN, Family.IPV4), (WAN, Family.IPV6)
LONG = 30.0


def known(way: tuple[str, Family], address: str) -> Sighting:
    return Sighting(*way, Known((ip_address(address),)))


def unknown(way: tuple[str, Family], reason: str = "silence") -> Sighting:
    return Sighting(*way, Unknown(reason))


def board(
    *news: Sighting | Sources | Stop,
    ways: tuple[tuple[str, Family], ...] = (IPV4, IPV6),
    clusters: tuple[ClusterSettings, ...] = (),
) -> tuple[Board, list[Sighting | SourceSighting]]:
    """A board whose inbox has this news, and what it told."""
    inbox: Inbox = SimpleQueue()
    for one in news:
        inbox.put(one)
    told: list[Sighting | SourceSighting] = []
    return Board(ways, inbox, told.append, clusters), told


HOME = ClusterSettings(name="home", sources=("ingress",))
BOTH = (HOME, ClusterSettings(name="away", sources=("ingress", "service")))
REFUSED, FORBIDDEN = Unknown("connection refused"), Unknown("403 Forbidden")
NOT_YET = Unknown("it has not been read yet")


def wish(address: str) -> Wish:
    key = ObjectKey("home", "Ingress", "shop", "web")
    return Wish("www.example.com", "A", Known((address,)), key, "2026-01-01T00:00:00Z")


def read(*addresses: str) -> SourceSighting:
    """What the one source of home was seen to wish for."""
    return SourceSighting("home", "ingress", "Ingress", Known(tuple(wish(one) for one in addresses)))


def unread(why: Unknown = REFUSED, *, waiting: bool = False) -> SourceSighting:
    return SourceSighting("home", "ingress", "Ingress", why, waiting)


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


class TestTheStartWithClusters:
    def test_waits_for_what_their_objects_wish_for(self) -> None:
        made, _ = board((read("192.0.2.1"),), ways=(), clusters=(HOME,))
        made.start(LONG)
        assert made.sights().sources == (read("192.0.2.1"),)

    def test_waits_for_it_though_an_address_is_known(self) -> None:
        inbox: Inbox = SimpleQueue()
        made = Board([IPV4], inbox, lambda _: None, (HOME,))
        inbox.put(known(IPV4, "203.0.113.7"))
        timer = Timer(1.5, inbox.put, [(read(),)])
        timer.start()
        made.start(LONG)
        timer.join()
        assert made.sights().sources == (read(),)

    def test_does_not_count_it_as_an_address(self) -> None:
        inbox: Inbox = SimpleQueue()
        made = Board([IPV4], inbox, lambda _: None, (HOME,))
        inbox.put((read("192.0.2.1"),))
        timer = Timer(1.5, inbox.put, [known(IPV4, "203.0.113.7")])
        timer.start()
        made.start(LONG)
        timer.join()
        assert made.sights().addresses == (known(IPV4, "203.0.113.7"),)

    def test_waits_a_second_for_other_addresses_where_they_cannot_be_read(self) -> None:
        made, _ = board(known(IPV4, "203.0.113.7"), (unread(),), clusters=(HOME,))
        began = time.monotonic()
        made.start(LONG)
        assert 0.9 < time.monotonic() - began < 5

    def test_ends_in_time_where_nothing_is_heard_of_them(self) -> None:
        made, told = board(ways=(), clusters=BOTH)
        made.start(0.05)
        assert told == []
        assert made.sights().sources == (
            SourceSighting("home", "ingress", "", NOT_YET),
            SourceSighting("away", "ingress", "", NOT_YET),
            SourceSighting("away", "service", "", NOT_YET),
        )


class TestNewsOfSources:
    def test_of_other_wishes_is_something_to_converge(self) -> None:
        made, _ = board((read("192.0.2.1"),), (read("192.0.2.2"),), ways=(), clusters=(HOME,))
        assert [made.hear(LONG), made.hear(LONG)] == [True, True]
        assert made.sights().sources == (read("192.0.2.2"),)

    def test_of_the_same_wishes_is_nothing_to_converge_and_nothing_to_tell(self) -> None:
        made, told = board((read("192.0.2.1"),), (read("192.0.2.1"),), ways=(), clusters=(HOME,))
        assert [made.hear(LONG), made.hear(LONG)] == [True, False]
        assert told == [read("192.0.2.1")]

    def test_that_there_is_nothing_is_something_to_converge(self) -> None:
        made, _ = board((read(),), ways=(), clusters=(HOME,))
        assert made.hear(LONG)

    def test_of_one_source_leaves_the_others(self) -> None:
        other = SourceSighting("away", "service", "Service", Known(()))
        made, _ = board((read("192.0.2.1"),), (other,), ways=(), clusters=BOTH)
        made.hear(LONG)
        made.hear(LONG)
        assert made.sights().sources == (
            read("192.0.2.1"),
            SourceSighting("away", "ingress", "", NOT_YET),
            other,
        )

    def test_that_one_cannot_be_read_any_more_leaves_what_was_known_with_the_reason(self) -> None:
        made, told = board((read("192.0.2.1"),), (unread(),), ways=(), clusters=(HOME,))
        made.hear(LONG)
        assert not made.hear(LONG)
        stale = replace(read("192.0.2.1"), stale="connection refused")
        assert made.sights().sources == (stale,)
        assert told[-1] == stale

    def test_that_one_cannot_be_read_is_told_once_for_each_reason(self) -> None:
        news = [(read(),), (unread(),), (unread(),), (unread(FORBIDDEN),), (read(),), (read(),)]
        made, told = board(*news, ways=(), clusters=(HOME,))
        for _ in news:
            made.hear(LONG)
        assert told == [
            read(),
            replace(read(), stale="connection refused"),
            replace(read(), stale="403 Forbidden"),
            read(),
        ]

    def test_that_one_cannot_be_read_from_the_start_is_told_and_nothing_to_converge(self) -> None:
        made, told = board((unread(),), (unread(),), ways=(), clusters=(HOME,))
        assert [made.hear(LONG), made.hear(LONG)] == [False, False]
        assert told == [unread()]
        assert made.sights().sources == (unread(),)

    def test_that_one_can_be_read_again_is_something_to_converge_only_if_it_wishes_otherwise(self) -> None:
        news = [(read("192.0.2.1"),), (unread(),), (read("192.0.2.1"),), (unread(),), (read("192.0.2.2"),)]
        made, _ = board(*news, ways=(), clusters=(HOME,))
        assert [made.hear(LONG) for _ in news] == [True, False, False, False, True]
        assert made.sights().sources == (read("192.0.2.2"),)

    def test_that_the_cluster_has_no_such_kind_any_more_leaves_what_was_known(self) -> None:
        made, told = board((read("192.0.2.1"),), (unread(waiting=True),), ways=(), clusters=(HOME,))
        made.hear(LONG)
        assert not made.hear(LONG)
        (left,) = made.sights().sources
        assert (left.found, left.waiting) == (read("192.0.2.1").found, True)
        assert told[-1] == left


def test_a_link_that_is_followed_later_is_published_and_awaited() -> None:
    lte = ("lte", Family.IPV4)
    made, _ = board(known(IPV4, "203.0.113.7"), known(lte, "192.0.2.1"), ways=(IPV4,))
    made.hear(LONG)
    made.follow([IPV4, lte])
    assert made.sights().addresses[0] == known(IPV4, "203.0.113.7")
    assert isinstance(made.sights().addresses[1].addresses, Unknown)
    made.start(LONG)
    assert made.sights().addresses == (known(IPV4, "203.0.113.7"), known(lte, "192.0.2.1"))
