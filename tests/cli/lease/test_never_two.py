"""Whatever links, clocks and processes do: no two engines run at once, and somebody leads again when all is well."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.engine.hold import LEASE_LOST
from cli.events import Role
from stacks.kube.objects import Manifest, Resource
from stacks.settings.watch import ElectionSettings
from tests.cli.lease.simulation import SLOWEST, Engine, Link, Process, Server, Trouble, run

SPAN = 90.0
"""Seconds in which faults happen."""


@dataclass(frozen=True)
class Part:
    """What happens to one process. ends: by a kill, or leaving, after so many seconds."""

    rate: float
    offset: float
    starts: float
    ends: float
    is_killed: bool
    may_watch: bool
    troubles: tuple[tuple[Trouble, float, float], ...]


moments = st.floats(0, SPAN)
parts = st.builds(
    Part,
    rate=st.floats(0.99, 1.01),
    offset=st.floats(-1e6, 1e6),
    starts=st.one_of(st.just(0.0), moments),
    ends=st.floats(5, 2 * SPAN),
    is_killed=st.booleans(),
    may_watch=st.booleans(),
    troubles=st.lists(st.tuples(st.sampled_from(get_args(Trouble)), moments, st.floats(0.1, 40)), max_size=3).map(
        tuple
    ),
)
PACES = [
    ElectionSettings(),
    ElectionSettings(lease_duration=2, renew_deadline=1, retry_period=0.2),
    ElectionSettings(lease_duration=15, renew_deadline=14.9, retry_period=2),
    ElectionSettings(lease_duration=2.5, renew_deadline=2, retry_period=0.5),
    ElectionSettings(lease_duration=60, renew_deadline=5, retry_period=4),
]
paces = st.sampled_from(PACES)


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - to be repeated


class Watchman:
    """Sees whose engine runs."""

    def __init__(self) -> None:
        self.processes: list[Process] = []

    def began(self, engine: Engine) -> None:
        running = [one for one in self.processes if one.engine.is_running]
        assert [one.engine for one in running] == [engine]

    async def watch(self) -> None:
        while True:
            assert sum(one.leads() for one in self.processes) <= 1
            await asyncio.sleep(0.05)


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(parts, min_size=2, max_size=4), pace=paces, seed=st.integers(0, 1 << 32))
def test_no_two_engines_run_at_once_and_in_the_end_somebody_leads(
    parts: list[Part], pace: ElectionSettings, seed: int
) -> None:
    chance = seeded(seed)

    async def live(process: Process, part: Part) -> None:
        await asyncio.sleep(part.starts)
        process.start()
        await asyncio.sleep(part.ends)
        await (process.kill() if part.is_killed else process.leave())

    async def whole() -> None:
        server, watchman = Server(), Watchman()
        for number, part in enumerate(parts):
            troubles = [(kind, since, since + lasts) for kind, since, lasts in part.troubles]
            link = Link(server, chance, may_watch=part.may_watch, troubles=troubles)
            made = Process(f"p{number}", link, pace, watchman.began, rate=part.rate, offset=part.offset)
            watchman.processes.append(made)
        late = Process("late", Link(server, chance), pace, watchman.began)
        watchman.processes.append(late)
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watchman.watch())
            lives = [group.create_task(live(one, part)) for one, part in zip(watchman.processes, parts, strict=False)]
            await asyncio.wait(lives)
            late.start()
            # What a process sent before its end may arrive, and count, after it.
            async with asyncio.timeout(SLOWEST + 2 * pace.lease_duration + 10 * pace.retry_period):
                await late.election.acquired()
            await late.leave()
            watching.cancel()

    run(whole())


@settings(max_examples=25, deadline=None)
@given(after=st.floats(5, 12), count=st.integers(1, 4), seed=st.integers(0, 1 << 32), may_watch=st.booleans())
def test_a_leader_that_was_killed_is_replaced_within_the_lease_duration(
    after: float, count: int, seed: int, *, may_watch: bool
) -> None:
    chance, pace = seeded(seed), ElectionSettings()

    async def whole() -> float:
        server, watchman = Server(), Watchman()
        leader = Process("first", Link(server, chance), pace, watchman.began)
        others = [
            Process(f"p{one}", Link(server, chance, may_watch=may_watch), pace, watchman.began) for one in range(count)
        ]
        watchman.processes += [leader, *others]
        leader.start()
        await leader.election.acquired()
        for one in others:
            one.start()
        await asyncio.sleep(after)
        await leader.kill()
        killed = asyncio.get_running_loop().time()
        takers = [asyncio.create_task(one.election.acquired()) for one in others]
        await asyncio.wait(takers, return_when=asyncio.FIRST_COMPLETED)
        took = asyncio.get_running_loop().time() - killed
        for task in takers:
            task.cancel()
        for one in others:
            await one.leave()
        return took

    assert run(whole()) < pace.lease_duration + (0.0 if may_watch else 0.5)


def test_a_lease_that_is_given_back_is_taken_at_once() -> None:
    async def whole() -> float:
        server, chance, watchman, pace = Server(), seeded(1), Watchman(), ElectionSettings()
        first, second = (Process(name, Link(server, chance), pace, watchman.began) for name in ("first", "second"))
        watchman.processes += [first, second]
        first.start()
        await first.election.acquired()
        second.start()
        await asyncio.sleep(5)
        await first.leave()
        left = asyncio.get_running_loop().time()
        await second.election.acquired()
        took = asyncio.get_running_loop().time() - left
        await second.leave()
        return took

    assert run(whole()) < 0.3


@pytest.mark.parametrize("pace", PACES, ids=lambda pace: f"{pace.lease_duration:g}-{pace.renew_deadline:g}")
@pytest.mark.parametrize("trouble", ["cut", "deaf", "errors"])
def test_the_engine_of_a_leader_that_is_cut_off_has_ended_before_another_leads(
    pace: ElectionSettings, trouble: Trouble
) -> None:
    """With a slow clock for the leader, a quick one for the other, and answers that are as late as may be."""

    async def whole() -> None:
        server, chance, watchman = Server(), seeded(1), Watchman()
        since = 5 * pace.lease_duration
        slow = Link(server, chance, 0.01, 0.8 * pace.retry_period, troubles=[(trouble, since, math.inf)])
        first = Process("first", slow, pace, watchman.began, rate=0.99)
        second = Process("second", Link(server, chance, 0.001), pace, watchman.began, rate=1.01)
        watchman.processes += [first, second]
        first.engine.runs = (1e6,)
        first.start()
        await first.election.acquired()
        second.start()
        await second.election.acquired()
        assert not first.engine.is_running
        assert "could not be renewed in" in first.news[-1].reason
        assert LEASE_LOST in first.engine.barred
        assert asyncio.get_running_loop().time() > since
        await first.kill()
        await second.leave()

    run(whole())


def test_a_lease_that_is_deleted_is_made_again_by_its_leader_and_no_newcomer_takes_it() -> None:
    async def whole() -> None:
        server, chance, watchman, pace = Server(), seeded(1), Watchman(), ElectionSettings()
        first, second, third = (Process(name, Link(server, chance), pace, watchman.began) for name in "abc")
        watchman.processes += [first, second, third]
        first.start()
        await first.election.acquired()
        second.start()
        await asyncio.sleep(3)
        server.delete()
        third.start()
        await asyncio.sleep(60)
        assert [one.leads() for one in watchman.processes] == [True, False, False]
        assert [news.role for news in first.news] == [Role.STANDBY, Role.LEADER]
        for one in watchman.processes:
            await one.leave()

    run(whole())


class LateCreation(Link):
    """A link on which what makes the Lease arrives when it is let go."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        super().__init__(server, chance)
        self.let_go = asyncio.Event()

    async def create(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest:
        await self.let_go.wait()
        return await super().create(resource, namespace, body)


def test_a_creation_that_arrives_after_another_s_lease_was_deleted_is_given_back() -> None:
    """Both asked for it while there was none; the second's request was long on its way."""

    async def whole() -> None:
        server, chance, watchman = Server(), seeded(1), Watchman()
        pace = ElectionSettings(lease_duration=60, renew_deadline=50, retry_period=10)
        late = LateCreation(server, chance)
        first, second = (
            Process("a", Link(server, chance), pace, watchman.began),
            Process("b", late, pace, lambda _: None),
        )
        watchman.processes += [first, second]
        first.start()
        second.start()
        await first.election.acquired()
        while not (second.news and second.news[-1].holder == "a"):  # noqa: ASYNC110 - time is virtual
            await asyncio.sleep(0.05)
        server.delete()
        late.let_go.set()
        await asyncio.sleep(30)
        assert [news.role for news in first.news] == [Role.STANDBY, Role.LEADER]
        assert {news.role for news in second.news} == {Role.STANDBY}
        assert server.get()["spec"]["holderIdentity"] == "a"
        for one in watchman.processes:
            await one.leave()

    run(whole())


def test_a_leader_that_finds_another_name_in_the_lease_has_its_engine_killed_at_once() -> None:
    async def whole() -> None:
        server, chance, watchman, pace = Server(), seeded(1), Watchman(), ElectionSettings()
        first = Process("first", Link(server, chance), pace, watchman.began)
        watchman.processes.append(first)
        first.engine.runs = (1e6,)
        first.start()
        await first.election.acquired()
        await asyncio.sleep(3)
        lease = server.get()
        server.replace({**lease, "spec": {**lease["spec"], "holderIdentity": "somebody"}})
        await first.election.lost()
        await asyncio.sleep(0.2)
        assert not first.engine.is_running
        assert (first.news[-1].holder, first.news[-1].reason) == (
            "somebody",
            "somebody has taken the lease home/truenorth",
        )
        written = asyncio.get_running_loop().time()
        await first.election.acquired()  # nobody has renewed in that name
        assert asyncio.get_running_loop().time() - written > 14
        await first.leave()

    run(whole())


def test_a_suspended_machine_leads_no_more_when_it_wakes_up() -> None:
    async def whole() -> None:
        server, chance, watchman, pace = Server(), seeded(1), Watchman(), ElectionSettings()
        link = Link(server, chance, troubles=[("cut", 20.0, math.inf)])
        first = Process("first", link, pace, watchman.began)
        watchman.processes.append(first)
        first.engine.runs = (1e6,)
        first.start()
        await asyncio.sleep(20)
        first.sleep(3600)
        assert not first.election.is_leading()
        await asyncio.sleep(0.61)
        assert not first.engine.is_running
        await first.kill()

    run(whole())


@pytest.mark.parametrize("trouble", ["cut", "errors"])
def test_a_leader_that_cannot_renew_publishes_its_loss_within_half_a_second_of_its_deadline(trouble: Trouble) -> None:
    async def whole() -> None:
        watchman = Watchman()
        link = Link(Server(), seeded(1), troubles=[(trouble, 20.0, math.inf)])
        leader = Process("first", link, ElectionSettings(), watchman.began)
        watchman.processes.append(leader)
        leader.start()
        await asyncio.sleep(20)
        deadline = leader.election.deadline
        await leader.election.lost()
        assert deadline <= leader.clock() < deadline + 0.5
        assert "could not be renewed in 10 s" in leader.news[-1].reason
        await leader.kill()

    run(whole())
