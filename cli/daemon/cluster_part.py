"""The part of the process in its own cluster: the election of a leader, and the address cache."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cli.address_cache.cache import AddressCache
from cli.daemon.leadership import Replica
from cli.daemon.tasks import in_background
from cli.lease.election import Election
from cli.lease.engine_guard import guard_engine
from cli.lease.record import LeaseName, clock, identity
from cli.reconcile.events import Publish
from cli.session.session import Session
from cli.state.secrets.factory import lock_name
from stacks.kube.home import Home, home
from stacks.model.values import WAN

TIMEOUT = 5.0
"""Seconds to wait for an answer about the address cache."""


@dataclass(frozen=True, slots=True)
class ClusterPart:
    """The access of a session to its own cluster. identity: the name of this replica."""

    session: Session
    home: Home
    identity: str
    publish: Publish

    @classmethod
    def of(cls, session: Session, environment: Mapping[str, str], publish: Publish) -> ClusterPart:
        """Return the part of a session. Raises UserError where the access to the cluster is not configured."""
        return cls(session, home(session.settings, environment), identity(environment), publish)

    @asynccontextmanager
    async def elected(self, replica: Replica, failed: Callable[[], object]) -> AsyncIterator[None]:
        """Lead or stand by within the block, and release the lease in the end.

        No engine starts without the lease, and none outlives it. failed: called where the election breaks down.
        """
        pace, hold = self.session.settings.watch.election, self.session.hold
        place = LeaseName(self._namespace, pace.lock_name or lock_name(self.session.stack))
        api = self.home.api(pace.retry_period * 0.9)  # the next try is not to wait for this one
        try:
            election = Election(api, place, self.identity, pace, replica.update)

            replica.former_hosts = lambda: election.former_hosts

            def may_write() -> bool:
                return clock() < election.stop_by

            hold.only_if(election.is_leading, may_write)
            self.session.state.led_by(place, self.home.access.server, may_write)
            async with in_background(guard_engine(election, hold), failed), in_background(election.run(), failed):
                yield
            await election.release()
        finally:
            await api.close()

    @asynccontextmanager
    async def cache(self) -> AsyncIterator[AddressCache]:
        """Give the address cache to the block."""
        settings, wan = self.session.settings.watch.cache, self.session.settings.wan
        ranges = {link: wan.of_link(link).ranges for link in (WAN, *wan.links)}
        namespace = settings.namespace or self._namespace
        api = self.home.api(TIMEOUT)
        try:
            yield AddressCache(api, namespace, settings, self.identity, self.publish, ranges)
        finally:
            await api.close()

    @property
    def _namespace(self) -> str:
        return self.session.settings.watch.election.lock_namespace or self.home.namespace
