from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from stacks.model.values import WAN, Family, Known, Sighting, Unknown
from stacks.observe.wan.follow import following
from stacks.settings.wan import WanSettings

if TYPE_CHECKING:
    from contextlib import ExitStack

pytestmark = pytest.mark.usefixtures("unhurried")

Make = Callable[..., WanSettings]
TimeUp = Callable[..., Callable[[], None]]
SOON = 60.0
"""Seconds within which news must come."""


class Heard:
    """What the followers of a block post."""

    def __init__(self) -> None:
        self.news: SimpleQueue[Sighting] = SimpleQueue()

    def next(self) -> Sighting:
        return self.news.get(timeout=SOON)


def known(address: str, link: str = WAN) -> Sighting:
    parsed = ip_address(address)
    return Sighting(link, Family.IPV4 if parsed.version == 4 else Family.IPV6, Known((parsed,)))


def quick(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the settings
    return {"mode": "stun", "interval": 1} | fields


def test_an_address_is_told_when_it_is_agreed_on_and_when_it_changes(
    world: Addresses, stun: Callable[..., str], settings: Make
) -> None:
    heard = Heard()
    with following(settings(**quick(stun=[stun(), stun()])), [WAN], heard.news.put):
        assert heard.next() == known("203.0.113.7")
        world.ipv4 = "203.0.113.8"
        assert heard.next() == known("203.0.113.8")
    assert heard.news.empty()


def test_silence_is_told_once_and_the_return_of_the_same_address_too(
    world: Addresses, stack: ExitStack, settings: Make, time_up: TimeUp
) -> None:
    heard, behaviours = Heard(), [StunBehaviour(on_silence=time_up()), StunBehaviour(on_silence=time_up())]
    places = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
    with following(settings(**quick(stun=places)), [WAN], heard.news.put) as nudge:
        assert heard.next() == known("203.0.113.7")
        for behaviour in behaviours:
            behaviour.silent = True
        lost = heard.next()
        assert isinstance(lost.addresses, Unknown)
        assert "no source gave an ipv4 address" in lost.addresses.reason
        for behaviour in behaviours:
            behaviour.silent = False
        nudge()
        assert heard.next() == known("203.0.113.7")


def test_a_liar_is_not_believed(world: Addresses, stack: ExitStack, settings: Make) -> None:
    heard, liar = Heard(), StunBehaviour()
    places = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in (liar, StunBehaviour())]
    with following(settings(**quick(stun=places)), [WAN], heard.news.put):
        assert heard.next() == known("203.0.113.7")
        liar.lie = "203.0.113.66"
        lost = heard.next()
        assert isinstance(lost.addresses, Unknown)
        assert "disagree" in lost.addresses.reason
        assert "203.0.113.66" in lost.addresses.reason


def test_a_nudge_does_not_wait_for_the_interval(world: Addresses, stun: Callable[..., str], settings: Make) -> None:
    heard = Heard()
    with following(settings(**quick(stun=[stun(), stun()], interval=3600)), [WAN], heard.news.put) as nudge:
        assert heard.next() == known("203.0.113.7")
        world.ipv4 = "203.0.113.8"
        nudge()
        assert heard.next() == known("203.0.113.8")


def test_a_silent_family_does_not_hold_up_the_other(stun: Callable[..., str], settings: Make) -> None:
    heard = Heard()
    made = settings(**quick(stun=[stun(), stun()], families=["ipv6", "ipv4"]))
    with following(made, [WAN], heard.news.put):
        assert heard.next() == known("203.0.113.7") or heard.next() == known("203.0.113.7")


def test_each_link_is_followed_by_its_own_settings(stun: Callable[..., str], settings: Make) -> None:
    heard = Heard()
    fibre = {"sources": ["static:203.0.113.50"]}
    made = settings(**quick(stun=[stun(), stun()], links={"fibre": fibre, "unused": fibre}))
    with following(made, [WAN, "fibre"], heard.news.put):
        told = [heard.next(), heard.next()]
    assert sorted(told, key=lambda one: one.link) == [known("203.0.113.7"), known("203.0.113.50", "fibre")]


def test_nothing_is_followed_where_no_name_asks_for_an_address(settings: Make) -> None:
    heard = Heard()
    with following(settings(), [], heard.news.put) as nudge:
        nudge()
    assert heard.news.empty()


class TestASchedule:
    def test_takes_the_place_of_looks(self, world: Addresses, stack: ExitStack, settings: Make) -> None:
        heard, behaviours = Heard(), [StunBehaviour(), StunBehaviour()]
        places = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
        with following(settings(**quick(stun=places, schedule="@every 1s")), [WAN], heard.news.put):
            assert heard.next() == known("203.0.113.7")
            world.ipv4 = "203.0.113.8"
            assert heard.next() == known("203.0.113.8")

    def test_of_once_asks_at_the_start_and_where_something_has_changed(
        self, world: Addresses, stack: ExitStack, settings: Make
    ) -> None:
        heard, behaviours = Heard(), [StunBehaviour(), StunBehaviour()]
        places = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
        with following(settings(**quick(stun=places, schedule="@once")), [WAN], heard.news.put) as nudge:
            assert heard.next() == known("203.0.113.7")
            asked = sum(behaviour.requests for behaviour in behaviours)
            world.ipv4 = "203.0.113.8"
            nudge()
            assert heard.next() == known("203.0.113.8")
            assert sum(behaviour.requests for behaviour in behaviours) == 2 * asked

    def test_is_not_waited_for_after_a_failure(
        self, world: Addresses, stack: ExitStack, settings: Make, time_up: TimeUp
    ) -> None:
        heard = Heard()
        behaviours = [StunBehaviour(silent=True, on_silence=time_up()) for _ in range(2)]
        places = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
        with following(settings(**quick(stun=places, schedule="@yearly")), [WAN], heard.news.put):
            assert isinstance(heard.next().addresses, Unknown)
            for behaviour in behaviours:
                behaviour.silent = False
            assert heard.next() == known("203.0.113.7")
