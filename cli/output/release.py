"""Lists and prints the steps of a release, and what stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from cli.findings.finding import plural
from cli.output import documents
from cli.reconcile.release import ReleaseOutcome, Way
from cli.terminal import plain, styled
from components.records import canonical_content
from components.records.record import Record
from stacks.plan.changes import Action, Change, changes
from stacks.plan.records.record_sets import declared_records
from stacks.plan.release.leaving import LeavingSet, released
from stacks.plan.release.receiver import Receiver
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings

GIVE, LET_GO, THEIR_MARK, OUR_MARK = "give", "let go", "new mark", "remove our mark"
COLOURS: Mapping[str, str] = {GIVE: "cyan", LET_GO: "yellow", THEIR_MARK: "green", OUR_MARK: "red"}


@dataclass(frozen=True, slots=True)
class ReleaseStep:
    """A step, in words. note: the reason, for people."""

    what: str
    record: Record
    note: str = ""


def steps(settings: Settings, way: Way, receiver: Receiver | None) -> tuple[ReleaseStep, ...]:
    """Return the steps of both runs in order, then the records that state forgets."""
    plan, observation = way.seen.plan, way.seen.observation
    after = carried_out(plan, observation)
    then = changes(released(settings, after, receiver).plan(after), after)
    found = [
        ReleaseStep(_marking(one), one.record) for one in (*way.seen.changes, *then) if one.action != Action.FORGET
    ]
    for one in way.release.leaving:
        what = GIVE if one.their_mark else LET_GO
        found += [ReleaseStep(what, record, one.why) for record in _records(one)]
    return tuple(dict.fromkeys(found))


def print_steps(console: Console, found: tuple[ReleaseStep, ...]) -> None:
    """Print the steps, a line each."""
    table = Table(box=None, show_header=False, pad_edge=True)
    for step in found:
        record = step.record
        is_of_mark = step.what in {THEIR_MARK, OUR_MARK}
        what = "ownership mark" if is_of_mark else ", ".join(canonical_content.split(record.content))
        row = (record.name, record.type)
        table.add_row(
            plain(step.what, style=COLOURS[step.what]),
            *map(plain, row),
            plain(what, style="dim" if is_of_mark else ""),
            plain(step.note, style="dim"),
        )
    console.print(table)


def print_staying(console: Console, way: Way) -> None:
    """Print the record sets that stay, and why."""
    for one in way.release.staying:
        said = f" {one.name} {one.type}: {one.why}"
        console.print(styled(("stays ours:", "bold yellow"), said), soft_wrap=True)


def print_gone(console: Console, gone: ReleaseOutcome, receiver: Receiver | None) -> None:
    """Print what was done."""
    done = gone.way.done
    given = sum(bool(one.their_mark) for one in done)
    parts = []
    if receiver and given:
        parts.append(f"{plural(given, 'record set')} given to {receiver.tool}, owner {receiver.owner}")
    if len(done) > given:
        parts.append(f"{plural(len(done) - given, 'record set')} let go")
    said = ", ".join(parts) or "nothing was released"
    console.print(styled(("done", "green"), f": {said}; the records are as they were"), soft_wrap=True)


def steps_document(found: tuple[ReleaseStep, ...], way: Way) -> dict[str, object]:
    """Return the JSON document of the steps and of what stays."""
    return {
        "steps": [{"step": one.what, "why": one.note, **documents.record_document(one.record)} for one in found],
        "staying": _staying(way),
    }


def gone_document(gone: ReleaseOutcome) -> dict[str, object]:
    """Return the JSON document of what was done."""
    done = gone.way.done
    return {
        "given": [_name(one) for one in done if one.their_mark],
        "let_go": [_name(one) for one in done if not one.their_mark],
        "staying": _staying(gone.way),
        "engine_runs": len(gone.runs),
    }


def _staying(way: Way) -> list[dict[str, object]]:
    return [{"name": one.name, "type": one.type, "why": one.why, "meant": one.is_meant} for one in way.release.staying]


def _name(one: LeavingSet) -> str:
    return f"{one.record_set.name}/{one.record_set.type}"


def _records(one: LeavingSet) -> tuple[Record, ...]:
    """Return the records of a set as they are in the end, without its marks."""
    return tuple(
        record
        for record in declared_records(one.declared).values()
        if (record.name, record.type) == (one.record_set.name, one.record_set.type)
    )


def _marking(change: Change) -> str:
    """Return the word for a change of a run: each makes or takes a mark."""
    return THEIR_MARK if change.action is Action.CREATE else OUR_MARK
