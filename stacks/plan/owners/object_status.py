"""The annotation truenorth/status: the state of a cluster object's records after a run. Pure.

`{"records": [{"name", "type", "content", "state"}], "message"}`, message only where something is wrong.

| state     | the records                                                                   |
|-----------|-------------------------------------------------------------------------------|
| ready     | are as the object wants them                                                  |
| frozen    | stay as they are: where they are to point is not known now                    |
| waiting   | are not made yet, for the same reason                                         |
| conflict  | are not made: somebody else's stand in their place                            |
| refused   | are not all as the object wants them: the provider refuses that               |
| held-back | stay as they are until a person allows the change                             |
| pending   | come with the next run                                                        |
| failed    | may be as they were, or as they should be: the run that changes them failed   |
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from stacks.model.claims import ObjectKey
from stacks.plan.owners.events import Outcome, changes_by_set
from stacks.plan.owners.owners import Claimants
from stacks.plan.records.record_sets import Key, contents, sets_of

RecordState = Literal["ready", "frozen", "waiting", "conflict", "refused", "held-back", "pending", "failed"]


@dataclass(frozen=True, order=True, slots=True)
class RecordStatus:
    """The present state of a record set. type: "" where it is not known yet."""

    name: str
    type: str
    content: tuple[str, ...]
    state: RecordState


@dataclass(frozen=True, slots=True)
class ObjectStatus:
    """The present state of an object's records. message: to its owner; "" for none."""

    object: ObjectKey
    records: tuple[RecordStatus, ...]
    message: str = ""

    def text(self) -> str:
        """Return the annotation's value, always the same for the same status."""
        records = [
            {"name": one.name, "type": one.type, "content": one.content, "state": one.state} for one in self.records
        ]
        document = {"records": records} | ({"message": self.message} if self.message else {})
        return json.dumps(document, separators=(",", ":"))


def statuses(outcome: Outcome, clusters: Collection[str]) -> tuple[ObjectStatus, ...]:
    """Return the status of each object of these clusters with claims or complaints, sorted by key."""
    claimants = Claimants.of(outcome.plan, outcome.changes, outcome.observation)
    by_set = _BySet.of(outcome)
    records: dict[ObjectKey, set[RecordStatus]] = defaultdict(set)
    for key, objects in claimants.now.items():
        for claimant in objects:
            if claimant.cluster in clusters:
                records[claimant].add(by_set.status(key))
    messages: dict[ObjectKey, dict[str, None]] = defaultdict(dict)
    for complaint in outcome.plan.complaints:
        if complaint.object.cluster in clusters and not complaint.is_note:
            messages[complaint.object][complaint.text.removeprefix(f"{complaint.object}: ")] = None
    for claim in claimants.unknown:
        if claim.object.cluster in clusters and not any(one.name == claim.name for one in records[claim.object]):
            records[claim.object].add(RecordStatus(claim.name, "", (), "waiting"))
    return tuple(
        ObjectStatus(key, tuple(sorted(records.get(key, ()))), "; ".join(messages.get(key, ())))
        for key in sorted(records.keys() | messages.keys())
    )


@dataclass(frozen=True, slots=True)
class _BySet:
    """The outcome of a run by record set."""

    planned: Mapping[Key, tuple[str, ...]]
    before: Mapping[Key, tuple[str, ...]]
    """The contents in state before the run."""
    states: Mapping[Key, RecordState]
    """The states of sets that are not simply as planned."""

    @classmethod
    def of(cls, outcome: Outcome) -> _BySet:
        planned = outcome.contents()
        records, _ = sets_of(outcome.observation.registry.records)
        before = {key: contents(found) for key, found in records.items()}
        return cls(planned, before, dict(_states(outcome, planned)))

    def status(self, key: Key) -> RecordStatus:
        state = self.states.get(key) or ("ready" if key in self.planned else "pending")
        as_it_was = state in {"refused", "held-back", "pending", "failed"}
        found = self.before.get(key, ()) if as_it_was else self.planned.get(key, ())
        return RecordStatus(*key, tuple(sorted(found)), state)


def _states(outcome: Outcome, planned: Mapping[Key, tuple[str, ...]]) -> Iterator[tuple[Key, RecordState]]:
    """Yield the states of sets; the last one of a set counts."""
    for conflict in outcome.plan.conflicts:
        if (conflict.name, conflict.type) not in planned:
            yield (conflict.name, conflict.type), "conflict"
    for frozen in outcome.plan.frozen:
        yield (frozen.name, frozen.type), "frozen" if (frozen.name, frozen.type) in planned else "waiting"
    for deferred in outcome.plan.deferred:
        yield (deferred.name, deferred.type), "pending"
    if outcome.failure or not outcome.is_done:
        for key in outcome.by_set():
            yield key, "failed" if outcome.failure else "pending"
    for one in outcome.plan.rejected:
        yield one.resource.record_set, "refused"
    for refusal in outcome.held_back:
        for key in changes_by_set(refusal.changes):
            yield key, "held-back"
