"""`truenorth compare`: hold what another tool has in the zone against what the stack would have there."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.moving.takeover import (
    FromComment,
    FromName,
    FromOwner,
    Tool,
    at_names,
    options_line,
    takeover_asked,
)
from cli.commands.shared.command import command_session
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack, State
from cli.exit_codes import CHANGED


def compare(  # noqa: PLR0913 - the options of the command
    tool: Annotated[Tool, typer.Option("--from", help="Compare with this tool.")],
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    *,
    project: ProjectFolder = None,
    owner: FromOwner = "",
    names: FromName = None,
    comment: FromComment = "",
    as_json: Json = False,
) -> None:
    """Hold what another tool has made beside what the stack would have, name by name; touch nothing.

    Both may run meanwhile: the other tool's records are known by its marks, and what the stack would have is read from
    the same objects. It says whether it is safe to switch, by which commands, or what is to be settled first.
    Exit code 6: they are not the same.

    Example: `truenorth compare --stack home --from external-dns --from-owner default`
    """
    from dataclasses import replace

    from cli.output import comparison, tables
    from cli.reconcile.look import ConvergenceOptions, look
    from cli.reconcile.result import require_all_read
    from stacks.plan.comparison import compare as compared

    takeover = takeover_asked(tool, owner, comment)
    with command_session(stack, settings, state, project=project, as_json=as_json) as command:
        chosen = command.session.settings
        takeover = at_names(takeover, names or (), chosen)
        seen = look(command.session, ConvergenceOptions(takeover=takeover))
        found = compared(chosen, seen.observation, seen.plan, takeover)
        switch = comparison.Switch(
            tool.value, owner, command.session.stack, options_line(tool, owner, names or (), comment)
        )
        if as_json:
            command.print_event("result", comparison.comparison_document(found, switch))
        else:
            tables.print_unmet(command.console, seen)
            tables.print_plan_notes(command.console, replace(seen.plan, conflicts=(), frozen=()))
            comparison.print_comparison(command.console, found)
            comparison.print_verdict(command.console, found, switch)
        require_all_read(seen)
    if not found.is_safe:
        raise typer.Exit(CHANGED)
