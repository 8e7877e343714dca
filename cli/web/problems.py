"""The problems that the page shows, the worst first, and the headline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from cli.events import Cached, Cause, Reloaded, Role
from cli.findings.events import finding
from cli.findings.finding import Finding, Severity, grouped, plural, shortened
from cli.findings.outcome import findings, of_outcomes
from cli.findings.sightings import of_address, of_source
from cli.reconcile.result import Convergence
from cli.web.status import Status
from stacks.model.values import UnreadZone

_ORDER: tuple[Severity, ...] = ("bad", "warning", "note")
_TOGETHER = frozenset({"frozen", "leaving", "unconfirmed"})
_MANY = frozenset({"choice", "conflict", "complaint", "ignored", "kept", "waiting"})
_FROM_STATUS = frozenset({"address", "source"})
"""Kinds of findings that the status knows better than its last convergence."""


@dataclass(frozen=True, slots=True)
class PageProblem:
    """A finding with the time since when it has been so, if that is known."""

    finding: Finding
    since: datetime | None = None


def problems(status: Status) -> tuple[PageProblem, ...]:
    """Return all problems, the worst first."""
    found = [*_of_process(status), *_of_sight(status)]
    several = [*_of_convergence(status), *_of_events(status)]
    found += map(PageProblem, shortened(grouped(several, _TOGETHER), _MANY))
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.finding.severity)))


def headline(status: Status, names: int, found: tuple[PageProblem, ...]) -> tuple[str, str]:
    """Return the state as a word (`good`, `warning`, `bad`, `standby`, `waiting`) and as a sentence."""
    return _of_life(status) or _of_done(status, names, found)


def _of_life(status: Status) -> tuple[str, str] | None:
    """Return the headline of a process that ends, fails or stands by; None otherwise."""
    if status.fatal:
        return "bad", "It has ended: a person has to look"
    if status.stopping:
        return "waiting", "It is ending"
    if status.leadership.role is Role.STANDBY:
        return "standby", finding(status.leadership).heading
    if status.leader.failure and status.leader.failure.failure.cause is not Cause.UNREAD:
        return "bad", "The last convergence failed; it is tried again"
    return None


def _of_done(status: Status, names: int, found: tuple[PageProblem, ...]) -> tuple[str, str]:
    if status.leader.refusal and not (status.leader.done and status.leader.done.is_held_back):
        return "bad", "Changes are refused: a person has to decide"
    if status.leader.done is None:
        return "waiting", "Looking at the world for the first time"
    if counted := ", ".join(_counts(status.leader.done)):
        return "warning", counted
    if any(one.finding.severity != "note" for one in found):
        return "warning", f"{plural(names, 'name')} in place; something needs a look"
    return "good", {0: "No name is asked for", 1: "The one name points where it should"}.get(
        names, f"All {names:,} names point where they should"
    )


def _counts(done: Convergence) -> Iterator[str]:
    """Yield how many of what is not as it should be, as parts of the headline."""
    plan = done.plan
    conflicts = len({one.name for one in plan.conflicts}) + (len(plan.geo.conflicts) if plan.geo else 0)
    if conflicts:
        yield f"{plural(conflicts, 'name')} in conflict"
    if plan.rejected:
        yield f"{plural(len(plan.rejected), 'record')} refused by the provider"
    if plan.frozen:
        yield f"{plural(len({one.name for one in plan.frozen}), 'name')} frozen"
    if done.is_held_back:
        yield f"{plural(sum(len(one.changes) for one in done.refusals), 'change')} held back"
    unread = sum(isinstance(one, UnreadZone) for one in done.observation.zones)
    if unread:
        yield f"{plural(unread, 'zone')} unread"


def _of_process(status: Status) -> Iterator[PageProblem]:
    if status.fatal:
        yield PageProblem(finding(status.fatal))
    if (last := status.leader.failure) and last.failure.cause is not Cause.UNREAD:
        found = finding(last.failure)
        times = f"{found.what} {last.count} times in a row" if last.count > 1 else found.what
        yield PageProblem(replace(found, what=times), last.since)
    for one in status.leader.refusal.problems if status.leader.refusal else ():
        yield PageProblem(Finding("refusal", "bad", "", f"refused: {one.what}", one.where, one.do))
    if status.settings_problem:
        yield PageProblem(finding(Reloaded(status.settings_problem)))
    if status.cache_problem:
        yield PageProblem(finding(Cached(problem=status.cache_problem)))


def _of_sight(status: Status) -> Iterator[PageProblem]:
    for seen in status.addresses.values():
        if (found := of_address(seen.sighting)).severity != "note":
            yield PageProblem(found, seen.since)
    for source in status.sources.values():
        if (found := of_source(source)).severity != "note":
            yield PageProblem(found)


def _of_convergence(status: Status) -> Iterator[Finding]:
    for one in findings(status.leader.done) if status.leader.done else ():
        is_told = one.kind == "refusal" and (
            status.leader.refusal or not (status.leader.done and status.leader.done.is_held_back)
        )
        if one.kind not in _FROM_STATUS and one.kind != "deferred" and not is_told:
            yield one


def _of_events(status: Status) -> Iterator[Finding]:
    yield from (one for one in of_outcomes(status.leader.outcomes.values()) if one.severity == "warning")
    yield from map(finding, status.leader.unwritten.values())
    yield from (finding(leaving) for _, (leaving, _) in sorted(status.leader.leaving.items()))
