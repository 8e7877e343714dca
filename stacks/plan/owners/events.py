"""Kubernetes Events for the owners of cluster objects: notices of their records after a run. Pure.

| reason          | type    | sent when                                                                             |
|-----------------|---------|---------------------------------------------------------------------------------------|
| RecordCreated   | Normal  | a record set was made for the object                                                  |
| RecordUpdated   | Normal  | it has other targets, or another ttl, proxied or comment                              |
| RecordDeleted   | Normal  | the object does not ask for it any more, and it is gone, or goes on without it        |
| RecordRestored  | Normal  | somebody had changed or deleted it, and it was put right                              |
| RecordAdopted   | Normal  | it stood there before, and is kept by us from now on                                  |
| Waiting         | Normal  | where the name is to point is not known yet, e.g. a Gateway has no address, or a      |
|                 |         | parent does not take the object now                                                   |
| TargetChosen    | Normal  | what it says of its name does not agree; the message says what counts                 |
| Conflict        | Warning | somebody else's record stands in its place                                            |
| BadAnnotation   | Warning | an annotation does not say what can be done                                           |
| LeftOut         | Warning | it has its records, without what the message says                                     |
| Ignored         | Normal  | an annotation has no meaning here                                                     |
| NameRefused     | Warning | the object does not get its name: another has it, or the settings do not allow it     |
| Refused         | Warning | the provider refuses the record for what it is                                        |
| HeldBack        | Warning | the guard leaves a change to a person                                                 |
| Failed          | Warning | the run has failed: whether the record is as it should be is not known                |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from components.records import canonical_content
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Unknown
from stacks.plan.changes import Action, Change
from stacks.plan.owners.owners import Claimants
from stacks.plan.records.record_sets import Key, contents_of
from stacks.plan.safety.refusal import Refusal

LONGEST_MESSAGE = 1024
"""Characters of an Event's message (Kubernetes API, events.k8s.io/v1 `note`)."""
_SEPARATOR = "; "
_MOST_PARTS = 100
"""Of a message: more do not fit."""


class Reason(Enum):
    """The reason of a notice; the value is the Event's reason."""

    CREATED = "RecordCreated"
    UPDATED = "RecordUpdated"
    DELETED = "RecordDeleted"
    RESTORED = "RecordRestored"
    ADOPTED = "RecordAdopted"
    WAITING = "Waiting"
    TARGET_CHOSEN = "TargetChosen"
    CONFLICT = "Conflict"
    BAD_ANNOTATION = "BadAnnotation"
    LEFT_OUT = "LeftOut"
    IGNORED = "Ignored"
    NAME_REFUSED = "NameRefused"
    REFUSED = "Refused"
    HELD_BACK = "HeldBack"
    FAILED = "Failed"

    @property
    def is_warning(self) -> bool:
        """Whether its Event is a Warning: something is not as the object's owner wants it."""
        return self not in _NORMAL

    @property
    def lasts(self) -> bool:
        """Whether it is a state, which every run finds again; else it happens, once."""
        return self not in _HAPPENS


_HAPPENS = frozenset({Reason.CREATED, Reason.UPDATED, Reason.DELETED, Reason.RESTORED, Reason.ADOPTED})
_NORMAL = _HAPPENS | {Reason.WAITING, Reason.TARGET_CHOSEN, Reason.IGNORED}


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the owner of one object."""

    object: ObjectKey
    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run.

    held_back: changes that the guard has refused, and no person has allowed. is_done: the changes were made. failure:
    the reason why they were not, or not all of them; "" for none. convergence: the run's id in the log, "" for none.
    """

    plan: Plan
    observation: Observation
    changes: tuple[Change, ...]
    held_back: tuple[Refusal, ...] = ()
    is_done: bool = True
    failure: str = ""
    convergence: str = ""

    def by_set(self) -> Mapping[Key, list[Change]]:
        """Return the changes of each record set, without those of marks."""
        return changes_by_set(self.changes)

    def contents(self) -> dict[Key, tuple[str, ...]]:
        """Return the planned contents of each record set."""
        return {(one.name, one.type): contents_of(one) for one in self.plan.record_sets if one.slots}


def notices(outcome: Outcome) -> tuple[Notice, ...]:
    """Return the notices to all objects, one for each object and reason, warnings first."""
    messages: dict[tuple[ObjectKey, Reason], dict[str, None]] = defaultdict(dict)
    for one in _all(outcome, Claimants.of(outcome.plan, outcome.changes, outcome.observation)):
        messages[one.object, one.reason][one.message] = None
    found = [Notice(key, reason, _joined(tuple(parts))) for (key, reason), parts in messages.items()]
    return tuple(sorted(found, key=lambda one: (not one.reason.is_warning, one.object, one.reason.value)))


def _all(outcome: Outcome, claimants: Claimants) -> Iterator[Notice]:
    yield from (_complaint(one) for one in outcome.plan.complaints)
    yield from _conflicts(outcome, claimants)
    yield from _refused(outcome, claimants)
    yield from _held_back(outcome, claimants)
    complained = {(one.object, one.text) for one in outcome.plan.complaints}
    yield from (one for one, reason in _waiting(outcome, claimants) if (one.object, reason) not in complained)
    if outcome.failure:
        yield from _failed(outcome, claimants)
    elif outcome.is_done:
        yield from _changed(outcome, claimants)


def _complaint(complaint: Complaint) -> Notice:
    reason = Reason.BAD_ANNOTATION if complaint.annotation else Reason.NAME_REFUSED
    if complaint.is_choice:
        reason = Reason.TARGET_CHOSEN
    if complaint.is_waiting:
        reason = Reason.WAITING
    if complaint.minor:
        reason = Reason.IGNORED if complaint.is_note else Reason.LEFT_OUT
    return Notice(complaint.object, reason, complaint.text.removeprefix(f"{complaint.object}: "))


def _conflicts(outcome: Outcome, claimants: Claimants) -> Iterator[Notice]:
    for one in outcome.plan.conflicts:
        for key in claimants.now.get((one.name, one.type), ()):
            yield Notice(key, Reason.CONFLICT, f"{one.name} {one.type} is held by {one.held_by}: {one.reason}")


def _refused(outcome: Outcome, claimants: Claimants) -> Iterator[Notice]:
    for one in outcome.plan.rejected:
        said = f"{one.subject} is refused by the provider: {one.words}"
        for key in claimants.all(one.resource.record_set):
            yield Notice(key, Reason.REFUSED, f"{said}. Mend it here; it is tried again by itself")


def _held_back(outcome: Outcome, claimants: Claimants) -> Iterator[Notice]:
    for refusal in outcome.held_back:
        for key in changes_by_set(refusal.changes):
            for claimant in claimants.all(key):
                said = f"{_called(key)} is left as it is until a person allows the change: {refusal.what}"
                yield Notice(claimant, Reason.HELD_BACK, said)


def _waiting(outcome: Outcome, claimants: Claimants) -> Iterator[tuple[Notice, str]]:
    """Yield notices of unknown targets without a record yet, with the reason. An existing record stays unmentioned."""
    there = outcome.contents()
    for one in outcome.plan.frozen:
        if (one.name, one.type) not in there:
            for key in claimants.now.get((one.name, one.type), ()):
                yield Notice(key, Reason.WAITING, f"{one.name} {one.type} is not made yet: {one.reason}"), one.reason
    named = {name for name, _ in there} | {one.name for one in outcome.plan.frozen}
    for claim in claimants.unknown:
        if claim.name not in named and isinstance(claim.targets, Unknown):
            reason = claim.targets.reason
            yield Notice(claim.object, Reason.WAITING, f"{claim.name} is not made yet: {reason}"), reason


def _failed(outcome: Outcome, claimants: Claimants) -> Iterator[Notice]:
    """Yield notices of the sets that the failure names; of all changed sets where it names none."""
    lines = outcome.failure.splitlines()
    said = {key: line for key in outcome.by_set() for line in lines if "/".join(key) in line}
    for key in outcome.by_set():
        for claimant in claimants.all(key) if not said or key in said else ():
            why = said.get(key, lines[0])
            yield Notice(claimant, Reason.FAILED, f"{_called(key)} could not be confirmed: {why}")


def _changed(outcome: Outcome, claimants: Claimants) -> Iterator[Notice]:
    there = outcome.contents()
    by_set = outcome.by_set()
    for key, changes in by_set.items():
        now = there.get(key, ())
        reason = _reason(changes, now)
        said = f"{_called(key)} -> {', '.join(now or _before(changes))}{_difference(reason, changes, now)}"
        for claimant in claimants.now.get(key, ()):
            yield Notice(claimant, reason, said)
    for key in dict.fromkeys((*by_set, *_remarked(outcome.changes))):
        for claimant in claimants.former.get(key, ()):
            gave = claimants.gave.get((key, claimant)) or _before(by_set.get(key, ()))
            stays = " stays, but not for this object" if key in there else ""
            yield Notice(
                claimant, Reason.DELETED, f"{_called(key)} -> {', '.join(gave)}" if gave else _called(key) + stays
            )


def _reason(changes: Sequence[Change], now: tuple[str, ...]) -> Reason:
    actions = {one.action for one in changes}
    if not now:
        return Reason.DELETED
    if Action.ADOPT in actions:
        return Reason.ADOPTED
    if actions & {Action.RESTORE, Action.CORRECT}:
        return Reason.RESTORED
    made = {value for one in changes if one.after for value in canonical_content.split(one.after.content)}
    return Reason.CREATED if actions == {Action.CREATE} and made >= set(now) else Reason.UPDATED


def _difference(reason: Reason, changes: Sequence[Change], now: tuple[str, ...]) -> str:
    """Return the difference to the former records, in brackets."""
    if reason not in {Reason.UPDATED, Reason.RESTORED, Reason.ADOPTED}:
        return ""
    parts = [f"was {', '.join(gone)}"] if (gone := [one for one in _before(changes) if one not in now]) else []
    parts += ["was gone"] if any(one.action is Action.RESTORE for one in changes) else []
    pairs = [(one.before, one.after) for one in changes if one.before and one.after]
    for field in ("ttl", "proxied", "comment"):
        for before, after in pairs[:1]:
            old, new = getattr(before, field), getattr(after, field)
            parts += [f"{field} {_spelled(new)} instead of {_spelled(old)}"] if old != new else []
    return f" ({', '.join(parts)})" if parts else ""


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _before(changes: Iterable[Change]) -> tuple[str, ...]:
    found = (value for one in changes if one.before for value in canonical_content.split(one.before.content))
    return tuple(dict.fromkeys(found))


def changes_by_set(changes: Iterable[Change]) -> Mapping[Key, list[Change]]:
    """Return the changes of each record set, without those of marks and of state alone."""
    found: dict[Key, list[Change]] = defaultdict(list)
    for one in changes:
        if one.resource.is_record and one.action is not Action.KEEP:
            found[one.resource.record_set].append(one)
    return found


def _remarked(changes: Iterable[Change]) -> Iterator[Key]:
    """Yield the sets with a mark that changes, as another object's from now on."""
    for one in changes:
        if one.resource.is_mark and one.before:
            yield one.resource.record_set


def _called(key: Key) -> str:
    return " ".join(key)


def _joined(parts: Sequence[str]) -> str:
    """Return one message of the parts, as many as fit."""
    for shown in range(min(len(parts), _MOST_PARTS), 0, -1):
        left = len(parts) - shown
        text = _SEPARATOR.join((*parts[:shown], *([f"and {left} more"] if left else [])))
        if len(text) <= LONGEST_MESSAGE:
            return text
    return f"{parts[0][: LONGEST_MESSAGE - 3]}..."
