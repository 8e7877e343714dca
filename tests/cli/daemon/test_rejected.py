from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, until, watching
from tests.cli.test_rejected import BAD, NAMES, STORMS, marks_of, zone_of

TURNS_A_CHANGE = 6
"""Results of the loop after which a change has to be in the zone: settings and address change one after the other."""


def test_a_refused_record_fails_no_turn_is_told_once_and_holds_up_no_other(inside: Inside) -> None:
    inside.settings("www", BAD, "api")
    with watching(inside) as watcher:
        first = told(watcher, "result")
        (finding,) = [one for one in first["findings"] if one["kind"] == "rejected"]
        assert finding["subject"] == "bad.example.com A 10.0.0.1"
        assert finding["why"] == "Target 10.0.0.1 is not allowed for a proxied record. (9003)"
        assert inside.zone() == {f"{name}.example.com/A": FIRST_IPV4 for name in ("www", "api")}
        inside.calls()

        remote.edit_record(inside.places, inside.record("www") | {"content": "192.0.2.66"})
        watcher.send_signal(1)
        events = until(watcher, "result")
        assert "failure" not in {one["event"] for one in events}
        assert [one["kind"] for one in events[-1]["findings"]] == ["rejected", "settings"]
        assert inside.zone() == {f"{name}.example.com/A": FIRST_IPV4 for name in ("www", "api")}
        assert "POST" not in {method for method, _ in inside.calls()}

        inside.settings("www", "bad", "api")
        assert told(watcher, "result")["findings"] == []
        assert inside.zone()["bad.example.com/A"] == FIRST_IPV4
        assert ended(watcher) == 0


@pytest.mark.timeout(900)  # several runs over sixty names each, however busy the machine is
@pytest.mark.parametrize("seed", range(STORMS))
def test_in_a_storm_with_one_refused_record_the_loop_leaves_nothing_else_late_refused_or_called_drift(
    inside: Inside, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a storm, no secret
    names = [f"n{number}" for number in range(NAMES)]
    guard = {"from_records": 1000, "emptying": True}  # a storm is what the guard is there to stop
    inside.settings(*names, guard=guard)
    inside.result("up")
    there, bad = dict.fromkeys(names, FIRST_IPV4), ""
    with watching(inside) as watcher:
        told(watcher, "result")
        for _ in range(3):
            address, before, may_be_bad = f"203.0.113.{chance.randrange(1, 250)}", there, {bad}
            here = chance.sample(names, chance.randrange(NAMES - 8, NAMES + 1))
            bad = chance.choice(here)
            remote.set_address(inside.places, address)
            inside.settings(*(BAD | {"name": name} if name == bad else name for name in here), guard=guard)
            for _ in range(TURNS_A_CHANGE):
                events = until(watcher, "result")
                assert "failure" not in {one["event"] for one in events}
                assert not [one for one in events[-1]["changes"] if one["drift"]]
                # Of kind "settings": nobody outside reaches the private target.
                refused = [_name(one) for one in events[-1]["findings"] if one["kind"] != "settings"]
                assert {_name(one) for one in events[-1]["findings"]} == set(refused)
                assert set(refused) <= may_be_bad | {bad}
                assert {one["kind"] for one in events[-1]["findings"]} <= {"rejected", "settings"}
                there = zone_of(inside, "example.com")
                # It may have followed the address before the settings made it one that is refused.
                kept = {bad: there[bad]} if there.get(bad) in {before.get(bad, address), address} else {}
                wanted = {name: address for name in here if name != bad} | kept
                if there == wanted and refused == [bad]:
                    break
            assert (there, refused) == (wanted, [bad])
            assert marks_of(inside, "example.com") == there.keys()
            _another_process_knows(inside, bad)
        assert ended(watcher) == 0


def _another_process_knows(inside: Inside, bad: str) -> None:
    """State is as the zone: nothing is left to do but what is refused, which is told with its words."""
    now = inside.result("status")
    assert now["changes"] == []
    (finding,) = [one for one in now["findings"] if one["kind"] != "settings"]
    assert (finding["kind"], _name(finding)) == ("rejected", bad)
    assert "is not allowed for a proxied record" in finding["why"]


def _name(finding: Mapping[str, str]) -> str:
    return finding["subject"].partition(".")[0]
