"""Electors on a real API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cli.events import Leadership
from cli.lease.election import Election
from cli.lease.record import LeaseName, clock
from lab.kube.cluster import Cluster
from stacks.kube.access import access
from stacks.kube.home import Home
from stacks.settings.cluster import ClusterSettings
from stacks.settings.watch import ElectionSettings

PATIENT = 120.0
QUICK = ElectionSettings(lease_duration=3, renew_deadline=2, retry_period=0.4)
"""For tests in which nobody is to lead: a moment's pause of the machine loses a lease, or keeps from having it."""
STEADY = ElectionSettings(lease_duration=2 * PATIENT, renew_deadline=1.5 * PATIENT, retry_period=2)
"""For tests in which the leader must not change: the lease outlasts the test, however busy the machine is."""
CALM = STEADY.model_copy(update={"retry_period": 10.0})
"""As that, and each answer has seconds to come. To be had at once only where there is a Lease: see `vacant`."""
NAME = "truenorth-test"


def home(kubeconfig: Path, namespace: str) -> Home:
    return Home(access(ClusterSettings(kubeconfig=str(kubeconfig)), {}), namespace)


def vacant(cluster: Cluster, namespace: str, name: str = NAME) -> None:
    """Make a Lease that nobody has: where there is none, a process waits for one and a half retry periods."""
    metadata = {"namespace": namespace, "name": name}
    spec = {"holderIdentity": "", "leaseDurationSeconds": 1}
    cluster.admin.apply({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec})


class Ahead:
    """The clock of an elector, which a test puts forward."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return clock() + self.seconds


class Elector:
    """A participant of the election within `taking_part`."""

    def __init__(self, election: Election, running: asyncio.Task[None], news: asyncio.Queue[Leadership]) -> None:
        self.election, self.running, self.news = election, running, news

    async def kill(self) -> None:
        """Stop, and give nothing back."""
        self.running.cancel()
        await asyncio.wait([self.running])
        assert self.running.cancelled()

    async def published(self, *, reason: str) -> Leadership:
        """Wait for the next leadership with these words in its reason."""
        while reason not in (news := await self.news.get()).reason:
            pass
        return news


@asynccontextmanager
async def taking_part(
    kubeconfig: Path,
    namespace: str,
    identity: str,
    pace: ElectionSettings = STEADY,
    time: Callable[[], float] = clock,
) -> AsyncIterator[Elector]:
    """Take part in the election within the block; it has to go on until then, or be killed."""
    api = home(kubeconfig, namespace).api(pace.retry_period)
    news: asyncio.Queue[Leadership] = asyncio.Queue()
    try:
        async with asyncio.timeout(PATIENT):
            election = Election(api, LeaseName(namespace, NAME), identity, pace, news.put_nowait, time)
            elector = Elector(election, asyncio.create_task(election.run()), news)
            try:
                yield elector
                assert not elector.running.done() or elector.running.cancelled()
            finally:
                elector.running.cancel()
                await asyncio.wait([elector.running])
    finally:
        await api.close()
