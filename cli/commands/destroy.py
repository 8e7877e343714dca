"""`truenorth destroy`: delete what the stack owns."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer

from cli.commands.shared.options import Json, SettingsFile, Stack, State


def destroy(
    stack: Stack = "demo",
    settings: SettingsFile = None,
    state: State = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete every record that this stack owns, and its marks. Records of others are never touched.

    Of load balancers it takes its own pool; the last pool's stack deletes the load balancer.

    Example: `truenorth destroy --stack home --yes`
    """
    from rich.console import Console

    from cli.output.run_view import listening
    from cli.reconcile.destroy import remove
    from cli.recovery.recover import printing_on, recover
    from cli.session.open import open_session
    from cli.state.registries import registry_of_estate
    from stacks.model.errors import UserError

    console = Console(stderr=as_json)
    session = open_session(stack, settings, os.environ, state)
    recover(session, printing_on(console))
    registry = registry_of_estate(session)
    if not registry.records and not registry.geo.registered:
        console.print("[green]nothing to do[/]: the stack owns no records")
        _print_result(as_json, [])
        return
    for registered in registry.records:
        console.print(f"  delete {registered.record.name} {registered.record.type} {registered.record.content}")
    if registry.geo.registered:
        console.print("  leave the load balancers, and delete the own pool")
    if not yes:
        if not sys.stdin.isatty():
            raise UserError(
                f"{len(registry.records)} records would be deleted, and nobody can be asked",
                f"stack {stack}",
                "repeat the command with --yes",
            )
        typer.confirm(f"Delete these {len(registry.records)} records?", abort=True)
    with listening(console, json_lines=as_json) as listener:
        remove(session, registry, listener)
    _print_result(as_json, [registered.logical_name for registered in registry.records])
    console.print(f"[green]done[/]: {len(registry.records)} deleted")


def _print_result(as_json: bool, deleted: list[str]) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"event": "result", "deleted": deleted}, sort_keys=True) + "\n")
