"""A run that dies: whatever landed, the next run ends with the wish, no duplicate and nothing pending."""

from __future__ import annotations

import json

import pytest

from lab import remote
from tests.cli.conftest import Inside
from tests.cli.killing import kill_all, up_at


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
    inside.settings(*names)
    _up_killed_at(inside, "n30.example.com/A")
    before = {one["id"] for one in remote.records(inside.places)}
    assert len(before) == 120
    assert {change["action"] for change in inside.result("up")["changes"]} == {"adopt"}
    assert {one["id"] for one in remote.records(inside.places)} == before
    assert inside.result("up")["changes"] == []


def _up_killed_at(inside: Inside, logical_name: str) -> None:
    """Run `truenorth up` and kill it, its engine and the plugin when the creation of a record has begun."""
    with up_at(inside, logical_name) as command:
        kill_all(command)
