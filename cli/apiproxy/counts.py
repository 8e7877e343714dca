"""Counts of what the API proxy does: calls, batches, waits, refusals."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cli.apiproxy.intent import Write
from components.records.providers import PROVIDERS
from stacks.model.api_calls import CALLS, Call, Service
from stacks.model.listeners import Listeners

What = Literal["batch", "wait", "refusal", "mirror", "settled", "claimed", "unclaimed"]
"""The kinds of events: a batch call that landed; a call that waited for its turn; a request refused; a read answered
from a listing; a write without an answer looked up; foreseen writes that an engine requested, and that none did."""
Reason = Literal["fence", "api", "journal", "budget"]
"""Why a request was refused: the record is not the stack's, the API would not, the disk takes no note of it, or its
turn would come after the plugin's deadline."""


@dataclass(frozen=True, slots=True)
class ProxyEvent:
    """An event that is counted. amount: operations of a batch, seconds of a wait, else a number."""

    what: What
    service: Service
    amount: float = 1
    reason: str = ""


COUNTED: Listeners[ProxyEvent] = Listeners()
"""Publishes each event of any proxy of this process, beside its calls (`stacks.model.api_calls.CALLS`)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts up to a moment. calls and seconds: by service, method and status (0: no answer came).

    seconds: until the head of the answer, without waits. waits: number and seconds, by service. mirror_reads: single
    reads answered from a listing. claimed, unclaimed: foreseen writes that an engine requested, and that none did.
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
    """The counts of one convergence. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[Service, str, int]] = Counter()
        self._seconds: dict[tuple[Service, str, int], float] = {}
        self._events: Counter[tuple[What, Service, str]] = Counter()
        self._amounts: dict[tuple[What, Service, str], float] = {}
        self._unclaimed: tuple[Write, ...] = ()
        self._refused: list[tuple[Write, str]] = []

    def refused(self, write: Write, words: str) -> None:
        """Note a write that the API refuses for its content. words: the API's own."""
        with self._lock:
            self._refused.append((write, words))

    @property
    def refusals(self) -> tuple[tuple[Write, str], ...]:
        """The writes that the API has refused for their content, each with the API's words."""
        with self._lock:
            return tuple(self._refused)

    def call(self, service: Service, method: str, tries: tuple[tuple[int, float], ...]) -> None:
        """Count a call that has ended; only `Pacer` does. tries: the status (0: no answer) and the seconds of each."""
        with self._lock:
            for status, seconds in tries:
                key = (service, method, status)
                self._calls[key] += 1
                self._seconds[key] = self._seconds.get(key, 0.0) + seconds
        *before, (status, _) = tries
        CALLS.publish(Call(service, method, status, sum(took for _, took in tries), tuple(one for one, _ in before)))

    def count(self, what: What, service: Service, amount: float = 1, reason: Reason | Literal[""] = "") -> None:
        """Count an event. amount: as of `ProxyEvent`."""
        key = (what, service, reason)
        with self._lock:
            self._events[key] += 1
            self._amounts[key] = self._amounts.get(key, 0) + amount
        COUNTED.publish(ProxyEvent(what, service, amount, reason))

    @property
    def unclaimed(self) -> tuple[Write, ...]:
        """The foreseen writes that landed without any engine's request; known once the convergence is over."""
        return self._unclaimed

    @unclaimed.setter
    def unclaimed(self, writes: tuple[Write, ...]) -> None:
        self._unclaimed = writes
        if writes:
            self.count("unclaimed", "cloudflare", len(writes))

    @property
    def tally(self) -> Tally:
        """The counts so far."""
        with self._lock:
            events, amounts = dict(self._events), dict(self._amounts)
            calls, seconds = dict(self._calls), dict(self._seconds)
        number: Counter[What] = Counter()
        for (what, _, _), count in events.items():
            number[what] += count
        return Tally(
            calls=calls,
            seconds=seconds,
            waits={key[1]: (number, amounts[key]) for key, number in events.items() if key[0] == "wait"},
            refusals={key[1:]: number for key, number in events.items() if key[0] == "refusal"},
            settled={key[1]: number for key, number in events.items() if key[0] == "settled"},
            batches=number["batch"],
            operations=int(sum(amount for key, amount in amounts.items() if key[0] == "batch")),
            mirror_reads=number["mirror"],
            claimed=number["claimed"],
            unclaimed=len(self._unclaimed),
        )


def summary_line(*counted: Counts | Tally) -> str:
    """Return the calls of several convergences in words, a sentence for each service; "" where there was no call."""
    tallies = [one.tally if isinstance(one, Counts) else one for one in counted]
    called = {service for tally in tallies for service, _, _ in tally.calls}
    return ". ".join(_summary(tallies, name, one.title) for name, one in PROVIDERS.items() if name in called)


def _summary(tallies: Sequence[Tally], service: str, title: str) -> str:
    calls = sum(count for tally in tallies for key, count in tally.calls.items() if key[0] == service)
    said = f"{title}: {_counted(calls, 'call', 'calls')}"
    of_cloudflare = tallies if service == "cloudflare" else ()
    if batches := sum(tally.batches for tally in of_cloudflare):
        said += f", {'1 of them a batch' if batches == 1 else f'{batches:,} of them batches'}"
        said += f" of {_counted(sum(tally.operations for tally in of_cloudflare), 'operation', 'operations')}"
    waits = (seconds for tally in tallies for name, (_, seconds) in tally.waits.items() if name == service)
    said += f"; waited {sum(waits):.0f} s"
    if settled := sum(count for tally in tallies for name, count in tally.settled.items() if name == service):
        said += f"; {_counted(settled, 'lost answer', 'lost answers')} settled"
    if refused := sum(count for tally in tallies for key, count in tally.refusals.items() if key[0] == service):
        said += f"; {_counted(refused, 'request', 'requests')} refused"
    if unclaimed := sum(tally.unclaimed for tally in of_cloudflare):
        said += f"; {_counted(unclaimed, 'write', 'writes')} landed that no engine asked for"
    return said


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
