"""An `up` that is killed while it writes load balancing: the next one ends right, and leaves no orphan."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from lab.api.faults import Effect, Fault
from tests.cli.conftest import ROOT, STACK, TRUENORTH
from tests.cli.geo import HOMES, Member, World
from tests.cli.geo import world as make_world
from tests.cli.killing import kill_all

KINDS = {"monitor": ":LoadBalancerMonitor::", "pool": ":LoadBalancerPool::", "balancer": ":LoadBalancer::"}
PATHS = {"monitor": "/load_balancers/monitors", "pool": "/load_balancers/pools", "balancer": "/zones/.*/load_balancers"}
NEW = "203.0.113.99"


@pytest.fixture
def world(engine: Engine, plugin_folder: Path, tmp_path: Path) -> Iterator[World]:
    with make_world(engine, plugin_folder, tmp_path) as made:
        yield made


@contextmanager
def up_at(member: Member, kind: str, phase: str) -> Iterator[subprocess.Popen[str]]:
    """`truenorth up` at the moment of an engine's event about a resource of load balancing."""
    with subprocess.Popen(
        [TRUENORTH, "up", "--stack", STACK, "--json"],
        cwd=ROOT,
        env=dict(member.inside.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as command:
        assert command.stdout is not None
        events = map(json.loads, command.stdout)
        steps = (event for event in events if event["event"] == "step" and event["phase"] == phase)
        assert any(KINDS[kind] in event["urn"] for event in steps), f"no {kind} was {phase}"
        yield command
        command.stdout.read()


def killed(world: World, member: Member, kind: str, phase: str) -> None:
    """Kill an `up` and all that it has started, while the API does not answer its write: this one, or what follows."""
    held = PATHS[kind if phase == "started" else "balancer"]
    unanswered = [
        Fault(Effect.LATE_ANSWER, method=method, path=held, seconds=600) for method in ("POST", "PUT", "PATCH")
    ]
    world.account.cloudflare.faults.set(unanswered)
    with up_at(member, kind, phase) as command:
        kill_all(command)
    assert command.returncode == -signal.SIGKILL
    world.account.cloudflare.faults.clear()


@pytest.mark.parametrize(
    ("kind", "phase"), [("monitor", "started"), ("pool", "started"), ("pool", "done"), ("balancer", "started")]
)
def test_one_more_up_ends_right_after_a_kill_while_load_balancing_is_made(world: World, kind: str, phase: str) -> None:
    amber = world.member("amber")
    amber.wish()
    killed(world, amber, kind, phase)
    amber.document()
    assert world.balanced() == [amber.pool]
    assert world.pools.keys() == {amber.pool}
    assert len(world.account.cloudflare.load_balancing.monitors) == 1
    assert world.addresses(amber.pool) == [HOMES["amber"][1]]
    world.writes()
    assert amber.up() == []
    assert world.writes() == []


def test_one_more_up_ends_right_after_a_kill_while_an_address_changes(world: World) -> None:
    amber, birch = world.joined("amber", "birch")
    amber.up()
    amber.wish(NEW)
    killed(world, amber, "pool", "started")
    amber.document()
    assert world.addresses(amber.pool) == [NEW]
    assert world.balanced() == sorted([amber.pool, birch.pool])
    world.writes()
    assert amber.up() == []
    assert world.writes() == []
