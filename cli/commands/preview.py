"""`truenorth preview`: what `up` would do."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer

from cli.options import Json, SettingsFile, Stack


def preview(
    stack: Stack = "demo",
    settings: SettingsFile = None,
    engine: Annotated[bool, typer.Option("--engine", help="Ask the Pulumi engine too, resource by resource.")] = False,
    as_json: Json = False,
) -> None:
    """Show what `up` would do, and touch nothing.

    Example: `truenorth preview --stack home`
    """
    from rich.console import Console

    from cli import tables
    from cli.converge import declare, look
    from cli.engine import stack as stacks_of_engine
    from cli.engine.view import listening
    from cli.workplace import open_workplace

    console = Console(stderr=as_json)
    workplace = open_workplace(stack, settings, os.environ)
    seen = look(workplace)
    if engine:
        with listening(console, json_lines=as_json) as listener:
            stacks_of_engine.preview(workplace, declare(workplace, seen), listener)
    if as_json:
        sys.stdout.write(json.dumps({"event": "result", **tables.convergence_document(seen)}, sort_keys=True) + "\n")
        return
    tables.print_plan_notes(console, seen.plan)
    tables.print_changes(console, seen.changes)
    counted = ", ".join(f"{count} to {action.value}" for action, count in tables.tally(seen.changes).items())
    console.print(f"would do: {counted}" if counted else "[green]nothing to do[/]")
