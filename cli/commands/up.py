"""`truenorth up`: make the zone as the settings and the addresses want it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Json, Purge, SettingsFile, Stack

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


def up(  # noqa: PLR0913 - the options of the command
    stack: Stack = "demo",
    settings: SettingsFile = None,
    *,
    always: Annotated[bool, typer.Option("--always", help="Run the engine even where nothing is to be done.")] = False,
    as_json: Json = False,
    force: Force = False,
    allow: Allow = "",
    plan: ReviewedPlan = None,
    purge: Purge = None,
) -> None:
    """Make the zone as the settings and the addresses want it.

    Looks at the addresses, the zone and the state at the same time, says what it will do, and runs the Pulumi engine
    once. Where nothing is to be done no engine is run. Records of others are never touched. A run that would update or
    delete too much at once is refused until a person has allowed it (exit code 5).

    Example: `truenorth up --stack home`
    """
    from rich.console import Console

    from cli import documents, saved_plan, tables
    from cli.confirmation import confirmations
    from cli.converge import Convergence, converge, require_all_read
    from cli.engine.view import listening
    from cli.feedback.telling import telling
    from cli.feedback.unwritten import Unwritten
    from cli.workplace import open_workplace, purging
    from stacks.permission import Permission

    console = Console(stderr=as_json)
    reviewed = saved_plan.load(plan, stack) if plan else None
    if reviewed and purge is None:
        purge = reviewed.purge
    workplace = purging(open_workplace(stack, settings, os.environ), purge)
    by = f"the reviewed plan {plan}" if plan else "--force" if force else ""
    unchecked = [reviewed] if reviewed else []

    def planned(seen: Convergence) -> None:
        if unchecked:  # a second look, which puts right what was taken over, has no plan of its own
            saved_plan.check(unchecked.pop(), seen)
            console.print(f"as reviewed in {plan}", markup=False, highlight=False)
        teller.planned(seen)
        tables.print_plan_notes(console, seen.plan)
        tables.print_changes(console, seen.changes)
        tables.print_balancing(console, seen.geo_changes)
        if seen.allowed_by:
            tables.print_refusals(console, seen)

    def untold(news: Unwritten) -> None:
        console.print(str(news), markup=False, highlight=False, soft_wrap=True)

    with telling(workplace.settings.each_cluster(), os.environ, untold) as teller:
        with listening(console, json_lines=as_json) as listener:
            done = converge(workplace, listener, planned=planned, always=always, permission=Permission(by, allow))
        teller.tell(done)
        tables.print_outcome(console, done)
        outcomes = confirmations(workplace.settings, done)
        tables.print_confirmation(console, outcomes)
    if as_json:
        document = {**documents.convergence_document(done), "confirmation": documents.confirmation_document(outcomes)}
        sys.stdout.write(json.dumps({"event": "result", **document}, sort_keys=True) + "\n")
    require_all_read(done)
