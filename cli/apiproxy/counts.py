"""What the bridge has done, counted: calls, batches, waits, refusals."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from cli.apiproxy.intent import Write
from stacks.model.api_calls import CALLS, Call, Service
from stacks.model.listeners import Listeners

What = Literal["batch", "wait", "refusal", "mirror", "settled", "claimed", "unclaimed"]
Reason = Literal["fence", "api", "journal", "budget"]
"""Why a request was refused: the record is not the stack's, the API would not, the disk takes no note of it, or its
turn would come after the plugin's deadline."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that the bridge did. amount: operations of a batch, seconds of a wait, else how many."""

    what: What
    service: Service
    amount: float = 1
    reason: str = ""


NAMES: Mapping[Service, str] = {"cloudflare": "Cloudflare", "gandi": "Gandi"}

COUNTED: Listeners[Counted] = Listeners()
"""Hear of each thing that any bridge of this process does, beside its calls (`stacks.model.api_calls.CALLS`)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted up to a moment. calls and seconds: by service, method and status (0: no answer came).

    seconds: until the head of the answer, without waits. waits: how often and for how many seconds, by service.
    """

    calls: Mapping[tuple[Service, str, int], int] = field(default_factory=dict)
    seconds: Mapping[tuple[Service, str, int], float] = field(default_factory=dict)
    waits: Mapping[Service, tuple[int, float]] = field(default_factory=dict)
    refusals: Mapping[tuple[Service, str], int] = field(default_factory=dict)
    settled: Mapping[Service, int] = field(default_factory=dict)
    batches: int = 0
    operations: int = 0
    mirror_reads: int = 0
    claimed: int = 0
    unclaimed: int = 0


class Counts:
    """Of one convergence. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[Service, str, int]] = Counter()
        self._seconds: dict[tuple[Service, str, int], float] = {}
        self._waits: dict[Service, tuple[int, float]] = {}
        self._refusals: Counter[tuple[Service, str]] = Counter()
        self._settled: Counter[Service] = Counter()
        self._operations: list[int] = []
        self._mirror_reads = self._claimed = 0
        self._unclaimed: tuple[Write, ...] = ()

    def call(self, service: Service, method: str, tries: tuple[tuple[int, float], ...]) -> None:
        """A call that has ended, with the status (0: no answer) and seconds of each try. `Pace` counts; nobody else."""
        with self._lock:
            for status, seconds in tries:
                key = (service, method, status)
                self._calls[key] += 1
                self._seconds[key] = self._seconds.get(key, 0.0) + seconds
        *before, (status, _) = tries
        CALLS.publish(Call(service, method, status, sum(took for _, took in tries), tuple(one for one, _ in before)))

    def batch(self, operations: int) -> None:
        """A batch call that landed."""
        with self._lock:
            self._operations.append(operations)
        COUNTED.publish(Counted("batch", "cloudflare", operations))

    def waited(self, seconds: float, service: Service = "cloudflare") -> None:
        """A call had to wait for its turn."""
        with self._lock:
            count, total = self._waits.get(service, (0, 0.0))
            self._waits[service] = (count + 1, total + seconds)
        COUNTED.publish(Counted("wait", service, seconds))

    def refused(self, reason: Reason, service: Service = "cloudflare") -> None:
        """A request was refused: a write, or any for the budget's sake."""
        with self._lock:
            self._refusals[service, reason] += 1
        COUNTED.publish(Counted("refusal", service, reason=reason))

    def answered_from_mirror(self) -> None:
        """A read was answered without a call of its own."""
        with self._lock:
            self._mirror_reads += 1
        COUNTED.publish(Counted("mirror", "cloudflare"))

    def settled(self, service: Service = "cloudflare") -> None:
        """A write whose answer was lost was found out about."""
        with self._lock:
            self._settled[service] += 1
        COUNTED.publish(Counted("settled", service))

    def claimed(self) -> None:
        """A foreseen write that had landed was asked for."""
        with self._lock:
            self._claimed += 1
        COUNTED.publish(Counted("claimed", "cloudflare"))

    @property
    def unclaimed(self) -> tuple[Write, ...]:
        """The foreseen writes that landed and that no engine asked for; known once the convergence is over."""
        with self._lock:
            return self._unclaimed

    @unclaimed.setter
    def unclaimed(self, writes: tuple[Write, ...]) -> None:
        with self._lock:
            self._unclaimed = writes
        if writes:
            COUNTED.publish(Counted("unclaimed", "cloudflare", len(writes)))

    @property
    def tally(self) -> Tally:
        """All that was counted so far."""
        with self._lock:
            return Tally(
                calls=MappingProxyType(dict(self._calls)),
                seconds=MappingProxyType(dict(self._seconds)),
                waits=MappingProxyType(dict(self._waits)),
                refusals=MappingProxyType(dict(self._refusals)),
                settled=MappingProxyType(dict(self._settled)),
                batches=len(self._operations),
                operations=sum(self._operations),
                mirror_reads=self._mirror_reads,
                claimed=self._claimed,
                unclaimed=len(self._unclaimed),
            )


def summary_line(*counted: Counts | Tally) -> str:
    """What the calls of one or several convergences came to, for a person: a sentence each service; "" for no call."""
    tallies = [one.tally if isinstance(one, Counts) else one for one in counted]
    called = {service for tally in tallies for service, _, _ in tally.calls}
    return ". ".join(_summary(tallies, service) for service in NAMES if service in called)


def _summary(tallies: Sequence[Tally], service: Service) -> str:
    calls = sum(count for tally in tallies for key, count in tally.calls.items() if key[0] == service)
    said = f"{NAMES[service]}: {_counted(calls, 'call', 'calls')}"
    of_cloudflare = tallies if service == "cloudflare" else ()
    if batches := sum(tally.batches for tally in of_cloudflare):
        said += f", {'1 of them a batch' if batches == 1 else f'{batches:,} of them batches'}"
        said += f" of {_counted(sum(tally.operations for tally in of_cloudflare), 'operation', 'operations')}"
    said += f"; waited {sum(tally.waits.get(service, (0, 0.0))[1] for tally in tallies):.0f} s"
    if settled := sum(tally.settled.get(service, 0) for tally in tallies):
        said += f"; {_counted(settled, 'lost answer', 'lost answers')} settled"
    if refused := sum(count for tally in tallies for key, count in tally.refusals.items() if key[0] == service):
        said += f"; {_counted(refused, 'request', 'requests')} refused"
    if unclaimed := sum(tally.unclaimed for tally in of_cloudflare):
        said += f"; {_counted(unclaimed, 'write', 'writes')} landed that no engine asked for"
    return said


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
