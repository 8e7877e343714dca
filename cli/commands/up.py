"""`truenorth up`: make the zone as the settings and the addresses want it."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer

from cli.options import Json, SettingsFile, Stack


def up(
    stack: Stack = "demo",
    settings: SettingsFile = None,
    always: Annotated[bool, typer.Option("--always", help="Run the engine even where nothing is to be done.")] = False,
    as_json: Json = False,
) -> None:
    """Make the zone as the settings and the addresses want it.

    Looks at the addresses, the zone and the state at the same time, says what it will do, and runs the Pulumi engine
    once. Where nothing is to be done no engine is run. Records of others are never touched.

    Example: `truenorth up --stack home`
    """
    from rich.console import Console

    from cli import tables
    from cli.converge import Convergence, converge
    from cli.engine.view import listening
    from cli.workplace import open_workplace

    console = Console(stderr=as_json)
    workplace = open_workplace(stack, settings, os.environ)

    def planned(seen: Convergence) -> None:
        tables.print_plan_notes(console, seen.plan)
        tables.print_changes(console, seen.changes)

    with listening(console, json_lines=as_json) as listener:
        done = converge(workplace, listener, planned=planned, always=always)
    if as_json:
        sys.stdout.write(json.dumps({"event": "result", **tables.convergence_document(done)}, sort_keys=True) + "\n")
    tables.print_outcome(console, done)
