"""`truenorth status`: what is owned, and whether the zone still has it so."""

from __future__ import annotations

import json
import os
import sys

from cli.options import Json, SettingsFile, Stack


def status(stack: Stack = "demo", settings: SettingsFile = None, as_json: Json = False) -> None:
    """Show the names, what the zone has for them, and what differs. Touches nothing.

    Example: `truenorth status --stack home --json`
    """
    from rich.console import Console
    from rich.table import Table

    from cli import tables
    from cli.converge import look
    from cli.workplace import open_workplace
    from stacks.plan.planner import declared_records
    from stacks.values import Known

    console = Console(stderr=as_json)
    workplace = open_workplace(stack, settings, os.environ)
    seen = look(workplace)
    pending = {change.logical_name: change for change in seen.changes}
    if as_json:
        document = tables.convergence_document(seen) | {
            "addresses": {
                family.value: [str(address) for address in found.value] if isinstance(found, Known) else None
                for family, found in seen.observation.addresses
            }
        }
        sys.stdout.write(json.dumps(document, sort_keys=True) + "\n")
        return
    for family, found in seen.observation.addresses:
        text = ", ".join(map(str, found.value)) if isinstance(found, Known) else f"unknown: {found.reason}"
        console.print(f"WAN {family.value}: {text}", highlight=False)
    table = Table(box=None)
    for column in ("name", "type", "content", "ttl", "proxied", "state"):
        table.add_column(column)
    for record_set in seen.plan.record_sets:
        for logical_name, record in declared_records(record_set).items():
            change = pending.pop(logical_name, None)
            state = f"[yellow]{change.action.value}[/]" if change else "[green]right[/]"
            ttl = "auto" if record.ttl == 1 else str(record.ttl)
            table.add_row(record.name, record.type, record.content, ttl, "yes" if record.proxied else "no", state)
    for change in pending.values():
        record = change.record
        table.add_row(record.name, record.type, record.content, "", "", f"[red]{change.action.value}[/]")
    console.print(table)
    tables.print_plan_notes(console, seen.plan)
    console.print(
        f"{len(seen.changes)} to do: truenorth up --stack {stack}" if seen.changes else "[green]all as it should be[/]"
    )
