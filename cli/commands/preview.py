"""`truenorth preview`: what `up` would do."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Json, Purge, SettingsFile, Stack

Saved = Annotated[
    Path | None,
    typer.Option("--save", help="Write the plan to this file, for `truenorth up --plan`.", dir_okay=False),
]


def preview(
    stack: Stack = "demo",
    settings: SettingsFile = None,
    engine: Annotated[bool, typer.Option("--engine", help="Ask the Pulumi engine too, resource by resource.")] = False,
    as_json: Json = False,
    save: Saved = None,
    purge: Purge = None,
) -> None:
    """Show what `up` would do, and touch nothing.

    Example: `truenorth preview --stack home`
    """
    from rich.console import Console

    from cli import documents, saved_plan, tables
    from cli.converge import declare, look, require_all_read
    from cli.engine import stack as stacks_of_engine
    from cli.engine.view import listening
    from cli.workplace import open_workplace, purging

    console = Console(stderr=as_json)
    workplace = purging(open_workplace(stack, settings, os.environ), purge)
    seen = look(workplace)
    if save:
        saved_plan.save(save, stack, seen, purge=purge)
    if engine:
        with listening(console, json_lines=as_json) as listener:
            stacks_of_engine.preview(workplace, declare(workplace, seen), listener)
    if as_json:
        sys.stdout.write(json.dumps({"event": "result", **documents.convergence_document(seen)}, sort_keys=True) + "\n")
        require_all_read(seen)
        return
    tables.print_plan_notes(console, seen.plan)
    tables.print_changes(console, seen.changes)
    tables.print_balancing(console, seen.geo_changes)
    tables.print_refusals(console, seen)
    parts = [f"{count} to {action.value}" for action, count in tables.tally(seen.changes).items()]
    parts += [f"{len(seen.geo_changes)} of load balancing"] if seen.geo_changes else []
    counted = ", ".join(parts)
    console.print(f"would do: {counted}" if counted else "[green]nothing to do[/]")
    if save:
        console.print(f"saved: truenorth up --plan {save}", markup=False, highlight=False, soft_wrap=True)
    require_all_read(seen)
