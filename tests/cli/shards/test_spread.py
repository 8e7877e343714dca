"""An estate over several stacks, on the real engine and the lab."""

from __future__ import annotations

import json
import subprocess
from collections import Counter

import pytest

from lab import remote
from lab.world import FIRST_IPV4
from stacks.model.shards import label_of
from tests.cli.conftest import COMMAND_DEADLINE, ROOT, STACK, Inside

pytestmark = pytest.mark.engine
NAMES = [f"n{number}" for number in range(12)]


def stacks(inside: Inside) -> dict[str, int]:
    """The stacks with state, and how many records each holds."""
    found = {}
    for file in sorted((inside.state / ".pulumi" / "stacks" / "truenorth").glob("*.json")):
        latest = json.loads(file.read_bytes())["checkpoint"]["latest"] or {}
        types = Counter(one["type"] for one in latest.get("resources") or [])
        found[file.stem] = types["cloudflare:index/dnsRecord:DnsRecord"]
    return found


def held(inside: Inside) -> set[str]:
    """The ids of the zone's records."""
    return {one["id"] for one in remote.records(inside.places)}


class TestSeveralShards:
    def test_hold_the_names_together_and_a_change_runs_one_of_them(self, inside: Inside) -> None:
        inside.settings(*NAMES, shards=3)
        first = inside.result("up")
        assert first["engine_runs"] == 4  # the estate's own stack remembers how many there are
        assert inside.zone() == {f"{name}.example.com/A": FIRST_IPV4 for name in NAMES}
        there = stacks(inside)
        assert set(there) == {STACK, *(f"{STACK}-shard-{number}" for number in (1, 2, 3))}
        assert there[STACK] == 0
        assert sum(there.values()) == 2 * len(NAMES)
        inside.calls()
        assert inside.result("up")["engine_runs"] == 0
        assert inside.calls() == [("GET", "dns_records")]
        inside.settings(*NAMES[1:], {"name": NAMES[0], "ttl": 300}, shards=3)
        changed = inside.result("up")
        assert (len(changed["changes"]), changed["engine_runs"]) == (1, 1)
        assert inside.record(NAMES[0])["ttl"] == 300
        assert inside.result("status")["changes"] == []
        assert inside.run("destroy", "--yes").returncode == 0
        assert inside.zone() == {}
        assert set(stacks(inside).values()) == {0}

    def test_another_number_moves_records_between_stacks_and_touches_no_zone(self, inside: Inside) -> None:
        inside.settings(*NAMES)
        inside.result("up")
        before = held(inside)
        for number in (3, 2, 1):
            inside.calls()
            inside.settings(*NAMES, shards=number)
            result = inside.result("up")
            assert result["changes"] == []
            assert {method for method, _ in inside.calls()} == {"GET"}
            assert held(inside) == before
            there = {stack: count for stack, count in stacks(inside).items() if count}
            assert sum(there.values()) == 2 * len(NAMES)
            assert all(label_of(stack) for stack in there) if number > 1 else set(there) == {STACK}
            assert inside.result("up")["engine_runs"] == 0

    def test_each_is_an_ordinary_stack_for_pulumi(self, inside: Inside) -> None:
        inside.settings(*NAMES, shards=2)
        inside.result("up")
        before = held(inside)
        remote.set_address(inside.places, "203.0.113.8")
        of_shard = ("--stack", f"{STACK}-shard-1", "--config-file", str(inside.settings_file))
        done = subprocess.run(
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", *of_shard],
            cwd=ROOT,
            env=dict(inside.environment),
            capture_output=True,
            text=True,
            timeout=COMMAND_DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        changed = {one["content"] for one in remote.records(inside.places) if one["type"] == "A"}
        assert changed == {FIRST_IPV4, "203.0.113.8"}
        assert held(inside) == before
        assert inside.result("up")["engine_runs"] == 1  # the other shard
        assert set(inside.zone().values()) == {"203.0.113.8"}
