"""The part that the process has in the cluster it runs in: the election of a leader, and the address cache."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cli.address_cache.cache import AddressCache
from cli.daemon.background import beside
from cli.daemon.leadership import Seat
from cli.lease.election import Election
from cli.lease.engine_guard import guard_engine
from cli.lease.record import LeaseName, clock, identity
from cli.reconcile.news import Told
from cli.session.session import Session
from cli.state.secrets.factory import lock_name
from stacks.kube.home import Home, home

TIMEOUT = 5.0
"""Seconds for which an answer about the address cache is awaited."""


@dataclass(frozen=True, slots=True)
class ClusterPart:
    """identity: who we are among the replicas."""

    session: Session
    home: Home
    identity: str
    told: Told

    @classmethod
    def of(cls, session: Session, environment: Mapping[str, str], told: Told) -> ClusterPart:
        """Raises UserError where it is not said how the cluster is reached."""
        return cls(session, home(session.settings, environment), identity(environment), told)

    @asynccontextmanager
    async def elected(self, seat: Seat, failed: Callable[[], object]) -> AsyncIterator[None]:
        """Lead, or stand by, within the block; the lease is given back in the end.

        No engine starts without the lease, and none outlives it. failed: called where the election breaks down.
        """
        pace, hold = self.session.settings.watch.election, self.session.hold
        place = LeaseName(self._namespace, pace.lock_name or lock_name(self.session.stack))
        api = self.home.api(pace.retry_period * 0.9)  # the next try is not to wait for this one
        try:
            election = Election(api, place, self.identity, pace, seat.take)

            def may_write() -> bool:
                return clock() < election.stop_by

            hold.only_if(election.is_leading, may_write)
            self.session.state.led_by(place, self.home.access.server, may_write)
            async with beside(guard_engine(election, hold), failed), beside(election.run(), failed):
                yield
            await election.release()
        finally:
            await api.close()

    @asynccontextmanager
    async def cache(self) -> AsyncIterator[AddressCache]:
        """The address cache, within the block."""
        settings = self.session.settings.watch.cache
        api = self.home.api(TIMEOUT)
        try:
            yield AddressCache(api, settings.namespace or self._namespace, settings, self.identity, self.told)
        finally:
            await api.close()

    @property
    def _namespace(self) -> str:
        return self.session.settings.watch.election.lock_namespace or self.home.namespace
