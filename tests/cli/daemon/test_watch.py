from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from lab import remote
from lab.addresses.http import serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from lab.world import FIRST_IPV4
from stacks.settings.wan import WanSettings
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, locks, told, until, watching

SOON = WanSettings().recheck / 2
"""Seconds after which a busy machine, too, has seen a change by its looks; the bench holds the pace of an idle one."""
LISTING = ("GET", "dns_records")


def questions(behaviours: Sequence[StunBehaviour]) -> int:
    """What was asked of these servers, each question once."""
    return sum(one.requests - one.repetitions for one in behaviours)


def test_follows_the_address_and_ends_well(inside: Inside) -> None:
    inside.settings("www", "api")
    with watching(inside) as watcher:
        assert len(told(watcher, "result")["changes"]) == 4
        assert inside.zone()["www.example.com/A"] == FIRST_IPV4
        for address in ("203.0.113.8", "203.0.113.9"):
            remote.set_address(inside.places, address)
            assert {change["action"] for change in told(watcher, "result")["changes"]} == {"update"}
            assert set(inside.zone().values()) == {address}
        assert ended(watcher) == 0
    assert locks(inside) == []


def test_does_not_wait_for_more_where_the_address_is_another_after_quiet(inside: Inside) -> None:
    settle = 60.0
    inside.settings("www", watch={"settle": settle, "settle_most": settle})
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.set_address(inside.places, "203.0.113.8")
        told(watcher, "address")
        seen = time.monotonic()
        told(watcher, "result")
        assert time.monotonic() - seen < settle
        assert inside.zone() == {"www.example.com/A": "203.0.113.8"}
        assert ended(watcher) == 0


def test_follows_the_address_at_the_moments_of_a_schedule(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside, schedule="@every 2s", interval=3600) as watcher:
        assert "a look at @every 2s" in told(watcher, "watching")["message"]
        told(watcher, "result")
        remote.set_address(inside.places, "203.0.113.8")
        told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": "203.0.113.8"}
        assert ended(watcher) == 0


def test_at_the_default_pace_a_change_is_in_the_record_after_the_next_look_and_idling_costs_a_packet_in_10_seconds(
    inside: Inside,
) -> None:
    inside.settings("www")
    world, behaviours = Addresses(ipv4="203.0.113.21"), [StunBehaviour() for _ in range(3)]
    with ExitStack() as servers:
        stun = [servers.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
        http = [servers.enter_context(serve_http(world)) for _ in range(2)]
        pace = {"interval": WanSettings().interval, "mode": "stun+http", "stun": stun, "http": http, "sources": []}
        watcher = servers.enter_context(watching(inside, **pace))
        told(watcher, "result")
        for address in ("203.0.113.22", "203.0.113.23"):
            packets, began = questions(behaviours), time.monotonic()
            world.ipv4 = address
            told(watcher, "address")
            looks = questions(behaviours) - packets - len(stun)
            assert looks <= 1 + (time.monotonic() - began) / 10, "the look that saw it, and one in 10 s before"
            told(watcher, "result")
            assert inside.zone() == {"www.example.com/A": address}
            assert time.monotonic() - began < SOON
        assert ended(watcher) == 0


def test_sources_that_fall_silent_or_lie_change_nothing_and_are_told(inside: Inside) -> None:
    inside.settings("www")
    world, behaviours = Addresses(ipv4="203.0.113.21"), [StunBehaviour(), StunBehaviour()]
    with ExitStack() as servers:
        stun = [servers.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
        pace = {"mode": "stun", "stun": stun, "http": [], "sources": []}
        watcher = servers.enter_context(watching(inside, **pace))
        told(watcher, "result")
        behaviours[0].lie = "203.0.113.66"
        lost = told(watcher, "address")
        assert "203.0.113.66" in lost["reason"]
        assert inside.zone() == {"www.example.com/A": "203.0.113.21"}
        behaviours[0].lie = None
        world.ipv4 = "203.0.113.22"
        told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": "203.0.113.22"}
        assert ended(watcher) == 0


def test_an_unreachable_family_does_not_hold_up_the_other(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside, families=["ipv4", "ipv6"]) as watcher:
        result = told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
        assert [one["type"] for one in result["frozen"]] == ["AAAA"]
        assert ended(watcher) == 0


def test_calls_no_api_while_nothing_changes(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside) as watcher:
        told(watcher, "result")
        inside.calls()
        # The next result is that of this change: whatever the loop did before it shows in the log too.
        remote.set_address(inside.places, "203.0.113.8")
        told(watcher, "result")
        calls = inside.calls()
        assert [method for method, _ in calls] == ["PUT"]
        assert ended(watcher) == 0


def test_watch_tells_a_failure_and_tries_again(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.set_faults(inside.places, [{"effect": "server_error", "status": 503}])
        remote.set_address(inside.places, "203.0.113.8")
        assert "503" in told(watcher, "failure")["reason"]
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
        remote.set_faults(inside.places, [])
        told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": "203.0.113.8"}
        assert ended(watcher) == 0


def test_credentials_that_are_refused_for_a_while_do_not_end_it(inside: Inside) -> None:
    inside.settings("www")
    token = "lab-token-of-a-while-0123456789abcdefghi"
    remote.add_token(inside.places, token, inside.places.zone)
    with watching(replace(inside, environment={**inside.environment, "CLOUDFLARE_API_TOKEN": token})) as watcher:
        told(watcher, "result")
        remote.add_token(inside.places, token, inside.places.zone, [])
        remote.set_address(inside.places, "203.0.113.8")
        assert "the API answers 403" in told(watcher, "failure")["reason"]  # to the write; then the zone is listed
        assert "Cloudflare refuses the credentials" in told(watcher, "failure")["reason"]
        remote.add_token(inside.places, token, inside.places.zone)
        told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": "203.0.113.8"}
        assert ended(watcher) == 0


def test_a_page_of_the_edge_is_no_judgement_of_credentials(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.set_faults(inside.places, [{"effect": "server_error", "status": 403}])
        remote.set_address(inside.places, "203.0.113.8")
        assert "the API answers 403" in told(watcher, "failure")["reason"]  # to the write; then the zone is listed
        assert "Cloudflare answered 403 about the zone example.com" in told(watcher, "failure")["reason"]
        remote.set_faults(inside.places, [])
        told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": "203.0.113.8"}
        assert ended(watcher) == 0


def test_a_signal_in_the_middle_of_a_run_lets_the_engine_end_and_leaves_no_lock(inside: Inside) -> None:
    inside.settings("www", "api")
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.set_faults(inside.places, [{"effect": "latency", "seconds": 1.0, "method": "PUT"}])
        remote.set_address(inside.places, "203.0.113.8")
        assert told(watcher, "step")["phase"] == "started"
        assert ended(watcher) == 0
    remote.set_faults(inside.places, [])
    assert locks(inside) == []
    inside.result("up")
    assert set(inside.zone().values()) == {"203.0.113.8"}
    assert inside.result("up")["changes"] == []


def test_a_refused_token_ends_it_with_exit_code_2(inside: Inside) -> None:
    inside.settings("www")
    done = inside.run("watch", CLOUDFLARE_API_TOKEN="wrong-token-0123456789abcdefghijklmnopqr")
    assert done.returncode == 2
    assert "Cloudflare refuses the credentials" in done.stderr


def test_what_is_not_wanted_any_more_is_told_kept_for_the_grace_and_then_deleted(inside: Inside) -> None:
    inside.settings("www", "api")
    inside.result("up")
    inside.settings("www", delete_grace=2)
    with watching(inside) as watcher:
        leaving = told(watcher, "leaving")
        assert (leaving["name"], leaving["type"], leaving["seconds"]) == ("api.example.com", "A", 2)
        assert told(watcher, "result")["changes"] == []
        assert {change["action"] for change in told(watcher, "result")["changes"]} == {"delete"}
        assert set(inside.zone()) == {"www.example.com/A"}
        assert ended(watcher) == 0


def test_what_the_guard_refuses_is_told_once_and_left_alone_while_the_address_is_followed(inside: Inside) -> None:
    names = [f"n{number:02}" for number in range(10)]
    inside.settings(*names)
    inside.result("up")
    inside.settings(*names[:5], {"name": "n05", "ttl": 300})
    with watching(inside) as watcher:
        refused = told(watcher, "refused")
        assert "4 of the 10 records of ours in example.com (40 %) would be deleted" in refused["reason"]
        assert f"--allow {refused['allow']}" in refused["reason"]
        result = told(watcher, "result")
        assert result["held_back"]
        assert [change["resource"] for change in result["changes"]] == ["n05.example.com/A"]
        for address in ("203.0.113.8", "203.0.113.9"):
            remote.set_address(inside.places, address)
            events = until(watcher, "result")
            assert "refused" not in {event["event"] for event in events}
            moved = {f"{name}.example.com/A": address for name in names[:6]}
            assert inside.zone() == moved | {f"{name}.example.com/A": FIRST_IPV4 for name in names[6:]}
        assert ended(watcher) == 0
    done = inside.run("up", "--allow", refused["allow"])
    assert done.returncode == 0, done.stderr
    assert len(inside.zone()) == 6


def test_a_zone_that_cannot_be_read_holds_up_no_other_and_is_made_as_soon_as_it_can_be(inside: Inside) -> None:
    inside.settings("www", zones=[{"zone": inside.places.gandi_zone, "provider": "gandi", "names": ["www"]}])
    remote.gandi_faults(inside.places, [{"effect": "server_error", "status": 503}])
    with watching(inside) as watcher:
        assert {change["resource"] for change in told(watcher, "result")["changes"]} == {
            "www.example.com/A",
            "www.example.com/A/mark",
        }
        assert "the zone example.net stays as it is: Gandi answered 503" in told(watcher, "failure")["reason"]
        remote.gandi_faults(inside.places, [])
        while not (found := told(watcher, "result")["changes"]):
            pass  # the zone was still out of reach
        assert {change["resource"] for change in found} == {"www.example.net/A", "www.example.net/A/mark"}
        assert ended(watcher) == 0
