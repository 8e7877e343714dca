"""`truenorth up`: make the zone as the settings and the addresses want it."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.options import Ci, ExpectNoChanges, Json, Purge, SettingsFile, Stack, State, Summary
from cli.exit_codes import CHANGED

if TYPE_CHECKING:
    from rich.console import Console

    from cli.ci.report import Report
    from cli.events import Unwritten
    from cli.reconcile.confirm import Outcome
    from cli.reconcile.result import Convergence
    from cli.reconcile.saved_plan import SavedPlan
    from cli.session.session import Session
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
    bool, typer.Option("--detailed-exitcode", help="End with exit code 6 where something was changed, 0 where nothing.")
]


def up(  # noqa: PLR0913 - the options of the command
    stack: Stack = "demo",
    settings: SettingsFile = None,
    state: State = "",
    *,
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
    from cli.ci.report import console_of, is_pending, reporting
    from cli.commands.preview import preview
    from cli.output import documents
    from cli.reconcile import saved_plan
    from cli.reconcile.result import require_all_read
    from cli.session.open import open_session, purging
    from stacks.plan.safety.permission import Permission

    if expect_no_changes:
        if plan:
            raise typer.BadParameter("it changes nothing, and a plan is to be carried out", param_hint="--plan")
        preview(stack, settings, state, as_json=as_json, purge=purge, ci=ci, summary=summary, expect_no_changes=True)
        return
    console = console_of(os.environ, ci=ci, stderr=as_json)
    with reporting(stack, os.environ, summary, ci=ci, as_json=as_json) as report:
        reviewed = saved_plan.load(plan, stack) if plan else None
        purge = reviewed.purge if reviewed and purge is None else purge
        session = purging(open_session(stack, settings, os.environ, state), purge)
        by = f"the reviewed plan {plan}" if plan else "--force" if force else ""
        how = _Manner(console, report, reviewed, Permission(by, allow), always, as_json, live=not ci)
        done, outcomes = _carry_out(session, how)
        if as_json:
            confirmed = {"confirmation": documents.confirmation_document(outcomes)}
            document = {"event": "result", **documents.convergence_document(done), **confirmed}
            sys.stdout.write(json.dumps(document, sort_keys=True) + "\n")
        require_all_read(done)
    if detailed_exitcode and done.runs and is_pending(done):
        raise typer.Exit(CHANGED)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a run is carried out, and told."""

    console: Console
    report: Report
    reviewed: SavedPlan | None
    permission: Permission
    always: bool
    json_lines: bool
    live: bool


def _carry_out(session: Session, how: _Manner) -> tuple[Convergence, tuple[Outcome, ...]]:
    """Converge, tell of it as it goes on, and ask the name servers in the end."""
    from cli.feedback.telling import telling
    from cli.findings.events import finding
    from cli.output import tables
    from cli.output.run_view import listening
    from cli.reconcile import saved_plan
    from cli.reconcile.confirm import confirmations
    from cli.reconcile.converge import converge
    from cli.reconcile.recovering import recovering
    from cli.recovery.telling import on

    console, reviewed = how.console, how.reviewed
    unchecked: list[SavedPlan] = []

    def planned(seen: Convergence) -> None:
        how.report.planned(seen)
        if unchecked:  # a second look, which puts right what was taken over, has no plan of its own
            checked = unchecked.pop()
            saved_plan.check(checked, seen)
            console.print(f"as reviewed in {checked.file}", markup=False, highlight=False)
        teller.planned(seen)
        tables.print_plan_notes(console, seen.plan)
        tables.print_changes(console, seen.changes)
        tables.print_balancing(console, seen.geo_changes)
        if seen.allowed_by:
            tables.print_refusals(console, seen)

    def untold(event: Unwritten) -> None:
        tables.print_findings(console, [finding(event)])

    with telling(session.settings.each_cluster(), os.environ, untold) as teller:
        with listening(console, json_lines=how.json_lines, live=how.live) as listener:

            def run(takeover: Takeover | None) -> Convergence:
                unchecked[:] = [reviewed] if reviewed else []
                return converge(
                    session,
                    listener,
                    planned=planned,
                    always=how.always,
                    permission=how.permission,
                    takeover=takeover,
                )

            done = recovering(session, on(console), run)
        how.report.done(done)
        teller.tell(done)
        tables.print_outcome(console, done)
        outcomes = confirmations(session.settings, done)
        tables.print_confirmation(console, outcomes)
    return done, outcomes
