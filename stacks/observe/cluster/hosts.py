"""The host names in the status of load balancers, each with the addresses that DNS last gave. No I/O.

`resolving` asks DNS for them. For the thread of the reflectors alone.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass

from stacks.model.values import Known, Unknown


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """What DNS said about a host name: its addresses, sorted, or Unknown.

    due: the moment from which it is to be asked again, on the clock of `time.monotonic`.
    """

    found: Known[tuple[str, ...]] | Unknown
    due: float


class Hosts:
    """The host names that the present objects of a cluster have. servers: the settings' `resolvers`."""

    def __init__(self, servers: tuple[str, ...] = ()) -> None:
        self.servers = servers
        self.revision = 0
        """A number that grows whenever a name has other addresses."""
        self.asked = asyncio.Event()
        """Set where a name is wanted of which nothing is known."""
        self._wanted: set[str] = set()
        self._answers: Mapping[str, HostAnswer] = {}

    def forget(self) -> None:
        """Forget which names are wanted: the objects are gone through again."""
        self._wanted = set()

    def addresses(self, host: str) -> Known[tuple[str, ...]] | Unknown:
        """Return the addresses of a host name, which is wanted from now on."""
        self._wanted.add(host)
        answer = self._answers.get(host)
        if answer is None:
            self.asked.set()
            return Unknown(f"the host name {host} has not been resolved yet")
        return answer.found

    def due(self, now: float) -> tuple[str, ...]:
        """Return the names that are to be asked now: those that failed last, to hold up no other."""
        return tuple(sorted((host for host in self._wanted if self._due(host) <= now), key=self._turn))

    @property
    def next_due(self) -> float:
        """The moment at which the next name is to be asked; infinite for none."""
        return min(map(self._due, self._wanted), default=math.inf)

    def note(self, answers: Mapping[str, HostAnswer]) -> bool:
        """Note answers, drop those about names that nobody wants, and return whether a name has another than before."""
        before = self._answers
        self._answers = {host: one for host, one in {**before, **answers}.items() if host in self._wanted}
        changed = any(host not in before or before[host].found != one.found for host, one in answers.items())
        self.revision += changed
        return changed

    def _turn(self, host: str) -> tuple[bool, str]:
        answer = self._answers.get(host)
        return answer is not None and isinstance(answer.found, Unknown), host

    def _due(self, host: str) -> float:
        answer = self._answers.get(host)
        return answer.due if answer else -math.inf
