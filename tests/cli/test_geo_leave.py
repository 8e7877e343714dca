"""Stacks that leave a load balancer, and pools whose addresses change, through the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest

from cli.engine.install.find import Engine
from lab.cloudflare.load_balancing.health import Health, HealthBook
from lab.cloudflare.load_balancing.model import Origin, Pool
from tests.cli.geo import HOMES, Member, World
from tests.cli.geo import world as make_world
from tests.geo import APP

OLD, NEW = HOMES["amber"][1], "203.0.113.99"
DEADLINE = 240


@pytest.fixture
def world(engine: Engine, plugin_folder: Path, tmp_path: Path) -> Iterator[World]:
    with make_world(engine, plugin_folder, tmp_path) as made:
        yield made


def by_settings(member: Member) -> None:
    member.leave()
    member.up()


def by_destroying(member: Member) -> None:
    member.inside.result("destroy", "--yes")


class TestLeaving:
    @pytest.mark.parametrize("leave", [by_settings, by_destroying])
    def test_takes_the_own_pool_out_and_the_last_one_takes_all(
        self, world: World, leave: Callable[[Member], None]
    ) -> None:
        amber, birch = world.joined("amber", "birch")
        theirs = world.pools[birch.pool]
        leave(amber)
        assert world.pools == {birch.pool: theirs}
        assert world.balanced() == [birch.pool]
        assert len(world.account.cloudflare.load_balancing.monitors) == 1
        leave(birch)
        assert world.is_empty()
        world.writes()
        leave(amber)
        assert world.writes() == []

    @pytest.mark.parametrize("leave", [by_settings, by_destroying])
    def test_of_both_at_the_same_time_leaves_nothing(self, world: World, leave: Callable[[Member], None]) -> None:
        stacks = world.joined("amber", "birch")
        with ThreadPoolExecutor() as threads:
            list(threads.map(leave, stacks))
        assert world.is_empty()

    def test_by_destroying_says_what_went_beside_the_records(self, world: World) -> None:
        (amber,) = world.joined("amber")
        done = amber.inside.run("destroy", "--yes")
        assert "delete the own pool, unless others have origins in it" in done.stdout
        last = done.stdout.strip().splitlines()[-1]
        assert last.startswith("done: 0 records deleted")
        assert f"pool {amber.pool}" in last
        assert f"balancer {APP}" in last

    def test_and_coming_back_is_like_the_first_time(self, world: World) -> None:
        amber, birch = world.joined("amber", "birch")
        by_settings(amber)
        world.writes()
        birch.up()
        assert world.writes() == []
        amber.wish()
        amber.up()
        assert world.balanced() == sorted([amber.pool, birch.pool])
        assert world.leaving() == []
        assert amber.up() == []


FOR_EVER = 1e6
"""The interval of checks, in seconds: only the test checks."""


class Checks(HealthBook):
    """Health that somebody watches.

    written: what the pool had, and which of it was healthy, after each write. events: its addresses at each write, and
    what was told of NEW, where that is not what was told before.
    """

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[set[str], set[str]]] = []
        self.events: list[set[str] | Health] = []
        self.told_unknown = Event()

    def of(self, pool: Pool, origin: Origin, interval: float, now: datetime) -> Health:  # noqa: ARG002 - see FOR_EVER
        told = super().of(pool, origin, FOR_EVER, now)
        if origin.address == NEW and self.events[-1] != told:
            self.events.append(told)
        if origin.address == NEW and told is Health.UNKNOWN:
            self.told_unknown.set()
        return told

    def note(self, before: Pool | None, pool: Pool, now: datetime) -> None:
        super().note(before, pool, now)
        held = {one.address for one in pool.origins}
        up = {one.address for one in pool.origins if HealthBook.of(self, pool, one, FOR_EVER, now) is Health.UP}
        self.written.append((held, up))
        self.events.append(held)


class TestAnotherAddress:
    @pytest.fixture
    def checks(self, world: World) -> Checks:
        checks = Checks()
        world.account.cloudflare.load_balancing.health = checks
        return checks

    @pytest.fixture
    def amber(self, world: World, checks: Checks) -> Member:
        """A stack whose origin is healthy."""
        (amber,) = world.joined("amber")
        checks.set(OLD, Health.UP)
        checks.written.clear()
        checks.events.clear()
        return amber

    def test_comes_in_and_the_old_one_goes_when_it_is_healthy(
        self, world: World, amber: Member, checks: Checks
    ) -> None:
        amber.wish(NEW)
        with ThreadPoolExecutor() as threads:
            changing = threads.submit(amber.up)
            assert checks.told_unknown.wait(DEADLINE)
            with world.account.cloudflare.lock:  # which is held until the answer is made
                checks.set(NEW, Health.UP)
            changing.result(DEADLINE)
        assert checks.written == [({OLD, NEW}, {OLD}), ({NEW}, {NEW})]
        assert checks.events == [{OLD, NEW}, Health.UNKNOWN, Health.UP, {NEW}]
        assert amber.up() == []

    def test_replaces_the_old_one_at_once_where_no_time_is_given(self, amber: Member, checks: Checks) -> None:
        amber.wish(NEW, handover=0)
        amber.up()
        assert [held for held, _ in checks.written] == [{OLD, NEW}, {NEW}]
        assert amber.up() == []

    def test_does_not_wait_for_one_that_is_down(self, amber: Member, checks: Checks) -> None:
        checks.set(OLD, Health.DOWN)
        amber.wish(NEW)
        amber.up()
        assert [held for held, _ in checks.written] == [{NEW}]
        assert amber.up() == []

    def test_that_is_not_checked_comes_in_before_the_old_one_goes(self, world: World, checks: Checks) -> None:
        amber = world.member("amber")
        amber.wish(monitor=None)
        amber.up()
        checks.written.clear()
        checks.events.clear()
        amber.wish(NEW, monitor=None)
        amber.up()
        assert [held for held, _ in checks.written] == [{OLD, NEW}, {NEW}]
        assert amber.up() == []
