"""`truenorth adopt`: take records into the stack that it does not know, by our own marks or from another tool."""

from __future__ import annotations

import json
import os
import sys
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.options import Json, SettingsFile, Stack, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from cli.reconcile.result import Convergence
    from stacks.plan.records.adoption import Takeover
    from stacks.plan.safety.permission import Permission


class Tool(Enum):
    """The tools whose records can be taken over."""

    EXTERNAL_DNS = "external-dns"
    CLOUDFLARE_DDNS = "cloudflare-ddns"
    ROUTEFLARE = "routeflare"


def adopt(  # noqa: PLR0913 - the options of the command
    stack: Stack = "demo",
    settings: SettingsFile = None,
    state: State = "",
    *,
    tool: Annotated[Tool | None, typer.Option("--from", help="Take over from this tool.")] = None,
    owner: Annotated[
        str,
        typer.Option("--from-owner", help="Only what this owner id of the tool has marked; all of its if left out."),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; the guard holds all the same.")] = False,
    as_json: Json = False,
) -> None:
    """Take records into the stack that it does not know.

    Without `--from`, state that was lost is rebuilt from our own marks in the zone. With it, what another tool has
    made at wanted names becomes ours: the records are imported, our marks are written, that tool's marks are removed.
    Its other records are listed and left alone. routeflare marks nothing: what is unmarked at a wanted name is taken.

    Every step is printed first. Stop the other tool before.

    Example: `truenorth adopt --stack home --from external-dns --from-owner default`
    """
    from rich.console import Console

    from cli.output import documents, tables
    from cli.output.run_view import listening
    from cli.reconcile import adoption
    from cli.reconcile.confirm import confirmations
    from cli.reconcile.converge import converge, look
    from cli.reconcile.recovering import end
    from cli.reconcile.result import require_all_read
    from cli.recovery.recover import printing_on, recover
    from cli.session.open import open_session
    from stacks.plan.records.holders import left_alone

    takeover = _takeover(tool, owner)
    console = Console(stderr=as_json)
    session = open_session(stack, settings, os.environ, state)
    recover(session, printing_on(console))
    seen = look(session, takeover=takeover)
    found = adoption.steps(session.settings, seen) if adoption.adopts(seen) else ()
    left = left_alone(session.settings, seen.observation, seen.plan, takeover)
    tables.print_plan_notes(console, seen.plan)
    adoption.print_left_alone(console, left)
    if as_json:
        _print_json("steps", adoption.steps_document(found, left))
    if not found:
        pending = "; for what is to be done otherwise: truenorth up" if seen.changes else ""
        console.print(f"[green]nothing to adopt[/]{pending}")
        if as_json:
            _print_json("result", documents.convergence_document(seen) | {"changes": []})
        return
    adoption.print_steps(console, found)
    permission = _permission(console, len(found), tool, stack, yes=yes)
    planned = _unless_it_has_changed(seen)
    with listening(console, json_lines=as_json) as listener:
        done = converge(session, listener, planned=planned, takeover=takeover, permission=permission)
    end(session, done)
    tables.print_outcome(console, done)
    outcomes = confirmations(session.settings, done)
    tables.print_confirmation(console, outcomes)
    if as_json:
        confirmed = {"confirmation": documents.confirmation_document(outcomes)}
        _print_json("result", documents.convergence_document(done) | confirmed)
    require_all_read(done)


def _takeover(tool: Tool | None, owner: str) -> Takeover:
    from stacks.model.errors import UserError
    from stacks.plan.records.adoption import Takeover

    if tool is None and owner:
        raise UserError("--from-owner names an owner of no tool", "truenorth adopt", "say which with --from")
    if tool is Tool.ROUTEFLARE and owner:
        raise UserError("routeflare marks no owner", "--from-owner", "leave --from-owner out")
    return Takeover(tool.value if tool else "truenorth", owner)


def _permission(console: Console, steps: int, tool: Tool | None, stack: str, *, yes: bool) -> Permission:
    """The word to begin. Who has read the steps allows what the guard would refuse; --yes leaves that to the guard.

    Raises UserError where nobody can be asked, and typer.Abort where the answer is no.
    """
    from stacks.model.errors import UserError
    from stacks.plan.safety.permission import Permission

    if tool:
        console.print(
            f"[bold yellow]stop {tool.value} first[/]: while it runs, it may change these records back",
            highlight=False,
            soft_wrap=True,
        )
    if yes:
        return Permission()
    noun = "step" if steps == 1 else "steps"
    if not sys.stdin.isatty():
        raise UserError(
            f"{steps} {noun} would be taken and nobody can be asked", f"stack {stack}", "repeat the command with --yes"
        )
    typer.confirm(f"Take {'this' if steps == 1 else 'these'} {steps} {noun}?", abort=True)
    return Permission(by="the steps that were shown and confirmed")


def _unless_it_has_changed(shown: Convergence) -> Callable[[Convergence], None]:
    """Raise ObservationError before the first run where it would do something else than was shown."""
    from stacks.model.errors import ObservationError

    looks: list[Convergence] = []

    def check(seen: Convergence) -> None:
        looks.append(seen)
        if len(looks) == 1 and seen.changes != shown.changes:
            raise ObservationError(
                "the zone or the addresses have changed since the steps were shown: nothing was done"
            )

    return check


def _print_json(event: str, document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps({"event": event, **document}, sort_keys=True) + "\n")
