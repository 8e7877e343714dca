from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from stacks.model.values import Family, Unknown
from stacks.observe.wan import look
from stacks.observe.wan.agreement.answer import LookAnswer
from stacks.observe.wan.look import Looker
from stacks.observe.wan.sources.connect import open_socket
from stacks.settings.wan import WanSettings

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

Make = Callable[..., WanSettings]
pytestmark = pytest.mark.usefixtures("unhurried")

TimeUp = Callable[..., Callable[[], None]]
SEVEN, EIGHT = (ip_address("203.0.113.7"),), (ip_address("203.0.113.8"),)


@dataclass
class Clock:
    """A clock that the test sets."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_looks_take_the_servers_in_turn_a_packet_each(world: Addresses, stack: ExitStack, settings: Make) -> None:
    behaviours = [StunBehaviour() for _ in range(3)]
    places = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
    with Looker(settings(mode="stun", stun=places), Family.IPV4) as looker:
        seen = [looker.look() for _ in range(3)]
        assert seen == [LookAnswer(f"stun:{place}", SEVEN) for place in places]
        world.ipv4 = "203.0.113.8"
        assert looker.look() == LookAnswer(f"stun:{places[0]}", EIGHT)
    assert [behaviour.requests for behaviour in behaviours] == [2, 1, 1]


def test_one_socket_serves_all_looks(stun: Callable[..., str], settings: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Mock(side_effect=open_socket)
    monkeypatch.setattr(look, "open_socket", opened)
    with Looker(settings(mode="stun", stun=[stun(), stun()]), Family.IPV4) as looker:
        assert {type(looker.look()) for _ in range(6)} == {LookAnswer}
    opened.assert_called_once()


def test_a_silent_server_gives_way_within_the_same_look_and_rests(
    world: Addresses, stack: ExitStack, settings: Make, time_up: TimeUp
) -> None:
    silent, clock = StunBehaviour(silent=True, on_silence=time_up()), Clock()
    first = stack.enter_context(serve_stun(world, behaviour=silent))
    second = stack.enter_context(serve_stun(world))
    with Looker(settings(mode="stun", stun=[first, second]), Family.IPV4, clock) as looker:
        assert looker.look() == LookAnswer(f"stun:{second}", SEVEN)
        asked = silent.requests
        assert [looker.look() for _ in range(3)] == [LookAnswer(f"stun:{second}", SEVEN)] * 3
        assert silent.requests == asked
        silent.silent = False
        clock.now += 300
        assert {seen.source for seen in (looker.look(), looker.look()) if isinstance(seen, LookAnswer)} == {
            f"stun:{first}",
            f"stun:{second}",
        }


def test_a_source_that_a_detection_heard_is_looked_at_again(
    world: Addresses, stack: ExitStack, settings: Make, time_up: TimeUp
) -> None:
    behaviour = StunBehaviour(silent=True, on_silence=time_up())
    place = stack.enter_context(serve_stun(world, behaviour=behaviour))
    made = settings(mode="stun", stun=[place], agreement=1)
    with Looker(made, Family.IPV4) as looker:
        assert isinstance(looker.look(), Unknown)
        assert looker.pause == made.web_interval
        looker.wake([f"stun:{place}"])
        assert looker.pause == made.interval
        behaviour.silent = False
        assert looker.look() == LookAnswer(f"stun:{place}", SEVEN)


def test_after_a_change_of_the_network_all_are_looked_at_anew(
    world: Addresses, stack: ExitStack, settings: Make
) -> None:
    behaviour = StunBehaviour(error=500)
    place = stack.enter_context(serve_stun(world, behaviour=behaviour))
    with Looker(settings(mode="stun", stun=[place], agreement=1), Family.IPV4) as looker:
        failed = looker.look()
        assert isinstance(failed, Unknown)
        assert "error 500" in failed.reason
        behaviour.error = None
        looker.reset()
        assert looker.look() == LookAnswer(f"stun:{place}", SEVEN)


def test_where_udp_is_blocked_one_web_service_in_turn_is_looked_at_and_less_often(
    world: Addresses, stack: ExitStack, settings: Make, time_up: TimeUp
) -> None:
    silent = StunBehaviour(silent=True, on_silence=time_up())
    stun = stack.enter_context(serve_stun(world, behaviour=silent))
    behaviours = [HttpBehaviour(), HttpBehaviour()]
    web = [stack.enter_context(serve_http(world, behaviour=behaviour)) for behaviour in behaviours]
    made = settings(mode="stun+http", stun=[stun], http=web)
    with Looker(made, Family.IPV4) as looker:
        assert isinstance(looker.look(), Unknown)
        assert looker.pause == made.web_interval
        seen = [looker.look(), looker.look()]
    assert [one.addresses for one in seen if isinstance(one, LookAnswer)] == [SEVEN, SEVEN]
    assert [behaviour.requests for behaviour in behaviours] == [1, 1]


def test_a_file_is_looked_at_as_often_as_a_stun_server(settings: Make, tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("203.0.113.7\n203.0.113.8\n")
    made = settings(sources=[f"file:{file}"], mode="list")
    with Looker(made, Family.IPV4) as looker:
        assert looker.look() == LookAnswer(f"file:{file}", (*SEVEN, *EIGHT))
        assert looker.pause == made.interval


def test_a_refused_address_is_unknown_with_the_reason(stun: Callable[..., str], settings: Make) -> None:
    with Looker(settings(mode="stun", stun=[stun(lie="100.64.0.9")], agreement=1), Family.IPV4) as looker:
        outcome = looker.look()
    assert isinstance(outcome, Unknown)
    assert "carrier NAT" in outcome.reason


def test_a_look_at_a_silent_world_ends_with_the_patience_for_each(settings: Make, stun: Callable[..., str]) -> None:
    places = [stun(silent=True) for _ in range(3)]
    began = time.monotonic()
    with Looker(settings(mode="stun", stun=places, timeout=0.2), Family.IPV4) as looker:
        first, second = looker.look(), looker.look()
    assert time.monotonic() - began < 60
    assert isinstance(first, Unknown)
    assert isinstance(second, Unknown)
    assert first.reason.count("stun:") == 3
    assert second.reason.count("stun:") == 1, "while all rest, one is asked"


def test_without_sources_there_is_nothing_to_look_at(settings: Make) -> None:
    with Looker(settings(mode="list", sources=["none"]), Family.IPV4) as looker:
        assert looker.look() == Unknown("mode `list` names no source to look at")


def test_ipv6(stun: Callable[..., str], settings: Make, ipv6_loopback: str) -> None:
    with Looker(settings(mode="stun", stun=[stun(ipv6_loopback)], agreement=1), Family.IPV6) as looker:
        assert looker.look() == LookAnswer(looker.look().source, (ip_address("2001:db8::7"),))  # type: ignore[union-attr] # fails then
