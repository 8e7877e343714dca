"""A run that dies: whatever landed, the next run ends with the wish, no duplicate and nothing pending."""

from __future__ import annotations

import json

import pytest

from lab import remote
from tests.cli.conftest import Inside
from tests.cli.killing import kill_all, up_at

FOR_EVER = 1e6


@pytest.mark.parametrize("killed_at", ["www.example.com/A/mark", "www.example.com/A"])
def test_the_next_run_after_a_kill_in_a_creation_mends_everything(inside: Inside, killed_at: str) -> None:
    inside.settings("www", "api")
    remote.set_faults(inside.places, [{"effect": "latency", "seconds": 0.5, "method": "POST"}])
    _up_killed_at(inside, killed_at)
    remote.set_faults(inside.places, [])
    assert inside.result("up")["conflicts"] == []
    assert sorted(one["name"] for one in remote.records(inside.places) if one["type"] == "A") == [
        "api.example.com",
        "www.example.com",
    ]
    assert len(remote.records(inside.places)) == 4
    assert inside.result("up")["engine_runs"] == 0
    exported = json.loads(inside.pulumi("stack", "export").stdout)
    assert "pending_operations" not in exported["deployment"]


def test_a_large_run_that_is_killed_once_all_has_landed_is_mended_by_the_journal(inside: Inside) -> None:
    """Such a run writes no checkpoints: state knows nothing of what it has made."""
    names = [f"n{number}" for number in range(60)]
    slow = "slow.example"
    zone_id = remote.add_zone(inside.places, slow)
    inside.settings(*names, zones=[{"zone": slow, "names": ["late"]}])
    # The run cannot end before it is killed.
    remote.set_faults(inside.places, [{"effect": "latency", "seconds": FOR_EVER, "method": "POST", "path": zone_id}])
    _up_killed_at(inside, "n30.example.com/A", "done")
    remote.set_faults(inside.places, [])
    before = {one["id"] for one in remote.records(inside.places)}
    assert len(before) == 120
    actions = {change["resource"]: change["action"] for change in inside.result("up")["changes"]}
    assert {action for resource, action in actions.items() if slow not in resource} == {"adopt"}
    assert {one["id"] for one in remote.records(inside.places)} == before
    assert inside.result("up")["changes"] == []


def _up_killed_at(inside: Inside, logical_name: str, phase: str = "started") -> None:
    """Run `truenorth up` and kill it, its engine and the plugin when the creation of a record has begun, or is done."""
    with up_at(inside, logical_name, phase) as command:
        kill_all(command)
