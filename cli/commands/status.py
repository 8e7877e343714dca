"""`truenorth status`: what is owned, and whether the zone still has it so."""

from __future__ import annotations

import json
import os
import sys

from cli.commands.shared.options import Json, SettingsFile, Stack, State


def status(stack: Stack = "demo", settings: SettingsFile = None, state: State = "", as_json: Json = False) -> None:
    """Show the names, what the zone has for them, and what differs. Touches nothing.

    Example: `truenorth status --stack home --json`
    """
    from rich.console import Console

    from cli.output import documents, tables
    from cli.reconcile.converge import look
    from cli.reconcile.result import require_all_read
    from cli.session.open import open_session

    console = Console(stderr=as_json)
    seen = look(open_session(stack, settings, os.environ, state))
    if as_json:
        document = documents.convergence_document(seen) | {"addresses": documents.addresses_document(seen)}
        sys.stdout.write(json.dumps(document, sort_keys=True) + "\n")
        require_all_read(seen)
        return
    tables.print_addresses(console, seen)
    tables.print_records(console, seen)
    tables.print_plan_notes(console, seen.plan)
    tables.print_balancing(console, seen.geo_changes)
    pending = len(seen.changes) + len(seen.geo_changes)
    console.print(f"{pending} to do: truenorth up --stack {stack}" if pending else "[green]all as it should be[/]")
    require_all_read(seen)
