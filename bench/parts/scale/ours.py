"""`truenorth up` as people run it, step by step, and the provider without the bridge."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator

from bench.parts.scale.run import Measured, run
from bench.parts.scale.steps import (
    ALL,
    CHANGED,
    CREATED,
    DELETED,
    DRIFTED,
    ONE,
    PART,
    STEPS,
    UNCHANGED,
    UP,
    WITHOUT_BRIDGE,
    changed_numbers,
    drifted_numbers,
    pages,
    rows,
)
from bench.parts.scale.world import STACK, Content, World
from bench.row import Row
from cli.session.open import API_PROXY_VARIABLES

CREATION_CALLS = 120
"""The most calls that creating 5,000 names with their marks may take: the goal."""
NOTHING: dict[str, Content] = {}


def up(world: World, found: dict[str, Measured], steps: Collection[str] = STEPS) -> Iterator[Row]:
    """Steps of `truenorth up`, in their order; what was measured is put into found."""
    goals = {CREATED: CREATION_CALLS, UNCHANGED: pages(2 * world.names)}
    for name in STEPS:
        if name not in steps:
            continue
        CHANGES.get(name, _nothing)(world)
        wish = NOTHING if name == DELETED else world.wished()
        words = truenorth(world, "destroy", "--yes") if name == DELETED else truenorth(world, "up")
        found[name] = run(world, words, wish)
        yield from rows(UP, world.names, name, found[name], goals.get(name))
        if found[name].said:
            run(world, words, wish)  # what it has left undone is no part of the next step
        if name == CREATED:
            yield from _state(world)


def without(world: World, found: dict[str, Measured]) -> Iterator[Row]:
    """Without the bridge and in one stack: one record a call is read and written, and a refresh reads them all."""
    world.shards = 1
    world.write_settings()
    environment = {**world.environment, API_PROXY_VARIABLES[0]: "off"}
    refresh = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", STACK]
    commands = {
        CREATED: truenorth(world, "up"),
        UNCHANGED: [*refresh, "--config-file", str(world.settings_file)],
        ALL: truenorth(world, "up"),
        DELETED: truenorth(world, "destroy", "--yes"),
    }
    for name, command in commands.items():
        CHANGES.get(name, _nothing)(world)
        wish = NOTHING if name == DELETED else world.wished()
        found[name] = run(world, command, wish, environment=environment)
        yield from rows(WITHOUT_BRIDGE, world.names, name, found[name])


def truenorth(world: World, command: str, *options: str) -> list[str]:
    """A command of ours on the world's stack."""
    words = [sys.executable, "-m", "truenorth", command, "--stack", STACK, "--settings", str(world.settings_file)]
    return [*words, *options]


def state_of(world: World) -> list[int]:
    """The sizes in bytes of the stacks' state on disk, backups and history left out."""
    stacks = (world.folder / "state").rglob(".pulumi/stacks/**/*.json*")
    return [file.stat().st_size for file in stacks if not file.name.endswith((".bak", ".attrs"))]


def _state(world: World) -> Iterator[Row]:
    sizes, what = state_of(world), f"{UP}, {world.names:,} names {CREATED}"
    yield Row(PART, f"{what}: stacks", len(sizes), "stacks", 1)
    yield Row(PART, f"{what}: state a name", round(sum(sizes) / world.names), "B", 1)


def _nothing(_: World) -> None:
    """What most steps begin with."""


def _all_addresses(world: World) -> None:
    world.wan.ipv4, world.office.ipv4 = "203.0.113.8", "192.0.2.2"


def _one(world: World) -> None:
    world.office.ipv4 = "192.0.2.3"


def _some(world: World) -> None:
    world.fixed = dict.fromkeys(changed_numbers(world), "198.51.100.1")
    world.write_settings()


def _drift(world: World) -> None:
    world.drift(drifted_numbers(world), "198.51.100.99")


CHANGES: dict[str, Callable[[World], None]] = {ALL: _all_addresses, ONE: _one, CHANGED: _some, DRIFTED: _drift}
"""What happens before a step."""
