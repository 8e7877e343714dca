"""Facts to notify people of, each about one event."""

from __future__ import annotations

from dataclasses import replace

from cli.events import Leadership, Reloaded, Role
from cli.findings.balancing import of_geo_plan
from cli.findings.changes import of_change, of_geo_change, without_marks
from cli.findings.events import finding
from cli.findings.finding import Finding
from cli.findings.lists import of_list_change
from cli.findings.outcome import of_conflicts
from cli.findings.sightings import of_address
from cli.notify.message import Fact
from cli.reconcile.result import Convergence
from stacks.model.values import Sighting
from stacks.plan.changes import Action, Change

CONVERGENCE, SETTINGS = "convergence", "settings"
"""The subjects of failures that may pass."""
_FAILING = "The records stay as they were, and it goes on trying; `truenorth status` shows how things are."


def of_changes(done: Convergence) -> list[Fact]:
    """Return the changes that a convergence has made, without those of marks; none where it ran no engine."""
    if not done.runs:
        return []
    balancing = [(f"{one.kind} {one.name} {one.action.value}", of_geo_change(one)) for one in done.geo_changes]
    beside = [*balancing, *((f"{one.subject} {one.action.value}", of_list_change(one)) for one in done.list_changes)]
    return [*map(_change, without_marks(done.changes)), *(Fact("change", subject, one) for subject, one in beside)]


def merged(before: Fact, after: Fact) -> Fact | None:
    """Return two changes of one record, one after the other, as one; None where nothing has changed in the end."""
    if before.change is None or after.change is None:
        return after
    first, last = before.change.before, after.change.after
    if first == last:
        return None
    action = Action.CREATE if first is None else Action.DELETE if last is None else Action.UPDATE
    return _change(replace(after.change, action=action, before=first))


def of_all_conflicts(done: Convergence) -> list[Fact]:
    """Return the conflicts of record sets and of load balancing."""
    balancing = [one for one in of_geo_plan(done.plan.geo) if one.severity == "warning"]
    records = [Fact("conflict", one.title, one) for one in of_conflicts(done.plan)]
    return records + [Fact("conflict", one.sentence, one) for one in balancing]


def of_disagreement(one: Sighting) -> Fact:
    """Return the fact that the sources of an address disagree."""
    return Fact("disagreement", _family(one), of_address(one))


def of_agreement(one: Sighting) -> Fact:
    """Return the fact that the sources of an address agree again."""
    found = of_address(one)
    return Fact("recovery", _family(one), replace(found, severity="good", why="the sources agree again"))


def of_failing(seconds: float, reason: str) -> Fact:
    """Return the fact that convergences have failed for some seconds."""
    what = f"has been failing for {duration(seconds)}" if seconds >= 1 else "fails"
    return Fact("failure", CONVERGENCE, Finding("failure", "bad", "", what, reason, _FAILING))


def of_recovery(seconds: float) -> Fact:
    """Return the fact that convergences succeed again, after they have failed for some seconds."""
    why = f"The last convergence succeeded; before, it had failed for {duration(seconds)}."
    return Fact("recovery", CONVERGENCE, Finding("failure", "good", "", "works again", why))


def of_settings(event: Reloaded) -> Fact:
    """Return the fact that new settings cannot be used, or can be used after all."""
    return Fact("failure" if event.problem else "recovery", SETTINGS, finding(event))


def of_leadership(event: Leadership) -> Fact:
    """Return the fact that another process leads."""
    return Fact("leadership", "leads" if event.role is Role.LEADER else "leads no more", finding(event))


def duration(seconds: float) -> str:
    """A duration as people say it."""
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _change(change: Change) -> Fact:
    return Fact("change", f"{change.zone} {change.logical_name}", of_change(change), change)


def _family(one: Sighting) -> str:
    return f"{one.link or 'WAN'} {one.family.value}"
