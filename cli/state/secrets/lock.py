"""The Lease that keeps those who write one state apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from cli.engine.hold import Hold
from cli.lease.held import held
from cli.lease.record import Place, decode, released
from cli.state.secrets.connection import Connection
from cli.state.secrets.holder import has_died
from stacks.kube.api import ApiError
from stacks.kube.home import Home
from stacks.kube.object_api import LEASES, ObjectApi
from stacks.settings.watch import ElectionSettings


@dataclass(frozen=True, slots=True)
class Lock:
    """The lease, and the name under which this process holds it; no other process has that."""

    home: Home
    place: Place
    pace: ElectionSettings
    holder: str

    @contextmanager
    def held(self, connection: Connection, hold: Hold, wait: float, told: Callable[[str], None]) -> Iterator[None]:
        """Hold the lease within the block. Raises as `held`.

        wait: seconds for which another may have it yet; told: hears of whom is waited for. A lease whose holder has
        died on this machine is taken at once: a run that was killed can be repeated.
        """
        with suppress(ApiError):  # there is none yet, or `held` tells what is wrong
            if other := connection.ask(self._free):
                told(f"waiting for {other}, which has the Lease {self.place}, for {wait:g} s at most")
        with held(self.home, self.place, self.pace, hold, wait, self.holder):
            yield

    async def _free(self, api: ObjectApi) -> str:
        """Give the lease back for a holder that has died; who else holds it, "" for nobody."""
        manifest = await api.get(LEASES, self.place.namespace, self.place.name)
        other = decode(manifest).holder
        if not has_died(other):
            return other
        await api.replace(LEASES, self.place.namespace, released(manifest, datetime.now(UTC)))
        return ""
