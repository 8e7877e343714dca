"""Lock one stack's state against other writers, by a Lease."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from cli.engine.hold import Hold
from cli.lease.held import held
from cli.lease.record import LeaseName, decode, released
from cli.state.secrets.connection import ClusterConnection
from cli.state.secrets.holder import has_died
from stacks.kube.api import ApiError
from stacks.kube.home import Home
from stacks.kube.object_api import LEASES, ObjectApi
from stacks.settings.watch import ElectionSettings


@dataclass(frozen=True, slots=True)
class WriterLock:
    """A Lease, and the name under which this process holds it; every process has another name."""

    home: Home
    name: LeaseName
    pace: ElectionSettings
    holder: str

    @contextmanager
    def held(
        self, connection: ClusterConnection, hold: Hold, wait: float, report: Callable[[str], None]
    ) -> Iterator[None]:
        """Hold the lease within the block. Raises as `held`.

        wait: seconds for which another process may still have it. report: called with the name of the other holder, in
        words. A lease whose holder has died on this machine is taken at once: a run that was killed can be repeated.
        """
        with suppress(ApiError):  # there is no Lease yet, or `held` reports what is wrong
            if other := connection.ask(self._free):
                report(f"waiting for {other}, which has the Lease {self.name}, for {wait:g} s at most")
        with held(self.home, self.name, self.pace, hold, wait, self.holder):
            yield

    async def _free(self, api: ObjectApi) -> str:
        """Give the lease back for a holder that has died. Return the name of a live holder, "" for none."""
        manifest = await api.get(LEASES, self.name.namespace, self.name.name)
        other = decode(manifest).holder
        if not has_died(other):
            return other
        await api.replace(LEASES, self.name.namespace, released(manifest, datetime.now(UTC)))
        return ""
