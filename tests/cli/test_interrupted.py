"""A run that dies: whatever landed, the next run ends with the wish, no duplicate and nothing pending."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from lab import remote
from tests.cli.conftest import ROOT, STACK, TRUENORTH, Inside


@pytest.mark.parametrize("killed_at", ["www.example.com/A/mark", "www.example.com/A"])
def test_the_next_run_after_a_kill_in_a_creation_mends_everything(inside: Inside, killed_at: str) -> None:
    inside.settings("www", "api")
    remote.set_faults(inside.places, [{"effect": "latency", "seconds": 0.5, "method": "POST"}])
    _up_killed_at(inside, killed_at)
    remote.set_faults(inside.places, [])
    inside.pulumi("cancel", "--yes")
    assert inside.result("up")["conflicts"] == []
    assert sorted(one["name"] for one in remote.records(inside.places) if one["type"] == "A") == [
        "api.example.com",
        "www.example.com",
    ]
    assert len(remote.records(inside.places)) == 4
    assert inside.result("up")["engine_runs"] == 0
    exported = json.loads(inside.pulumi("stack", "export").stdout)
    assert "pending_operations" not in exported["deployment"]


def test_a_large_run_that_is_killed_half_way_is_mended_by_the_marks(inside: Inside) -> None:
    """Such a run writes no checkpoints: state knows nothing of what it has made."""
    names = [f"n{number}" for number in range(60)]
    inside.settings(*names)
    remote.set_faults(inside.places, [{"effect": "latency", "seconds": 0.05, "method": "POST"}])
    _up_killed_at(inside, "n30.example.com/A")
    remote.set_faults(inside.places, [])
    made = len(remote.records(inside.places))
    assert 0 < made < 120
    inside.pulumi("cancel", "--yes")
    assert "adopt" in {change["action"] for change in inside.result("up")["changes"]}
    assert len(remote.records(inside.places)) == 120
    assert inside.result("up")["changes"] == []


def _up_killed_at(inside: Inside, logical_name: str) -> None:
    """Run `truenorth up` and kill it, its engine and the plugin when the creation of a record has begun."""
    with subprocess.Popen(
        [TRUENORTH, "up", "--stack", STACK, "--json"],
        cwd=ROOT,
        env=dict(inside.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as command:
        assert command.stdout is not None
        for line in command.stdout:
            event = json.loads(line)
            if (
                event["event"] == "step"
                and event["phase"] == "started"
                and event["urn"].endswith(f":DnsRecord::{logical_name}")
            ):
                break
        for process in [*_descendants(command.pid), command.pid]:
            os.kill(process, signal.SIGKILL)


def _descendants(parent: int) -> list[int]:
    children = [
        int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit() and _parent_of(folder) == parent
    ]
    return [*children, *(one for child in children for one in _descendants(child))]


def _parent_of(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
