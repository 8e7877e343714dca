"""What there is to tell of an event, taken by itself."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from cli.events import Fatal, Leadership, Role
from cli.notify.message import Fact
from cli.output import tables
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused
from stacks.model.values import Sighting
from stacks.plan.changes import Action, Change

CONVERGENCE, SETTINGS = "convergence", "settings"
"""The subjects of failures that may pass."""
_STAYS = "The records stay as they are until the sources agree; `truenorth detect` shows what each of them says."
_CONFLICT = (
    "What is not ours is left alone: remove the name from the settings, or the record at the provider, or take it over "
    "with `truenorth adopt`."
)
_FAILING = "The records stay as they were, and it goes on trying; `truenorth status` shows how things are."


def of_changes(done: Convergence) -> list[Fact]:
    """What a convergence has changed; nothing where it ran no engine. Marks are left out."""
    if not done.runs:
        return []
    records = [of_change(change) for change in done.changes if not tables.is_mark(change.record)]
    return records + [
        Fact("change", f"{one.kind} {one.name} {one.action.value}", "load balancing has changed", str(one))
        for one in done.geo_changes
    ]


def of_change(change: Change) -> Fact:
    """The change of one record."""
    record = change.record
    what = f"{record.name} {record.type}"
    said = {
        Action.CREATE: f"created, {tables.difference(change)}",
        Action.DELETE: f"deleted, was {tables.difference(change)}",
        Action.FORGET: "is gone, and not wanted any more",
    }.get(change.action, tables.difference(change))
    meaning = tables.MEANINGS.get(change.action, "") if change.action is not Action.FORGET else ""
    text = f"{what}: {said}" + (f" ({meaning})" if meaning else "")
    return Fact("change", f"{change.zone} {change.logical_name}", f"{what} has changed", text, change=change)


def merged(before: Fact, after: Fact) -> Fact | None:
    """Two changes of one record, one after the other, as one; None where nothing has changed in the end."""
    if before.change is None or after.change is None:
        return after
    first, last = before.change.before, after.change.after
    if first == last:
        return None
    action = Action.CREATE if first is None else Action.DELETE if last is None else Action.UPDATE
    return of_change(replace(after.change, action=action, before=first))


def of_conflicts(done: Convergence) -> list[Fact]:
    """The wanted names that somebody else holds."""
    records = [
        Fact(
            "conflict",
            f"{one.name} {one.type} {one.held_by}",
            f"{one.name} is held by somebody else",
            f"{one.name} {one.type}: held by {one.held_by}; {one.reason}",
            _CONFLICT,
        )
        for one in done.plan.conflicts
    ]
    geo = done.plan.geo.conflicts if done.plan.geo else ()
    return records + [Fact("conflict", text, "a conflict of load balancing", text) for text in geo]


def of_disagreement(one: Sighting) -> Fact:
    """That the sources disagree on an address."""
    text = Text.from_markup(tables.sighting_line(one)).plain
    return Fact("disagreement", _family(one), f"the sources of the {_family(one)} address disagree", text, _STAYS)


def of_agreement(one: Sighting) -> Fact:
    """That they agree again."""
    text = Text.from_markup(tables.sighting_line(one)).plain
    return Fact("recovery", _family(one), f"the sources of the {_family(one)} address agree again", text)


def of_failing(seconds: float, reason: str) -> Fact:
    """That convergences have failed for so long."""
    title = f"has been failing for {duration(seconds)}" if seconds >= 1 else "fails"
    return Fact("failure", CONVERGENCE, title, reason, _FAILING)


def of_recovery(seconds: float) -> Fact:
    """That they work again."""
    text = f"The last convergence succeeded; before, it had failed for {duration(seconds)}."
    return Fact("recovery", CONVERGENCE, "works again", text)


def of_fatal(event: Fatal) -> Fact:
    """That the process ends."""
    do = "No further try would mend this by itself: mend it, then start `truenorth watch` again."
    return Fact("failure", "fatal", f"has ended, exit code {event.exit_code}", event.reason, do)


def of_settings(problem: str) -> Fact:
    """That the settings cannot be used."""
    do = "The former settings stay in use until these are mended."
    return Fact("failure", SETTINGS, "the new settings are not used", problem, do)


def of_mended_settings() -> Fact:
    """That they can."""
    return Fact("recovery", SETTINGS, "the settings are mended", "The new settings are in use.")


def of_refusal(event: Refused) -> Fact:
    """That a person has to decide."""
    return Fact("refusal", str(event), "refused: a person has to decide", str(event))


def of_leadership(event: Leadership) -> Fact:
    """That another one leads."""
    if event.role is Role.LEADER:
        return Fact("leadership", "leads", f"{event.identity} leads now", f"{event.identity} has taken over.")
    title = f"{event.identity} leads no more" if event.identity else "leads no more"
    who = f"{event.holder} leads now." if event.holder else "Nobody is known to lead."
    return Fact("leadership", "leads no more", title, f"{event.reason}\n{who}")


def duration(seconds: float) -> str:
    """A duration as people say it."""
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _family(one: Sighting) -> str:
    return f"{one.link or 'WAN'} {one.family.value}"
