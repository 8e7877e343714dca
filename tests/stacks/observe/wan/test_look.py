from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from lab.addresses.world import Addresses, StunBehaviour, serve_stun
from stacks.observe.wan.look import Look
from stacks.observe.wan.settings import WanSettings
from stacks.values import Family, Known, Unknown

if TYPE_CHECKING:
    from contextlib import ExitStack

Make = Callable[..., WanSettings]


def test_a_look_sees_the_address_and_its_change_with_one_packet_each(
    world: Addresses, stack: ExitStack, settings: Make
) -> None:
    first, second = StunBehaviour(), StunBehaviour()
    places = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in (first, second)]
    with Look(settings(mode="stun", stun=places), Family.IPV4) as looking:
        assert looking.look() == Known(ip_address("203.0.113.7"))
        world.ipv4 = "203.0.113.8"
        assert looking.look() == Known(ip_address("203.0.113.8"))
    assert (first.requests, second.requests) == (2, 0)


def test_after_a_failure_the_next_server_is_asked(stun: Callable[..., str], settings: Make) -> None:
    with Look(settings(mode="stun", stun=[stun(error=500), stun()]), Family.IPV4) as looking:
        failed = looking.look()
        assert isinstance(failed, Unknown)
        assert "error 500" in failed.reason
        assert looking.look() == Known(ip_address("203.0.113.7"))


def test_a_server_that_falls_silent_and_comes_back_is_seen_again(
    world: Addresses, stack: ExitStack, settings: Make
) -> None:
    behaviour = StunBehaviour()
    place = stack.enter_context(serve_stun(world, behaviour=behaviour))
    with Look(settings(mode="stun", stun=[place], agreement=1, timeout=0.2), Family.IPV4) as looking:
        assert isinstance(looking.look(), Known)
        behaviour.silent = True
        assert isinstance(looking.look(), Unknown)
        behaviour.silent = False
        assert isinstance(looking.look(), Known)


def test_a_refused_address_is_unknown_with_the_reason(stun: Callable[..., str], settings: Make) -> None:
    with Look(settings(mode="stun", stun=[stun(lie="100.64.0.9")], agreement=1), Family.IPV4) as looking:
        outcome = looking.look()
    assert isinstance(outcome, Unknown)
    assert "carrier NAT" in outcome.reason


def test_without_a_stun_server_there_is_nothing_to_look_at(settings: Make) -> None:
    with Look(settings(mode="http"), Family.IPV4) as looking:
        assert looking.look() == Unknown("mode `http` has no STUN server over UDP to look at")


def test_ipv6(stun: Callable[..., str], settings: Make, ipv6_loopback: str) -> None:
    with Look(settings(mode="stun", stun=[stun(ipv6_loopback)], agreement=1), Family.IPV6) as looking:
        assert looking.look() == Known(ip_address("2001:db8::7"))
