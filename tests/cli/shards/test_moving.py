"""Record sets are moved between the states of stacks, on the real engine, and the zone never hears of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cli.engine.failure import RunFailed
from cli.recovery.recover import recover, stacks_of
from cli.shards import moving
from cli.state.deployments import deployment_of
from cli.state.registries import registry_of
from lab import remote
from stacks.model.errors import NotNow, ObservationError
from tests.cli.conftest import COMMAND_DEADLINE, ROOT, STACK
from tests.cli.shards.conftest import Estate

pytestmark = pytest.mark.engine
NAMES = [f"n{number:02}" for number in range(30)]
FEW = ["a", "b", "c"]


def move(estate: Estate, moves: Mapping[tuple[str, str], list[str]]) -> None:
    """Move the addresses of these names."""
    urns = {pair: estate.urns(pair[0], names) for pair, names in moves.items()}
    moving.move(estate.place, urns, estate.told.append)


def unchanged(estate: Estate, **held: list[str]) -> None:
    """Each stack holds these names, and its next run finds nothing to do."""
    for label, names in held.items():
        stack = STACK if label == "own" else estate.shard(label.removeprefix("of_"))
        assert estate.names(stack) == set(names)
        assert estate.up(stack, names) == {}


def test_names_are_spread_and_brought_together_again_without_a_call(estate: Estate) -> None:
    one, two, three = (estate.shard(label) for label in "123")
    first, second, third = NAMES[:10], NAMES[10:20], NAMES[20:]
    estate.up(STACK, NAMES)
    zone = remote.records(estate.inside.places)
    estate.inside.calls()
    move(estate, {(STACK, one): first, (STACK, two): second, (STACK, three): third})
    assert estate.told == [
        f"60 records moved from {STACK} to {one}, {two}, {three}, in the state alone: no zone was touched"
    ]
    unchanged(estate, own=[], of_1=first)
    assert (estate.names(two), estate.names(three)) == (set(second), set(third))
    move(estate, {(three, one): third[:5], (three, two): third[5:]})
    unchanged(estate, of_2=second + third[5:], of_3=[])
    assert estate.names(one) == {*first, *third[:5]}
    move(estate, {(one, STACK): NAMES, (two, STACK): NAMES})
    unchanged(estate, own=NAMES)
    assert (estate.names(one), estate.names(two)) == (set(), set())
    assert estate.inside.calls() == []
    assert remote.records(estate.inside.places) == zone


def test_two_stacks_may_swap(estate: Estate) -> None:
    other = estate.shard("1")
    estate.up(STACK, ["a", "b"])
    estate.up(other, ["c"])
    estate.inside.calls()
    move(estate, {(STACK, other): ["a"], (other, STACK): ["c"]})
    unchanged(estate, own=["b", "c"], of_1=["a"])
    assert estate.inside.calls() == []


def test_a_kill_between_the_two_writes_leaves_all_in_both_and_is_mended(estate: Estate) -> None:
    shard = estate.shard("1")
    estate.up(STACK, FEW)
    zone = remote.records(estate.inside.places)
    killed_before_the_source_is_written(estate, {(STACK, shard): estate.urns(STACK, FEW[:2])})
    assert estate.names(STACK) == set(FEW)
    assert estate.names(shard) == set(FEW[:2])
    estate.inside.calls()
    assert recover(estate.place, lambda _: None) is None
    found = registry_of(estate.place, stacks_of(estate.place), prefer=lambda _: shard)
    assert len(found.registry.records) == 2 * len(FEW)
    moving.drop(estate.place, STACK, [one.urn for one in found.twice], estate.told.append)
    assert estate.told == [f"4 records of stack {STACK} dropped from its state: another stack holds them"]
    unchanged(estate, own=FEW[2:], of_1=FEW[:2])
    assert estate.inside.calls() == []
    assert remote.records(estate.inside.places) == zone
    moving.drop(estate.place, STACK, [one.urn for one in found.twice], estate.told.append)  # there is no more to do
    assert len(estate.told) == 1


def test_a_move_that_was_cut_off_may_be_repeated(estate: Estate) -> None:
    shard = estate.shard("1")
    estate.up(STACK, FEW)
    killed_before_the_source_is_written(estate, {(STACK, shard): estate.urns(STACK, FEW[:2])})
    move(estate, {(STACK, shard): FEW[:2]})
    unchanged(estate, own=FEW[2:], of_1=FEW[:2])


def test_a_state_that_the_engine_does_not_take_leaves_everything_where_it_is(estate: Estate) -> None:
    shard = estate.shard("1")
    estate.up(STACK, FEW)
    refusing = estate.inside.state.parent / "refusing"
    refusing.write_text(f'#!/bin/sh\n[ "$2" = import ] && exit 255\nexec {estate.place.engine.pulumi} "$@"\n')
    refusing.chmod(0o755)
    place = replace(estate.place, engine=replace(estate.place.engine, pulumi=refusing))
    with pytest.raises(RunFailed, match=f"the engine does not take the state of stack {shard}"):
        moving.move(place, {(STACK, shard): estate.urns(STACK, FEW)}, estate.told.append)
    assert (estate.names(STACK), estate.names(shard), estate.told) == (set(FEW), set(), [])


def test_what_a_run_left_pending_is_found_out_first(estate: Estate) -> None:
    estate.up(STACK, FEW)
    file = estate.inside.state / ".pulumi" / "stacks" / "truenorth" / f"{STACK}.json"
    document: dict[str, Any] = json.loads(file.read_bytes())
    latest = document["checkpoint"]["latest"]
    latest["pending_operations"] = [{"type": "updating", "resource": latest["resources"][-1]}]
    file.write_text(json.dumps(document))
    with pytest.raises(NotNow, match=f"a run of stack {STACK} was cut off.*\n(.|\n)*nothing was moved"):
        move(estate, {(STACK, estate.shard("1")): FEW})
    assert estate.names(STACK) == set(FEW)


def killed_before_the_source_is_written(estate: Estate, moves: Mapping[tuple[str, str], list[str]]) -> None:
    """Move, in a process that is killed once the targets are written."""
    code = """
        import json, os, signal, sys
        from pathlib import Path
        from cli.shards import moving
        from cli.session.open import open_session

        moving._remove = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        moves = {(one, other): urns for one, other, urns in json.loads(sys.argv[2])}
        moving.move(open_session(sys.argv[1], Path(sys.argv[3]), os.environ), moves, print)
    """
    told = json.dumps([[*pair, urns] for pair, urns in moves.items()])
    command = [sys.executable, "-c", textwrap.dedent(code), STACK, told, str(estate.inside.settings_file)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(estate.inside.environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_DEADLINE,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def ids(estate: Estate, *names: str) -> dict[str, str]:
    """The ids of all records of these names' sets, by URN."""
    registry = registry_of(estate.place, stacks_of(estate.place)).registry
    of = {f"{name}.example.com" for name in names}
    return {one.urn: one.id for one in registry.records if one.resource.name in of}


def test_forgotten_records_are_in_no_state_and_the_zone_never_hears_of_it(estate: Estate) -> None:
    shard = estate.shard("1")
    estate.up(STACK, ["a", "b"])
    estate.up(shard, ["c"])
    zone = remote.records(estate.inside.places)
    estate.inside.calls()
    moving.forget(estate.place, stacks_of(estate.place), ids(estate, "a", "c"))
    unchanged(estate, own=["b"], of_1=[])
    moving.forget(estate.place, stacks_of(estate.place), ids(estate, "b"))
    for stack in stacks_of(estate.place):
        assert not (deployment_of(estate.place.at(stack)) or {}).get("resources")
    assert {method for method, _ in estate.inside.calls()} <= {"GET"}
    assert remote.records(estate.inside.places) == zone


def test_records_of_a_set_that_has_changed_meanwhile_are_not_forgotten(estate: Estate) -> None:
    estate.up(STACK, ["a"])
    known = ids(estate, "a")
    former = {urn: "another" if urn.endswith("/mark") else one for urn, one in known.items()}
    with pytest.raises(ObservationError, match="has changed meanwhile"):
        moving.forget(estate.place, stacks_of(estate.place), former)
    unchanged(estate, own=["a"])
