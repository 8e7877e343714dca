"""`truenorth status`: show the owned records, and whether the zone still has them so."""

from __future__ import annotations

from cli.commands.shared.command import command_session, print_json
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack, State


def status(
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    project: ProjectFolder = None,
    as_json: Json = False,
) -> None:
    """Show the names, the zone's records for them, and the differences. Touches nothing.

    Example: `truenorth status --stack home --json`
    """
    from cli.findings.outcome import of_plan
    from cli.output import documents, tables
    from cli.reconcile.look import DEFAULTS, look
    from cli.reconcile.refused_before import with_refused
    from cli.reconcile.result import require_all_read
    from cli.terminal import plain

    with command_session(stack, settings, state, project=project, as_json=as_json) as command:
        options = with_refused(command.session, DEFAULTS, left_out=True)
        seen, console = look(command.session, options), command.console
        if as_json:
            print_json(documents.convergence_document(seen) | {"addresses": documents.addresses_document(seen)})
        else:
            tables.print_addresses(console, seen)
            tables.print_records(console, seen)
            tables.print_lists(console, seen)
            tables.print_unmet(console, seen)
            tables.print_plan_notes(console, seen.plan)
            tables.print_beside(console, seen)
            pending = seen.pending
            if pending:
                console.print(f"{pending} to do: truenorth up --stack {stack}")
            elif all(one.severity in {"note", "good"} for one in of_plan(seen.plan)):
                console.print(plain("all as it should be", "green"))
            else:
                console.print("nothing to do but what is said above")
        require_all_read(seen)
