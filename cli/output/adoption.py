"""Lists and prints the steps of an adoption: of the run that imports, and of the runs after it, which correct."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from cli.findings.changes import difference, is_mark
from cli.output import documents, tables
from cli.reconcile.look import Amend, as_it_is
from cli.reconcile.result import Convergence
from cli.terminal import plain
from components.marks.heritage import described
from stacks.plan.changes import Action, Change, changes, same
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.records.holders import HeldRecord, held
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings

FURTHER_RUNS = 2
"""One deletes what was taken over and is not wanted, one makes what could not be made beside that."""
COLOURS = {"import": "cyan", "import mark": "cyan", "import, change": "yellow", "new mark": "green"}


@dataclass(frozen=True, slots=True)
class AdoptionStep:
    """A change of a record, in words. of: the former owner of the record; "" where no mark names one."""

    what: str
    change: Change
    of: str


def adopts(seen: Convergence) -> bool:
    """Return whether anything is adopted, or an interrupted adoption is to be finished."""
    return any(change.action is Action.ADOPT or change.resource.is_former_mark for change in seen.changes)


def steps(settings: Settings, seen: Convergence, amend: Amend = as_it_is) -> tuple[AdoptionStep, ...]:
    """Return the steps of all runs, in order. A mark that is imported to be deleted makes one step.

    amend: of each run's plan, as in `ConvergenceOptions`.
    """
    then: list[Change] = []
    plan, observation = seen.plan, seen.observation
    for _ in range(FURTHER_RUNS):
        observation = carried_out(plan, observation)
        plan = amend(make_plan(settings, observation), observation)
        then += changes(plan, observation)
    owners = {one.live.record: described(one.mark) for one in held(settings, seen.observation)}
    found = [(_first(change), change) for change in seen.changes if not _is_import_to_delete(change)]
    found += [(_then(change), change) for change in then]
    return tuple(
        AdoptionStep(what, change, owners.get(change.before, "") if change.before else "") for what, change in found
    )


def print_steps(console: Console, found: tuple[AdoptionStep, ...]) -> None:
    """Print the steps, a line each."""
    table = Table(box=None, show_header=False, pad_edge=True)
    for step in found:
        record = step.change.record
        colour = COLOURS.get(step.what) or tables.COLOURS[step.change.action]
        is_of_mark = step.change.resource.is_former_mark or is_mark(record)
        what = plain("ownership mark", style="dim") if is_of_mark else difference(step.change)
        table.add_row(
            plain(step.what, style=colour),
            record.name,
            record.type,
            what,
            plain(step.of or step.change.why, style="dim"),
        )
    console.print(table)


def print_why_nothing(console: Console, seen: Convergence, takeover: Takeover) -> None:
    """Print what would take over the records at wanted names, where nothing was taken: the conflicts say it each."""
    if takeover.tool != "truenorth":
        console.print(f"no record at a wanted name was found to be {takeover.tool}'s", soft_wrap=True)
    if any("truenorth adopt" in one.way for one in seen.plan.conflicts):
        console.print(
            "what stands at a wanted name is taken over by its name (--name NAME), by its comment (--from-comment "
            "REGEX), or by the tool that has made it (--from TOOL); for all names and every run: the setting adopt",
            soft_wrap=True,
        )


def print_left_alone(console: Console, left: tuple[HeldRecord, ...]) -> None:
    """Print the records that the other tool keeps."""
    for one in left:
        record = one.live.record
        console.print(
            f"left alone: {record.name} {record.type} {record.content} ({described(one.mark)}): "
            "not wanted by the settings",
            soft_wrap=True,
        )


def steps_document(found: tuple[AdoptionStep, ...], left: tuple[HeldRecord, ...]) -> dict[str, object]:
    """Return the JSON document of the steps and of the records that are left alone."""
    return {
        "steps": [
            {"step": step.what, "of": step.of, "why": step.change.why, **documents.change_document(step.change)}
            for step in found
        ],
        "left_alone": [{"of": described(one.mark), **documents.record_document(one.live.record)} for one in left],
    }


def _is_import_to_delete(change: Change) -> bool:
    return change.action is Action.ADOPT and change.resource.is_former_mark


def _first(change: Change) -> str:
    """Return the word for a change of the first run."""
    is_mark = change.resource.is_mark
    if change.resource.is_former_mark:
        return "remove old mark"
    if change.action is Action.CREATE and is_mark:
        return "new mark"
    if change.action is not Action.ADOPT:
        word: str = change.action.value
        return word
    if is_mark:
        return "import mark"
    return "import" if change.before and change.after and same(change.before, change.after) else "import, change"


def _then(change: Change) -> str:
    """Return the word for a change of the runs after it."""
    return "remove old mark" if change.resource.is_former_mark else f"then {change.action.value}"
