"""`truenorth preview`: show the changes that `up` would make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.command import command_session
from cli.commands.shared.options import (
    Ci,
    ExpectNoChanges,
    Json,
    ProjectFolder,
    Purge,
    SettingsFile,
    Stack,
    State,
    Summary,
)
from cli.exit_codes import CHANGED

if TYPE_CHECKING:
    from rich.console import Console

    from cli.commands.shared.command import CommandSession
    from cli.reconcile.result import Convergence

Saved = Annotated[
    Path | None,
    typer.Option("--save", help="Write the plan to this file, for `truenorth up --plan`.", dir_okay=False),
]


def preview(  # noqa: PLR0913 - the options of the command
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    *,
    project: ProjectFolder = None,
    engine: Annotated[bool, typer.Option("--engine", help="Ask the Pulumi engine too, resource by resource.")] = False,
    as_json: Json = False,
    save: Saved = None,
    purge: Purge = None,
    ci: Ci = False,
    summary: Summary = None,
    expect_no_changes: ExpectNoChanges = False,
) -> None:
    """Show what `up` would do, and touch nothing.

    Example: `truenorth preview --stack home`
    """
    from cli.output import documents
    from cli.reconcile import saved_plan
    from cli.reconcile.look import ConvergenceOptions, look
    from cli.reconcile.refused_before import with_refused
    from cli.reconcile.result import require_all_read
    from cli.recovery.recover import foreseen

    with command_session(
        stack, settings, state, project=project, as_json=as_json, purge=purge, ci=ci, summary=summary
    ) as command:
        options = ConvergenceOptions(takeover=foreseen(command.session))
        seen = look(command.session, with_refused(command.session, options, left_out=False))
        command.report.planned(seen)
        if save:
            saved_plan.save(save, stack, seen, purge=purge)
        if engine:
            _ask_engine(command, seen)
        if as_json:
            command.print_event("result", documents.convergence_document(seen))
        else:
            _show(command.console, seen, stack, save)
        require_all_read(seen)
    if expect_no_changes and seen.is_changing:
        raise typer.Exit(CHANGED)


def _ask_engine(command: CommandSession, seen: Convergence) -> None:
    """Let the engine preview each stack of the estate."""
    from cli.reconcile.apply import declare
    from cli.session import stack
    from cli.shards.parts import parts

    session = command.session
    planned = seen.plan, seen.observation, seen.changes, seen.geo_changes, session.stack
    todo = parts(session.settings.guard, *planned, list_changes=seen.list_changes, every=True)
    with command.listening() as listener:
        for part in todo:
            stack.preview(session.at(part.stack), declare(session, seen, part), listener)


def _show(console: Console, seen: Convergence, stack: str, saved: Path | None) -> None:
    from cli.findings import changes
    from cli.output import tables
    from cli.terminal import plain
    from stacks.plan.sharding import moves

    tables.print_unmet(console, seen)
    tables.print_plan_notes(console, seen.plan)
    tables.print_changes(console, seen.changes)
    tables.print_beside(console, seen)
    tables.print_refusals(console, seen)
    counted = ", ".join(changes.counted(seen, changes.TO_DO))
    console.print(f"would do: {counted}" if counted else plain("nothing to do", "green"))
    if urns := moves(seen.plan, seen.observation.registry, stack):
        count = sum(map(len, urns.values()))
        console.print(f"{count} records would move from one stack to another; no zone is touched")
    if saved:
        console.print(f"saved: truenorth up --plan {saved}", soft_wrap=True)
