"""What the page shows, folded from the loop's news. Pure.

What only the leader knows (the plan, failures, refusals) is forgotten where another one leads: it would be old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cli.events import Cached, Failure, Fatal, Leadership, Leaving, Reloaded, Role, Stopping, Unwritten
from cli.reconcile.confirm import Confirmation, Outcome
from cli.reconcile.events import Dispatch, Event
from cli.reconcile.result import Convergence
from cli.web.history import HistoryEntry, entry_of, noted
from stacks.model.claims import SourceSighting
from stacks.model.errors import Refused
from stacks.model.values import Family, Plan, Sighting, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.detect import NOT_WAITED_FOR, Detection
from stacks.plan.records.zone_index import Key


@dataclass(frozen=True, slots=True)
class Seen:
    """The addresses of one family of a link. at: when they were last seen so; since: when they became so.

    from_cache: whether the cluster's address cache says so, not this process's own detection.
    """

    sighting: Sighting
    at: datetime
    since: datetime
    from_cache: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What a source of WAN addresses said last, and when."""

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
    addresses: Mapping[tuple[str, Family], Seen] = field(default_factory=dict)
    answers: Mapping[tuple[str, Family], Answered] = field(default_factory=dict)
    sources: Mapping[tuple[str, str], SourceSighting] = field(default_factory=dict)
    done: Convergence | None = None
    done_at: datetime | None = None
    changed_at: datetime | None = None
    outcomes: Mapping[Key, Outcome] = field(default_factory=dict)
    leaving: Mapping[Key, tuple[Leaving, datetime]] = field(default_factory=dict)
    failure: Failing | None = None
    refusal: Refused | None = None
    unwritten: Mapping[str, Unwritten] = field(default_factory=dict)
    settings_problem: str = ""
    cache_problem: str = ""
    cached_at: datetime | None = None
    fatal: Fatal | None = None
    stopping: str = ""
    history: tuple[HistoryEntry, ...] = ()


def after(status: Status, dispatch: Dispatch) -> Status:
    """The status once this was heard."""
    entry = None if _is_known(status, dispatch.event) else entry_of(dispatch)
    history = noted(status.history, entry) if entry else status.history
    changed = replace(_after(status, dispatch), history=history)
    if changed == status:
        return status
    quiet = replace(changed, addresses=status.addresses, cached_at=status.cached_at)
    is_quiet = quiet == status and _values(changed) == _values(status)
    return replace(changed, serial=status.serial + 1, version=status.version + (not is_quiet))


def _is_known(status: Status, event: Event) -> bool:
    """Whether it is an address that was seen so before."""
    seen = status.addresses.get((event.link, event.family)) if isinstance(event, Sighting) else None
    return seen is not None and seen.sighting == event


def after_detection(status: Status, detection: Detection, at: datetime) -> Status:
    """The status once a detection has ended."""
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


def _after(status: Status, dispatch: Dispatch) -> Status:  # noqa: C901, PLR0911, PLR0912 - a case for each kind of news
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
            return replace(status, outcomes={**status.outcomes, **found}, names=status.names + 1)
        case Leaving() as leaving:
            kept = {**status.leaving, (leaving.name, leaving.type): (leaving, at)}
            return replace(status, leaving=kept, names=status.names + 1)
        case Failure() as failure:
            last = status.failure
            since, count = (last.since, last.count + 1) if last else (at, 1)
            return replace(status, failure=Failing(failure, at, since, count))
        case Refused() as refusal:
            return replace(status, refusal=refusal, failure=None)
        case Leadership() as leadership:
            return _after_leadership(status, leadership)
        case Unwritten() as unwritten:
            return replace(status, unwritten={**status.unwritten, unwritten.cluster: unwritten})
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
) -> Mapping[tuple[str, Family], Seen]:
    found = dict(status.addresses)
    for one in sightings:
        before = found.get((one.link, one.family))
        since = before.since if before and before.sighting.addresses == one.addresses else at
        found[one.link, one.family] = Seen(one, at, since, from_cache)
    return found


def _values(status: Status) -> Mapping[tuple[str, Family], tuple[Sighting, bool]]:
    """The addresses without when they were seen."""
    return {key: (one.sighting, one.from_cache) for key, one in status.addresses.items()}


def _after_convergence(status: Status, done: Convergence, at: datetime) -> Status:
    """What a convergence knows is newer than what was heard of before; what follows from its plan is kept no longer."""
    plan = done.plan
    seen = {(one.link, one.family): one for one in done.observation.addresses}
    addresses = _seen(status, tuple(one for key, one in seen.items() if _differs(status, key, one)), at)
    listed = {(one.name, one.type): one for one in plan.record_sets}
    changed = bool(done.runs and (done.changes or done.geo_changes))
    outcomes = {key: one for key, one in status.outcomes.items() if not (done.runs and key in _touched(done))}
    unread = status.failure if done.unread_at_providers else None
    new = replace(
        status,
        addresses={key: one for key, one in addresses.items() if key in seen},
        sources={**_balanced(status), **{(one.cluster, one.source): one for one in done.observation.sources}},
        done=done,
        done_at=at,
        changed_at=at if changed else status.changed_at,
        outcomes={key: one for key, one in outcomes.items() if key in listed},
        leaving={key: one for key, one in status.leaving.items() if key in listed and listed[key].untouched},
        failure=unread,
        refusal=status.refusal if done.is_held_back else None,
        unwritten={},
    )
    same = status.done is not None and _listed(status, status.done.plan) == _listed(new, plan)
    return replace(new, names=status.names + (not same))


def _differs(status: Status, key: tuple[str, Family], one: Sighting) -> bool:
    before = status.addresses.get(key)
    return before is None or before.sighting != one


def _touched(done: Convergence) -> frozenset[Key]:
    pairs = (one.logical_name.split("/")[:2] for one in done.changes)
    return frozenset((name, record_type) for name, record_type in pairs)


def _balanced(status: Status) -> Mapping[tuple[str, str], SourceSighting]:
    return {key: one for key, one in status.sources.items() if one.balances}


def _listed(status: Status, plan: Plan) -> tuple[object, ...]:
    """What the list of names is made of."""
    unread = status.done.unread_at_providers if status.done else ""
    lists = (plan.record_sets, plan.conflicts, plan.frozen, plan.deferred, plan.asked_by)
    return (*lists, status.outcomes, status.leaving, unread, status.done and status.done.refusals)


def _after_leadership(status: Status, leadership: Leadership) -> Status:
    if leadership.role is not Role.STANDBY:
        return replace(status, leadership=leadership)
    return replace(
        status,
        leadership=leadership,
        done=None,
        done_at=None,
        outcomes={},
        leaving={},
        failure=None,
        refusal=None,
        unwritten={},
        names=status.names + (status.done is not None),
    )
