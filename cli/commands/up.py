"""`truenorth up`: make the zone as the settings and the addresses want it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from cli.exit_codes import CHANGED, DISAGREED

if TYPE_CHECKING:
    from rich.console import Console

    from cli.commands.shared.command import CommandSession
    from cli.events import Unwritten
    from cli.reconcile.result import Convergence
    from cli.reconcile.saved_plan import SavedPlan
    from stacks.plan.records.adoption import Takeover
    from stacks.plan.safety.permission import Permission

Force = Annotated[
    bool, typer.Option("--force", envvar="TRUENORTH_FORCE", help="Do it even where the guard refuses, this once.")
]
Allow = Annotated[
    str, typer.Option("--allow", metavar="WORD", help="Allow the changes that a refusal has given this word for.")
]
ReviewedPlan = Annotated[
    Path | None,
    typer.Option(
        "--plan", help="Do exactly what `preview --save` has written to this file, or refuse.", dir_okay=False
    ),
]
DetailedExitCode = Annotated[
    bool,
    typer.Option(
        "--detailed-exitcode",
        help="End with exit code 3 where the sources of an address disagree, 6 where something was changed, else 0.",
    ),
]


def up(  # noqa: PLR0913 - the options of the command
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    *,
    project: ProjectFolder = None,
    always: Annotated[bool, typer.Option("--always", help="Run the engine even where nothing is to be done.")] = False,
    as_json: Json = False,
    force: Force = False,
    allow: Allow = "",
    plan: ReviewedPlan = None,
    purge: Purge = None,
    ci: Ci = False,
    summary: Summary = None,
    expect_no_changes: ExpectNoChanges = False,
    detailed_exitcode: DetailedExitCode = False,
) -> None:
    """Make the zone as the settings and the addresses want it.

    Looks at the addresses, the zone and the state at the same time, says what it will do, and runs the Pulumi engine
    once. Where nothing is to be done no engine is run. Records of others are never touched. A run that would update or
    delete too much at once is refused until a person has allowed it (exit code 5).

    Example: `truenorth up --stack home`
    """
    from cli.commands.preview import preview
    from cli.reconcile.result import require_all_read, require_all_taken
    from stacks.observe.wan.agreement.consensus import is_disagreement
    from stacks.plan.safety.permission import Permission

    shown: dict[str, Any] = {"project": project, "as_json": as_json, "purge": purge, "ci": ci, "summary": summary}
    if expect_no_changes:
        if plan:
            raise typer.BadParameter("it changes nothing, and a plan is to be carried out", param_hint="--plan")
        preview(stack, settings, state, expect_no_changes=True, **shown)
        return
    permission = Permission(f"the reviewed plan {plan}" if plan else "--force" if force else "", allow)
    with command_session(stack, settings, state, plan=plan, **shown) as command:
        done, document = _carry_out(command, permission, always=always)
        command.print_event("result", document)
        require_all_taken(done)
        require_all_read(done)
    if detailed_exitcode and any(is_disagreement(one.addresses) for one in done.observation.addresses):
        raise typer.Exit(DISAGREED)
    if detailed_exitcode and done.runs and done.is_changing:
        raise typer.Exit(CHANGED)


def _carry_out(
    command: CommandSession, permission: Permission, *, always: bool
) -> tuple[Convergence, dict[str, object]]:
    """Converge, print the plan and the progress, ask the name servers in the end, and return the JSON document too."""
    from cli.feedback.telling import telling
    from cli.findings.events import finding
    from cli.output import tables
    from cli.reconcile.converge import converge
    from cli.reconcile.look import ConvergenceOptions
    from cli.reconcile.recovering import recovering
    from cli.recovery.recover import printing_on

    session, console = command.session, command.console
    unchecked: list[SavedPlan] = []

    def planned(seen: Convergence) -> None:
        command.report.planned(seen)
        # A second pass, which corrects what was adopted, has no plan of its own.
        _check(command, unchecked.pop() if unchecked else None, seen)
        teller.planned(seen)
        _print_plan(console, seen)

    def unwritten(event: Unwritten) -> None:
        tables.print_findings(console, [finding(event)])

    with telling(session.settings.each_cluster(), os.environ, unwritten) as teller:
        with command.listening() as listener:

            def run(takeover: Takeover | None) -> Convergence:
                unchecked[:] = [command.reviewed] if command.reviewed else []
                options = ConvergenceOptions(takeover=takeover, permission=permission, always=always)
                return converge(session, listener, options, planned=planned)

            done = recovering(session, printing_on(console), run)
        command.report.done(done)
        teller.tell(done)
        document = command.print_outcome(done)
    return done, document


def _check(command: CommandSession, reviewed: SavedPlan | None, seen: Convergence) -> None:
    """Raise Refused where the plan is not the reviewed one."""
    from cli.reconcile import saved_plan

    if reviewed:
        saved_plan.check(reviewed, seen)
        command.console.print(f"as reviewed in {reviewed.file}")


def _print_plan(console: Console, seen: Convergence) -> None:
    from cli.output import tables

    tables.print_unmet(console, seen)
    tables.print_plan_notes(console, seen.plan)
    tables.print_changes(console, seen.changes)
    tables.print_beside(console, seen)
    if seen.allowed_by:
        tables.print_refusals(console, seen)
