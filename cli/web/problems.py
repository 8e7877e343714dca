"""What is wrong, the worst first: what it is, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cli.events import Cause, Role
from cli.output import tables
from cli.output.geo_table import pools_of
from cli.reconcile.result import Convergence
from cli.web.history import leading
from cli.web.status import Status
from stacks.model.claims import SourceSighting
from stacks.model.confirmation import Unconfirmed
from stacks.model.geo import Account
from stacks.model.values import Unknown, UnreadZone
from stacks.plan.safety import guard

SHOWN = 10
"""Problems of one kind, and names of one problem; of more only the number is told."""

Severity = Literal["bad", "warning", "note"]
_ORDER: tuple[Severity, ...] = ("bad", "warning", "note")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. names: what it is about, more of them; since: when it began, where that is known.

    severity: `bad` (nothing, or not all, is carried out), `warning` (a person has to look), `note` (it goes by itself).
    """

    severity: Severity
    kind: str
    title: str
    text: str = ""
    do: str = ""
    names: tuple[str, ...] = ()
    more: int = 0
    since: datetime | None = None


def troubles(status: Status) -> tuple[Trouble, ...]:
    """All of them, the worst first."""
    found = [*_of_process(status), *_of_sight(status)]
    if status.done:
        found += _of_plan(status.done)
        found += _of_balancing(status.done)
    found += _of_telling(status)
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.severity)))


def headline(status: Status, names: int, found: tuple[Trouble, ...]) -> tuple[str, str]:
    """How things are, in a word for the colour (`good`, `warning`, `bad`, `standby`, `waiting`) and in a sentence."""
    return _of_life(status) or _of_done(status, names, found)


def _of_life(status: Status) -> tuple[str, str] | None:
    """What matters more than how the names are."""
    if status.fatal:
        return "bad", "It has ended: a person has to look"
    if status.stopping:
        return "waiting", "It is ending"
    if status.leadership.role is Role.STANDBY:
        return "standby", leading(status.leadership)
    if status.failure and status.failure.failure.cause is not Cause.UNREAD:
        return "bad", "The last convergence failed; it is tried again"
    return None


def _of_done(status: Status, names: int, found: tuple[Trouble, ...]) -> tuple[str, str]:
    if status.refusal and not (status.done and status.done.is_held_back):
        return "bad", "Changes are refused: a person has to decide"
    if status.done is None:
        return "waiting", "Looking at the world for the first time"
    if counted := ", ".join(_counts(status.done)):
        return "warning", counted
    if any(one.severity != "note" for one in found):
        return "warning", f"{_number(names, 'name')} in place; something needs a look"
    return "good", {0: "No name is asked for", 1: "The one name points where it should"}.get(
        names, f"All {names:,} names point where they should"
    )


def _counts(done: Convergence) -> Iterator[str]:
    """How many of what is not as it should be, as a headline has it."""
    plan = done.plan
    conflicts = len({one.name for one in plan.conflicts}) + (len(plan.geo.conflicts) if plan.geo else 0)
    if conflicts:
        yield f"{_number(conflicts, 'name')} in conflict"
    if plan.frozen:
        yield f"{_number(len({one.name for one in plan.frozen}), 'name')} frozen"
    if done.is_held_back:
        yield f"{_number(sum(len(one.changes) for one in done.refusals), 'change')} held back"
    unread = sum(isinstance(one, UnreadZone) for one in done.observation.zones)
    if unread:
        yield f"{_number(unread, 'zone')} unread"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _of_process(status: Status) -> Iterator[Trouble]:
    if status.fatal:
        do = "Mend it, then start it again: no further try would help by itself."
        yield Trouble("bad", "fatal", f"It ends with exit code {status.fatal.exit_code}", status.fatal.reason, do)
    if (told := status.failure) and told.failure.cause is not Cause.UNREAD:
        times = f", {told.count} times in a row" if told.count > 1 else ""
        do = f"It is tried again after {told.failure.pause:.0f} s; the records stay as they are until then."
        yield Trouble("bad", "failure", f"The convergence failed{times}", told.failure.reason, do, since=told.since)
    refused = status.refusal.problems if status.refusal else ()
    for one in refused:
        yield Trouble("bad", "refusal", f"Refused: {one.what}", one.where, one.do)
    if not refused and status.done and status.done.is_held_back:
        word = guard.word(status.done.refusals)
        do = f"Look at it with `truenorth preview`; `truenorth up --allow {word}` allows exactly this." if word else ""
        for refusal in status.done.refusals:
            yield Trouble("bad", "refusal", f"Refused: {refusal.what}", refusal.where, do)
    if status.settings_problem:
        do = "Mend the settings file; the former settings stay in use until then."
        yield Trouble("warning", "settings", "The new settings cannot be used", status.settings_problem, do)
    if status.cache_problem:
        do = "Each replica goes by its own detection until then. Look at the rights on the ConfigMap."
        yield Trouble("warning", "cache", "The cluster's address cache does not work", status.cache_problem, do)


def _of_sight(status: Status) -> Iterator[Trouble]:
    for seen in status.addresses.values():
        one = seen.sighting
        if isinstance(one.addresses, Unknown):
            place = f"of link {one.link}" if one.link else "of the WAN"
            do = "The records stay as they are until it is known; `truenorth detect` shows what each source says."
            title = f"The {one.family.name.replace('IPV', 'IPv')} address {place} is unknown"
            yield Trouble("bad", "address", title, one.addresses.reason, do, since=seen.since)
    for source in status.sources.values():
        if isinstance(source.found, Unknown) and not source.waiting:
            do = "What was made for its objects stays. Look at the cluster, and at the credentials for it."
            title = f"{_source(source)} cannot be read"
            yield Trouble("bad", "source", title, source.found.reason, do)
        elif source.stale:
            do = "It is taken as it was last seen, and is tried again by itself."
            yield Trouble("warning", "source", f"{_source(source)} cannot be read now", source.stale, do)


def _source(source: SourceSighting) -> str:
    return f"The source {source.source}" + (f" of the cluster {source.cluster}" if source.cluster else "")


def _of_plan(done: Convergence) -> Iterator[Trouble]:
    plan = done.plan
    for zone in done.observation.zones:
        if isinstance(zone, UnreadZone):
            do = "All that is ours in it stays as it is; it is tried again by itself. Look at the provider's status."
            yield Trouble("bad", "zone", f"The zone {zone.zone} could not be read", zone.reason, do)
    for conflict in plan.conflicts[:SHOWN]:
        title = f"{conflict.name} {conflict.type} is held by {conflict.held_by}"
        do = (
            "It is left alone. Take the name out of the settings, or the record out of the zone, or take it over with "
            "`truenorth adopt`."
        )
        yield Trouble("warning", "conflict", title, conflict.reason, do)
    if len(plan.conflicts) > SHOWN:
        yield Trouble("warning", "conflict", f"{len(plan.conflicts) - SHOWN} more names are in conflict: see the list")
    skipped = {one.text for one in plan.complaints}
    for reason, together in tables.frozen_by_reason(plan).items():
        if reason in skipped:
            continue  # the complaint says it
        kept = any(one.kept for one in together)
        title = f"{_number(len(together), 'record set')} {'frozen' if kept else 'not made yet'}"
        do = "What is there stays as it is, and is followed again by itself once the reason is gone."
        names = tuple(f"{one.name} {one.type}" for one in together)
        yield Trouble("warning", "frozen", title, reason, do, names[:SHOWN], max(0, len(names) - SHOWN))
    for complaint in plan.complaints[:SHOWN]:
        do = f"Its owner can mend it: {complaint.allowed}" if complaint.allowed else "Its owner can mend it."
        yield Trouble("warning", "complaint", str(complaint.object), complaint.text, do)
    if len(plan.complaints) > SHOWN:
        yield Trouble("warning", "complaint", f"{len(plan.complaints) - SHOWN} more objects are not as they should be")


def _of_balancing(done: Convergence) -> Iterator[Trouble]:
    geo, plan = done.observation.geo, done.plan.geo
    account = geo.account if geo else None
    if isinstance(account, Unknown):
        do = "It stays as it is, and is tried again by itself."
        yield Trouble("bad", "balancing", "Load balancing could not be read", account.reason, do)
    elif account:
        yield from _of_health(account)
    for text in plan.conflicts if plan else ():
        yield Trouble("warning", "balancing", "A conflict of load balancing", text)
    for text in plan.notes if plan else ():
        yield Trouble("note", "balancing", "Load balancing", text)
    if plan and plan.again:
        yield Trouble("note", "balancing", "Load balancing is to be continued", plan.again)


def _of_health(account: Account) -> Iterator[Trouble]:
    used = {pool for one in account.balancers for pool in pools_of(one.balancer)}
    for held in account.pools:
        if held.id in used and held.monitor_id and held.health == "unhealthy":
            down = [address for address, health in held.origin_health if health == "unhealthy"]
            do = "Traffic goes to the other pools. Look at what serves there, and at the pool's monitor."
            yield Trouble("warning", "health", f"The pool {held.pool.name} is unhealthy", "", do, tuple(down[:SHOWN]))


def _of_telling(status: Status) -> Iterator[Trouble]:
    missing = [one for one in status.outcomes.values() if isinstance(one, Unconfirmed)]
    if missing:
        title = f"{_number(len(missing), 'record set')} not answered by the name servers"
        names = tuple(f"{one.name} {one.type}" for one in missing)
        do = "They were written. Name servers that lag behind take them by themselves; look at the zone's delegation."
        yield Trouble("warning", "unconfirmed", title, missing[0].said, do, names[:SHOWN], max(0, len(names) - SHOWN))
    for one in status.unwritten.values():
        where = f" in {one.cluster}" if one.cluster else ""
        title = f"Owners of objects{where} are not told what became of their records"
        yield Trouble("warning", "feedback", title, one.reason, "Look at the rights to patch them and to write Events.")
    if status.leaving:
        names = tuple(f"{name} {record_type}" for name, record_type in sorted(status.leaving))
        title = f"{_number(len(names), 'record set')} not wanted any more"
        do = "Nothing, if that is meant: they are deleted when the delete grace is over."
        yield Trouble("note", "leaving", title, "", do, names[:SHOWN], max(0, len(names) - SHOWN))
