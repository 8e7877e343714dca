"""The conditions of the objects that have no controller but us, DNSEndpoints, after a run (docs/sources.md). Pure.

Source of the types and of the first reasons: https://github.com/kubernetes-sigs/external-dns/pull/6609.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from components.plain_text import cut
from components.records.international import readable
from stacks.model.claims import Claim, ObjectKey, SourceSighting
from stacks.model.values import Known, UnreadZone
from stacks.plan.desired.cluster_endpoints import zone_of
from stacks.plan.owners.events import Notice, Outcome, Reason
from stacks.plan.owners.object_status import RecordState, RecordStatus, statuses

LONGEST_MESSAGE = 32_768
"""Characters of a condition's message (Kubernetes API, meta/v1 `Condition`)."""
_NO_ZONE = ""
INVALID = "Invalid"
"""The reason where an endpoint cannot be read; the others are those of Events."""
_HARMLESS = frozenset({Reason.TARGET_CHOSEN, Reason.LEFT_OUT, Reason.IGNORED})
"""The lasting notices to objects that have their records."""
_STATES: Mapping[RecordState, tuple[str, str, str]] = {
    "failed": ("False", Reason.FAILED.value, "may be as it was: the run has failed"),
    "pending": ("False", "Pending", "comes with the next run"),
    "waiting": ("False", Reason.WAITING.value, "is not made yet"),
    "frozen": ("Unknown", "Frozen", "stays as it is: where it is to point is not known"),
}
"""The states of records that may have no notice, the worst first, each with status, reason and message."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of an object. status: True, False or Unknown, as the Kubernetes API spells them."""

    type: str
    status: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of an object, and the generation that they are about."""

    generation: int
    each: tuple[Condition, ...]


def conditions(outcome: Outcome, told: Iterable[Notice], cluster: str) -> dict[ObjectKey, Conditions]:
    """Return the conditions of each object of a cluster whose records are known after a run. told: its notices.

    An object is left out that has a name in a zone that was not read, or, unless this run has changed a record of it,
    names in none of our zones.
    """
    here = [one for one in outcome.observation.sources if one.cluster == cluster and one.generations]
    read = [one for one in here if isinstance(one.found, Known) and not one.stale]
    if not read:
        return {}
    notices: dict[ObjectKey, list[Notice]] = defaultdict(list)
    for notice in told:
        notices[notice.object].append(notice)
    unread = {zone.zone for zone in outcome.observation.zones if isinstance(zone, UnreadZone)}
    zones = _zones(outcome, read)
    records = {one.object: one.records for one in statuses(outcome, {cluster})}
    found: dict[ObjectKey, Conditions] = {}
    for key, generation in (pair for source in read for pair in source.generations):
        lasting = [one for one in notices[key] if one.reason.lasts]
        is_changed = len(lasting) < len(notices[key])
        if zones[key] & unread or (zones[key] == {_NO_ZONE} and not is_changed):
            continue
        found[key] = Conditions(generation, (_accepted(lasting), _ready(lasting, records.get(key, ()))))
    return found


def _zones(outcome: Outcome, read: Iterable[SourceSighting]) -> Mapping[ObjectKey, set[str]]:
    """Return the zones of the names of each object, _NO_ZONE among them for a name in none of ours."""
    names = frozenset(zone.zone for zone in outcome.observation.zones)
    zones: dict[ObjectKey, set[str]] = defaultdict(set)
    for source in read:
        for one in source.found.value if isinstance(source.found, Known) else ():
            if isinstance(one, Claim):
                zones[one.object].add(zone_of(one.name, names))
    return zones


def _accepted(told: Sequence[Notice]) -> Condition:
    unreadable = [one.message for one in told if one.reason is Reason.BAD_ANNOTATION]
    if unreadable:
        return _condition("Accepted", "False", INVALID, "; ".join(unreadable))
    return _condition("Accepted", "True", "Accepted", "every endpoint can be read")


def _ready(told: Sequence[Notice], records: Sequence[RecordStatus]) -> Condition:
    message = "; ".join(one.message for one in told)
    for one in told:
        if one.reason not in _HARMLESS:
            reason = INVALID if one.reason is Reason.BAD_ANNOTATION else one.reason.value
            return _condition("Ready", "False", reason, message)
    for state, (status, reason, what) in _STATES.items():
        if names := [f"{one.name} {one.type}".rstrip() for one in records if one.state == state]:
            return _condition("Ready", status, reason, f"{', '.join(names)} {what}")
    return _condition("Ready", "True", "Programmed", message or "the records are as the endpoints have them")


def _condition(name: str, status: str, reason: str, message: str) -> Condition:
    return Condition(name, status, reason, cut(readable(message), LONGEST_MESSAGE))
