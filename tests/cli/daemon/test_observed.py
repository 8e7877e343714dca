from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from cli.daemon.observed import Observed, Sources
from cli.events import Trigger
from stacks.model.claims import Claim, ObjectKey, SourceSighting
from stacks.model.values import WAN, Family, Known, Sighting, Unknown
from stacks.settings.cluster import ClusterSettings
from stacks.settings.neighbours.docker import DockerSettings

IPV4, IPV6 = (WAN, Family.IPV4), (WAN, Family.IPV6)
ADDRESS, OBJECTS = Trigger.ADDRESS, Trigger.OBJECTS


def known(way: tuple[str, Family], address: str) -> Sighting:
    return Sighting(*way, Known((ip_address(address),)))


def unknown(way: tuple[str, Family], reason: str = "silence") -> Sighting:
    return Sighting(*way, Unknown(reason))


def observed(
    ways: tuple[tuple[str, Family], ...] = (IPV4, IPV6), clusters: tuple[ClusterSettings, ...] = ()
) -> tuple[Observed, list[Sighting | SourceSighting]]:
    """Return an `Observed` and the list of its publications."""
    told: list[Sighting | SourceSighting] = []
    return Observed(ways, told.append, clusters), told


def update(made: Observed, *updates: Sighting | Sources) -> list[Trigger | None]:
    """Return the trigger of each update."""
    return [made.update(one) for one in updates]


HOME = ClusterSettings(name="home", sources=("ingress",))
BOTH = (HOME, ClusterSettings(name="away", sources=("ingress", "service")))
REFUSED, FORBIDDEN = Unknown("connection refused"), Unknown("403 Forbidden")
NOT_YET = Unknown("it has not been read yet")


def wish(address: str) -> Claim:
    key = ObjectKey("home", "Ingress", "shop", "web")
    return Claim("www.example.com", "A", Known((address,)), key, "2026-01-01T00:00:00Z")


def read(*addresses: str) -> SourceSighting:
    """What the one source of home was seen to wish for."""
    return SourceSighting("home", "ingress", "Ingress", Known(tuple(wish(one) for one in addresses)))


def unread(why: Unknown = REFUSED, *, waiting: bool = False) -> SourceSighting:
    return SourceSighting("home", "ingress", "Ingress", why, waiting)


@pytest.mark.parametrize(
    ("before", "now", "has"),
    [
        pytest.param(("192.0.2.1",), ("192.0.2.2",), True, id="another"),
        pytest.param(("192.0.2.1",), ("192.0.2.1", "192.0.2.2"), True, id="a further one"),
        pytest.param((), ("192.0.2.1",), True, id="the first"),
        pytest.param(("192.0.2.1", "192.0.2.2"), ("192.0.2.2",), False, id="one is gone"),
        pytest.param(("192.0.2.1", "192.0.2.2"), ("192.0.2.3",), False, id="one for two"),
    ],
)
def test_addresses_are_all_there_where_none_has_gone_without_another(
    before: tuple[str, ...],
    now: tuple[str, ...],
    has: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    earlier, later = observed()[0], observed()[0]
    for made, addresses in ((earlier, before), (later, now)):
        made.update(Sighting(*IPV4, Known(tuple(map(ip_address, addresses)))))
    assert later.has_all_of(earlier.sights()) is has


class TestWhatIsRead:
    def test_is_forgotten_by_a_leader_until_it_has_detected_it_itself(self) -> None:
        made, _ = observed()
        update(made, known(IPV6, "2001:db8::7"))
        assert made.note_read(known(IPV4, "203.0.113.66")) is ADDRESS
        assert not made.awaits_anything
        made.forget_read()
        assert made.sights().addresses == (unknown(IPV4, "it has not been detected yet"), known(IPV6, "2001:db8::7"))
        assert made.awaits_anything
        assert update(made, known(IPV4, "203.0.113.7")) == [ADDRESS]
        made.forget_read()
        assert made.sights().addresses == (known(IPV4, "203.0.113.7"), known(IPV6, "2001:db8::7"))

    def test_is_no_longer_another_process_s_word_once_it_was_detected(self) -> None:
        made, _ = observed((IPV4,))
        made.note_read(known(IPV4, "203.0.113.7"))
        update(made, known(IPV4, "203.0.113.7"))
        made.forget_read()
        assert made.sights().addresses == (known(IPV4, "203.0.113.7"),)

    def test_of_a_way_that_nothing_follows_is_dropped(self) -> None:
        made, _ = observed((IPV4,))
        assert made.note_read(known(IPV6, "2001:db8::7")) is None
        made.forget_read()
        assert made.sights().addresses == (unknown(IPV4, "it has not been detected yet"),)


class TestNews:
    def test_of_another_address_is_something_to_converge(self) -> None:
        made, _ = observed((IPV4,))
        assert update(made, known(IPV4, "203.0.113.7"), known(IPV4, "203.0.113.8")) == [ADDRESS, ADDRESS]
        assert made.sights().addresses == (known(IPV4, "203.0.113.8"),)

    def test_that_an_address_is_not_known_any_more_leaves_what_was_known(self) -> None:
        made, told = observed((IPV4,))
        assert update(made, known(IPV4, "203.0.113.7"), unknown(IPV4)) == [ADDRESS, None]
        assert made.sights().addresses == (known(IPV4, "203.0.113.7"),)
        assert told[-1] == unknown(IPV4)

    def test_of_the_same_address_again_is_nothing_to_converge(self) -> None:
        made, _ = observed((IPV4,))
        news = [known(IPV4, "203.0.113.7"), unknown(IPV4), known(IPV4, "203.0.113.7")]
        assert update(made, *news) == [ADDRESS, None, None]

    def test_of_one_way_leaves_the_others(self) -> None:
        made, _ = observed()
        update(made, known(IPV4, "203.0.113.7"), known(IPV6, "2001:db8::7"), known(IPV4, "203.0.113.8"))
        assert made.sights().addresses == (known(IPV4, "203.0.113.8"), known(IPV6, "2001:db8::7"))

    def test_a_reason_is_brought_up_to_date_while_nothing_is_known(self) -> None:
        made, _ = observed((IPV4,))
        assert update(made, unknown(IPV4, "at first"), unknown(IPV4, "and now")) == [None, None]
        assert made.sights().addresses == (unknown(IPV4, "and now"),)

    def test_of_a_way_that_is_not_published_is_none(self) -> None:
        made, told = observed((IPV4,))
        assert update(made, known(("lte", Family.IPV4), "203.0.113.9")) == [None]
        assert told == []

    def test_of_another_generation_of_an_object_to_answer_for_is_something_to_converge(self) -> None:
        made, _ = observed((), (HOME,))
        key = ObjectKey("home", "DNSEndpoint", "shop", "web")
        seen = [replace(read("192.0.2.1"), generations=((key, number),)) for number in (1, 1, 2)]
        assert update(made, *((one,) for one in seen)) == [OBJECTS, None, OBJECTS]


class TestWhatIsAwaited:
    def test_is_every_way_until_it_has_said_something(self) -> None:
        made, _ = observed()
        update(made, known(IPV4, "203.0.113.7"))
        assert made.awaits_anything
        update(made, unknown(IPV6))
        assert not made.awaits_anything

    def test_is_what_the_objects_of_clusters_wish_for(self) -> None:
        made, _ = observed((IPV4,), (HOME,))
        update(made, known(IPV4, "203.0.113.7"))
        assert (made.awaits_anything, made.awaits_sources) == (True, True)
        update(made, (read(),))
        assert (made.awaits_anything, made.awaits_sources) == (False, False)

    def test_counts_a_cluster_that_cannot_be_read(self) -> None:
        made, _ = observed((), (HOME,))
        update(made, (unread(),))
        assert not made.awaits_sources

    def test_no_source_counts_as_an_address(self) -> None:
        made, _ = observed((IPV4,), (HOME,))
        update(made, (read("192.0.2.1"),))
        assert not made.knows_an_address
        update(made, known(IPV4, "203.0.113.7"))
        assert made.knows_an_address

    def test_is_told_apart_from_what_is_unread(self) -> None:
        made, told = observed((), BOTH)
        assert told == []
        assert made.sights().sources == (
            SourceSighting("home", "ingress", "", NOT_YET),
            SourceSighting("away", "ingress", "", NOT_YET),
            SourceSighting("away", "service", "", NOT_YET),
        )


class TestADaemonOfDocker:
    def test_is_awaited_beside_the_clusters_and_each_is_read_by_itself(self) -> None:
        made = Observed((), lambda _: None, (HOME,), (DockerSettings(name="nas"),))
        assert {(one.cluster, one.source) for one in made.sights().sources} == {("home", "ingress"), ("nas", "docker")}
        assert update(made, (read("192.0.2.1"),)) == [OBJECTS]
        assert made.awaits_sources
        key = ObjectKey("nas", "Container", "", "web")
        claim = Claim("nas.example.com", "A", Known(("192.0.2.2",)), key, "")
        seen = SourceSighting("nas", "docker", "Container", Known((claim,)))
        assert update(made, (seen,)) == [OBJECTS]
        assert not made.awaits_anything
        assert update(made, (replace(seen, found=REFUSED),)) == [None]
        (home, nas) = made.sights().sources
        assert (home.found, nas.found, nas.stale) == (read("192.0.2.1").found, seen.found, REFUSED.reason)


class TestNewsOfSources:
    def test_of_other_wishes_is_something_to_converge(self) -> None:
        made, _ = observed((), (HOME,))
        assert update(made, (read("192.0.2.1"),), (read("192.0.2.2"),)) == [OBJECTS, OBJECTS]
        assert made.sights().sources == (read("192.0.2.2"),)

    def test_of_the_same_wishes_is_nothing_to_converge_and_nothing_to_tell(self) -> None:
        made, told = observed((), (HOME,))
        assert update(made, (read("192.0.2.1"),), (read("192.0.2.1"),)) == [OBJECTS, None]
        assert told == [read("192.0.2.1")]

    def test_that_there_is_nothing_is_something_to_converge(self) -> None:
        made, _ = observed((), (HOME,))
        assert update(made, (read(),)) == [OBJECTS]

    def test_of_one_source_leaves_the_others(self) -> None:
        other = SourceSighting("away", "service", "Service", Known(()))
        made, _ = observed((), BOTH)
        update(made, (read("192.0.2.1"),), (other,))
        assert made.sights().sources == (
            read("192.0.2.1"),
            SourceSighting("away", "ingress", "", NOT_YET),
            other,
        )

    def test_that_one_cannot_be_read_any_more_leaves_what_was_known_with_the_reason(self) -> None:
        made, told = observed((), (HOME,))
        assert update(made, (read("192.0.2.1"),), (unread(),)) == [OBJECTS, None]
        stale = replace(read("192.0.2.1"), stale="connection refused")
        assert made.sights().sources == (stale,)
        assert told[-1] == stale

    def test_that_one_cannot_be_read_is_told_once_for_each_reason(self) -> None:
        made, told = observed((), (HOME,))
        update(made, (read(),), (unread(),), (unread(),), (unread(FORBIDDEN),), (read(),), (read(),))
        assert told == [
            read(),
            replace(read(), stale="connection refused"),
            replace(read(), stale="403 Forbidden"),
            read(),
        ]

    def test_that_one_cannot_be_read_from_the_start_is_told_and_nothing_to_converge(self) -> None:
        made, told = observed((), (HOME,))
        assert update(made, (unread(),), (unread(),)) == [None, None]
        assert told == [unread()]
        assert made.sights().sources == (unread(),)

    def test_that_one_can_be_read_again_is_something_to_converge_only_if_it_wishes_otherwise(self) -> None:
        made, _ = observed((), (HOME,))
        news = [(read("192.0.2.1"),), (unread(),), (read("192.0.2.1"),), (unread(),), (read("192.0.2.2"),)]
        assert update(made, *news) == [OBJECTS, None, None, None, OBJECTS]
        assert made.sights().sources == (read("192.0.2.2"),)

    def test_that_the_cluster_has_no_such_kind_any_more_leaves_what_was_known(self) -> None:
        made, told = observed((), (HOME,))
        assert update(made, (read("192.0.2.1"),), (unread(waiting=True),)) == [OBJECTS, None]
        (left,) = made.sights().sources
        assert (left.found, left.waiting) == (read("192.0.2.1").found, True)
        assert told[-1] == left


def test_a_link_that_is_followed_later_is_published_and_awaited() -> None:
    lte = ("lte", Family.IPV4)
    made, _ = observed((IPV4,))
    update(made, known(IPV4, "203.0.113.7"))
    made.follow([IPV4, lte])
    assert made.awaits_anything
    assert made.sights().addresses[0] == known(IPV4, "203.0.113.7")
    assert isinstance(made.sights().addresses[1].addresses, Unknown)
    update(made, known(lte, "192.0.2.1"))
    assert made.sights().addresses == (known(IPV4, "203.0.113.7"), known(lte, "192.0.2.1"))
