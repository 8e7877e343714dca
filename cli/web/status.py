"""The status that the page shows, folded from the daemon's events. Pure.

The leader's part (plan, failures, refusals) is dropped when another process leads: it would be old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from cli.events import Cached, Failure, Fatal, Leadership, Leaving, Reloaded, Role, Stopping, Unwritten
from cli.reconcile.confirm import Confirmation, Outcome
from cli.reconcile.events import Dispatch, Event
from cli.reconcile.result import Convergence
from cli.web.history import HistoryEntry, entry_of, noted
from stacks.model.claims import SourceSighting
from stacks.model.errors import Refused
from stacks.model.values import Family, Sighting, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.detect import NOT_WAITED_FOR, Detection
from stacks.plan.records.record_sets import Key


@dataclass(frozen=True, slots=True)
class AddressStatus:
    """The addresses of one family of a link. at: when they were last seen so; since: when they became so.

    from_cache: whether the cluster's address cache says so, not this process's own detection.
    """

    sighting: Sighting
    at: datetime
    since: datetime
    from_cache: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The last answer of a source of WAN addresses, with its time."""

    answer: Answer
    at: datetime


@dataclass(frozen=True, slots=True)
class Failing:
    """A failure, when it came, since when there has been no success, and how many there were."""

    failure: Failure
    at: datetime
    since: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class LeaderStatus:
    """The leader's part of the status: its last convergence, and later failures, refusals and answers."""

    done: Convergence | None = None
    done_at: datetime | None = None
    outcomes: Mapping[Key, Outcome] = field(default_factory=dict)
    leaving: Mapping[Key, tuple[Leaving, datetime]] = field(default_factory=dict)
    failure: Failing | None = None
    refusal: Refused | None = None
    unwritten: Mapping[str, Unwritten] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """All there is to show. stack: its name; owner: that of its records; started: when this process began.

    version counts what is worth telling at once, serial every change: a detection that finds what is known already is
    of the second kind. names counts what changes the list of names.
    """

    stack: str
    owner: str
    started: datetime
    version: int = 0
    serial: int = 0
    names: int = 0
    leadership: Leadership = field(default_factory=lambda: Leadership(Role.ALONE))
    addresses: Mapping[tuple[str, Family], AddressStatus] = field(default_factory=dict)
    answers: Mapping[tuple[str, Family], Answered] = field(default_factory=dict)
    sources: Mapping[tuple[str, str], SourceSighting] = field(default_factory=dict)
    leader: LeaderStatus = field(default_factory=LeaderStatus)
    changed_at: datetime | None = None
    settings_problem: str = ""
    cache_problem: str = ""
    cached_at: datetime | None = None
    fatal: Fatal | None = None
    stopping: str = ""
    history: tuple[HistoryEntry, ...] = ()


def timestamp(at: datetime | None) -> str | None:
    """Return a time as JSON has it (ISO 8601 in UTC, milliseconds); None for none."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def after(status: Status, dispatch: Dispatch) -> Status:
    """Return the status after an event."""
    entry = None if _is_known(status, dispatch.event) else entry_of(dispatch)
    history = noted(status.history, entry) if entry else status.history
    changed = replace(_after(status, dispatch), history=history)
    if changed == status:
        return status
    quiet = replace(changed, addresses=status.addresses, cached_at=status.cached_at)
    is_quiet = quiet == status and _values(changed) == _values(status)
    return replace(changed, serial=status.serial + 1, version=status.version + (not is_quiet))


def _is_known(status: Status, event: Event) -> bool:
    """Return whether an event is the sighting of an address as it was before."""
    seen = status.addresses.get((event.link, event.family)) if isinstance(event, Sighting) else None
    return seen is not None and seen.sighting == event


def after_detection(status: Status, detection: Detection, at: datetime) -> Status:
    """Return the status after a detection."""
    heard = [one for one in detection.answers if one.result != Unknown(NOT_WAITED_FOR)]
    answers = {**status.answers, **{(one.source, one.family): Answered(one, at) for one in heard}}
    addresses = {
        key: replace(seen, at=at) if detection.addresses.get(key[1]) == seen.sighting.addresses else seen
        for key, seen in status.addresses.items()
    }
    said = {key: one.answer.given or one.answer.result for key, one in answers.items()}
    before = {key: one.answer.given or one.answer.result for key, one in status.answers.items()}
    version = status.version + (said != before)
    return replace(status, answers=answers, addresses=addresses, serial=status.serial + 1, version=version)


def _after(status: Status, dispatch: Dispatch) -> Status:  # noqa: C901, PLR0911 - a case for each kind of news
    at = dispatch.at
    match dispatch.event:
        case Sighting() as sighting:
            return replace(status, addresses=_seen(status, (sighting,), at))
        case Cached() as cached:
            addresses = status.addresses if cached.written else _seen(status, cached.addresses, at, from_cache=True)
            cached_at = status.cached_at if cached.problem else at
            return replace(status, addresses=addresses, cache_problem=cached.problem, cached_at=cached_at)
        case SourceSighting() as source:
            return replace(status, sources={**status.sources, (source.cluster, source.source): source})
        case Convergence() as done:
            return _after_convergence(status, done, at)
        case Confirmation(outcomes=outcomes):
            found = {(one.name, one.type): one for one in outcomes}
            led = replace(status.leader, outcomes={**status.leader.outcomes, **found})
            return replace(status, leader=led, names=status.names + 1)
        case Leaving() as leaving:
            kept = {**status.leader.leaving, (leaving.name, leaving.type): (leaving, at)}
            return replace(status, leader=replace(status.leader, leaving=kept), names=status.names + 1)
        case Failure() | Refused() | Unwritten() as event:
            return replace(status, leader=_after_trouble(status.leader, event, at))
        case Leadership() as leadership:
            return _after_leadership(status, leadership)
        case Reloaded(problem=problem):
            return replace(status, settings_problem=problem)
        case Fatal() as fatal:
            return replace(status, fatal=fatal)
        case Stopping(reason=reason):
            return replace(status, stopping=reason)
        case _:
            return status


def _seen(
    status: Status, sightings: tuple[Sighting, ...], at: datetime, *, from_cache: bool = False
) -> Mapping[tuple[str, Family], AddressStatus]:
    found = dict(status.addresses)
    for one in sightings:
        before = found.get((one.link, one.family))
        since = before.since if before and before.sighting.addresses == one.addresses else at
        found[one.link, one.family] = AddressStatus(one, at, since, from_cache)
    return found


def _values(status: Status) -> Mapping[tuple[str, Family], tuple[Sighting, bool]]:
    """The addresses without when they were seen."""
    return {key: (one.sighting, one.from_cache) for key, one in status.addresses.items()}


def _after_trouble(leader: LeaderStatus, event: Failure | Refused | Unwritten, at: datetime) -> LeaderStatus:
    if isinstance(event, Refused):
        return replace(leader, refusal=event, failure=None)
    if isinstance(event, Unwritten):
        return replace(leader, unwritten={**leader.unwritten, event.cluster: event})
    last = leader.failure
    since, count = (last.since, last.count + 1) if last else (at, 1)
    return replace(leader, failure=Failing(event, at, since, count))


def _after_convergence(status: Status, done: Convergence, at: datetime) -> Status:
    """Return the status after a convergence, which knows more than all events before it."""
    leader = _leader_after(status.leader, done, at)
    new = replace(
        status,
        addresses=_addresses_after(status, done.observation.addresses, at),
        sources={
            **{key: one for key, one in status.sources.items() if one.balances},
            **{(one.cluster, one.source): one for one in done.observation.sources},
        },
        leader=leader,
        changed_at=at if done.runs and done.is_changing else status.changed_at,
    )
    return replace(new, names=status.names + (_listed(status.leader) != _listed(leader)))


def _addresses_after(
    status: Status, addresses: tuple[Sighting, ...], at: datetime
) -> Mapping[tuple[str, Family], AddressStatus]:
    """Return the addresses of a convergence; an address as before keeps the time of its sighting."""
    before = status.addresses
    new = tuple(
        one for one in addresses if (key := (one.link, one.family)) not in before or before[key].sighting != one
    )
    keys = {(one.link, one.family) for one in addresses}
    return {key: one for key, one in _seen(status, new, at).items() if key in keys}


def _leader_after(leader: LeaderStatus, done: Convergence, at: datetime) -> LeaderStatus:
    listed = {(one.name, one.type): one for one in done.plan.record_sets}
    touched = _touched(done) if done.runs else frozenset()
    return LeaderStatus(
        done,
        at,
        outcomes={key: one for key, one in leader.outcomes.items() if key in listed and key not in touched},
        leaving={key: one for key, one in leader.leaving.items() if key in listed and listed[key].untouched},
        failure=leader.failure if done.unread_at_providers else None,
        refusal=leader.refusal if done.is_held_back else None,
    )


def _touched(done: Convergence) -> frozenset[Key]:
    return frozenset(change.resource.record_set for change in done.changes)


def _listed(leader: LeaderStatus) -> tuple[object, ...] | None:
    """Return all that the list of names is made from; None before the first convergence."""
    if leader.done is None:
        return None
    plan = leader.done.plan
    lists = (plan.record_sets, plan.conflicts, plan.rejected, plan.frozen, plan.deferred, plan.asked_by)
    return (*lists, leader.outcomes, leader.leaving, leader.done.unread_at_providers, leader.done.refusals)


def _after_leadership(status: Status, leadership: Leadership) -> Status:
    if leadership.role is not Role.STANDBY:
        return replace(status, leadership=leadership)
    names = status.names + (status.leader.done is not None)
    return replace(status, leadership=leadership, leader=LeaderStatus(), names=names)
