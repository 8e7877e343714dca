"""Remember the changes that a provider refuses for their content, and try them again with growing pauses."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from cli.apiproxy.counts import Counts
from cli.apiproxy.intent import Write
from cli.engine.backoff import Backoff
from cli.engine.failure import RunFailed, failed_resources
from cli.reconcile.result import Convergence
from components import urns
from components.records.logical_name import LogicalName
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Rejected
from stacks.plan.changes import Change, same
from stacks.plan.records.record_sets import import_ids
from stacks.plan.safety.rejected import rejected, still_wanted, without

FIRST, LONGEST = 120.0, 3600.0
"""Seconds until a refused record is tried again: doubled each time it is refused."""


@dataclass(slots=True)
class _Known:
    rejected: Rejected
    due: float
    pause: Backoff = field(default_factory=lambda: Backoff(FIRST, LONGEST))


class Rejections:
    """The memory of what providers refuse, of one process. It is forgotten once it is not wanted any more, or taken."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], _Known] = {}

    @property
    def pause(self) -> float:
        """Seconds until the next of them is tried again; infinite where there is none."""
        return max(0.0, min((one.due for one in self._known.values()), default=math.inf) - self._clock())

    def amend(self, plan: Plan, observation: Observation) -> Plan:
        """Return the plan without what was refused and is not to be tried again yet."""
        known = [one.rejected for one in self._known.values()]
        wanted = {_key(one) for one in still_wanted(plan, known, observation)}
        self._known = {key: one for key, one in self._known.items() if key in wanted}
        now = self._clock()
        return without(plan, [one.rejected for one in self._known.values() if now < one.due], observation)

    def learn(self, tried: Sequence[Change], found: Sequence[Rejected]) -> None:
        """Remember the changes refused in a run, and forget those that succeeded in it."""
        refused = {_key(one): one for one in found}
        for change in tried:
            if (key := (change.zone, change.logical_name)) not in refused:
                self._known.pop(key, None)
        for key, one in refused.items():
            before = self._known.get(key)
            is_same = before is not None and before.rejected == one
            known = before if before is not None and is_same else _Known(one, 0.0)
            known.due = self._clock() + known.pause.take()
            self._known[key] = known


def _key(one: Rejected) -> tuple[str, str]:
    return one.zone, one.logical_name


class Found:
    """The changes that the API has refused so far in a convergence, read by several runs side by side.

    hide: takes what is secret out of the API's words, which go to many places.
    """

    def __init__(self, seen: Convergence, counts: Counts, hide: Callable[[str], str]) -> None:
        self._seen, self._counts, self._hide = seen, counts, hide
        self._looking = Lock()
        self._found: tuple[int, tuple[Rejected, ...]] = (0, ())

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """The changes among the refused writes; looked for again only where there are more of these."""
        with self._looking:
            refusals = self._counts.refusals
            if len(refusals) > self._found[0]:
                told = [(write, self._hide(words)) for write, words in refusals]
                self._found = (len(refusals), found_in(self._seen, told))
            return self._found[1]


def found_in(seen: Convergence, refusals: Sequence[tuple[Write, str]]) -> tuple[Rejected, ...]:
    """Return the changes of a convergence among the writes that the API has refused. refusals: each with its words."""
    if not refusals:
        return ()
    ids = {one.logical_name: one.id for one in seen.observation.registry.records}
    ids |= {name: one for record_set in seen.plan.record_sets for name, one in import_ids(record_set).items()}
    by_id: dict[str, list[Change]] = defaultdict(list)
    made: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in seen.changes:
        if record_id := ids.get(change.logical_name):
            by_id[record_id].append(change)
        if change.after is not None:
            made[change.after.name.lower(), change.after.type].append(change)
    found: dict[str, Rejected] = {}
    for write, words in refusals:
        for change in by_id.get(write.record_id, ()) if write.record_id else _as_made(write, made):
            found[change.logical_name] = rejected(change, seen.plan, words)
    sets = {one.resource.record_set for one in found.values() if one.resource.is_record}
    # The mark of a refused record is refused with it.
    return tuple(one for one in found.values() if one.resource.is_record or one.resource.record_set not in sets)


def _as_made(write: Write, made: Mapping[tuple[str, str], Sequence[Change]]) -> Iterator[Change]:
    if (record := write.record) is not None:
        for change in made.get((record.name.lower(), record.type), ()):
            if change.after is not None and same(change.after, record):
                yield change


def explain(failure: RunFailed, found: Sequence[Rejected]) -> bool:
    """Return whether a run has failed for nothing but refused records, and the marks that were to stand beside them."""
    failed = failed_resources(failure)
    sets = {one.resource.record_set for one in found}
    return bool(failed) and all(_record_set(urn) in sets for urn in failed)


def _record_set(urn: str) -> tuple[str, str] | None:
    try:
        return LogicalName.parse(urns.logical_name(urn)).record_set
    except ValueError:
        return None
