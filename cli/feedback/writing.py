"""Events, annotations and conditions for all clusters, written by one event loop with three tasks for each cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

from cli.events import Unwritten
from cli.feedback.annotations import Annotations
from cli.feedback.cluster_client import ClusterClient
from cli.feedback.conditions import ConditionWriter
from cli.feedback.events import Events
from stacks.kube.access import access
from stacks.kube.object_api import ObjectApi
from stacks.kube.timing import ApiTiming
from stacks.model.errors import UserError
from stacks.model.values import Known
from stacks.plan.owners.conditions import conditions
from stacks.plan.owners.events import Outcome, notices
from stacks.plan.owners.object_status import statuses
from stacks.settings.cluster import ClusterSettings


@dataclass(slots=True)
class _Work:
    """A write that is repeated whenever there is something new."""

    write: Callable[[], Awaitable[None]]
    new: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.idle.set()

    def begin(self) -> None:
        self.idle.clear()
        self.new.set()

    async def run(self) -> None:
        while True:
            await self.new.wait()
            self.new.clear()
            await self.write()
            if not self.new.is_set():
                self.idle.set()


@dataclass(frozen=True, slots=True)
class _Cluster:
    """The Events, annotations and conditions of one cluster, each with their task."""

    client: ClusterClient
    events: Events
    annotations: Annotations
    conditions: ConditionWriter
    event_work: _Work
    annotation_work: _Work
    condition_work: _Work

    @classmethod
    def of(cls, client: ClusterClient) -> _Cluster:
        writers = Events(client), Annotations(client), ConditionWriter(client)
        return cls(client, *writers, *(_Work(one.write) for one in writers))

    @property
    def works(self) -> tuple[_Work, ...]:
        """The tasks."""
        return self.event_work, self.annotation_work, self.condition_work

    def take(self, outcome: Outcome) -> None:
        """Take the outcome of a run for this cluster's objects."""
        settings = self.client.settings
        if settings.events:
            told = [one for one in notices(outcome) if one.object.cluster == settings.name]
            self.events.add(told, outcome.convergence)
            self.event_work.begin()
            self.conditions.want(conditions(outcome, told, settings.name))
            self.condition_work.begin()
        if settings.status_annotation:
            here = [one for one in outcome.observation.sources if one.cluster == settings.name]
            seen = [one.kind for one in here if isinstance(one.found, Known) and not one.stale]
            self.annotations.want(statuses(outcome, {settings.name}), seen)
            self.annotation_work.begin()


class Writing:
    """The writers of all clusters, which run in one event loop; every method is called there.

    untold: takes, from that loop, the reasons why owners of objects are not told of their records.
    """

    def __init__(
        self,
        clusters: Sequence[ClusterSettings],
        environment: Mapping[str, str],
        untold: Callable[[Unwritten], None],
    ) -> None:
        self._settings, self._environment, self._untold = tuple(clusters), environment, untold
        self._stopped = asyncio.Event()
        self._linger = 0.0
        self._clusters: list[_Cluster] = []

    async def post(self, outcome: Outcome) -> None:
        """Write the outcome of a run."""
        for cluster in self._clusters:
            cluster.take(outcome)

    async def stop(self, linger: float) -> None:
        """End when all is written, or after so many seconds."""
        self._linger = linger
        self._stopped.set()

    async def run(self) -> None:
        """Write until `stop` is called."""
        async with AsyncExitStack() as closing, asyncio.TaskGroup() as group:
            self._connect(closing)
            works = [work for one in self._clusters for work in one.works]
            tasks = [group.create_task(work.run()) for work in works]
            await self._stopped.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._linger):
                    for work in works:
                        await work.idle.wait()
            for task in tasks:
                task.cancel()
            for one in self._clusters:
                if left := one.events.left:
                    reason = f"{left} Events were not written in {self._linger:g} s"
                    self._untold(Unwritten(one.client.settings.name, reason))

    def _connect(self, closing: AsyncExitStack) -> None:
        for settings in self._settings:
            try:
                api = ObjectApi(access(settings, self._environment), ApiTiming(timeout=settings.timeout))
            except UserError as error:
                self._untold(Unwritten(settings.name, str(error)))
                continue
            closing.push_async_callback(api.close)
            self._clusters.append(_Cluster.of(ClusterClient(settings, api, self._untold)))
