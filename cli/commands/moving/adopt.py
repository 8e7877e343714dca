"""`truenorth adopt`: take records into the stack, by our own marks or from another tool."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.moving.takeover import FromComment, FromName, FromOwner, Tool, at_names, takeover_asked
from cli.commands.shared.command import command_session, confirm
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from cli.commands.shared.command import CommandSession
    from cli.reconcile.look import ConvergenceOptions
    from cli.reconcile.result import Convergence
    from stacks.plan.safety.permission import Permission


def adopt(  # noqa: PLR0913 - the options of the command
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    *,
    project: ProjectFolder = None,
    tool: Annotated[Tool | None, typer.Option("--from", help="Take over from this tool.")] = None,
    owner: FromOwner = "",
    names: FromName = None,
    comment: FromComment = "",
    new: Annotated[bool, typer.Option("--new", help="Also make what is new, as `truenorth up` does.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; the guard holds all the same.")] = False,
    as_json: Json = False,
) -> None:
    """Take records into the stack that it does not know.

    Without `--from`, state that was lost is rebuilt from our own marks in the zone. With it, what another tool has
    made at wanted names becomes ours: the records are imported, our marks are written, that tool's marks are removed.
    Its other records are listed and left alone. routeflare marks nothing: what is unmarked at a wanted name is taken.
    Three of the tools that are called cloudflare-ddns mark nothing either: a record whose comment names it is taken,
    and one that is as wished in content and proxy; `--from-comment` says it more narrowly.

    Nothing new is made, and nothing else is changed: that waits for `truenorth up`. Every step is printed first. Stop
    the other tool before.

    Example: `truenorth adopt --stack home --from external-dns --from-owner default`
    """
    from cli.output import adoption, documents, tables
    from cli.reconcile.look import ConvergenceOptions, considered, look
    from cli.terminal import styled
    from stacks.plan.records.holders import left_alone
    from stacks.plan.records.only_adopted import adopted_sets, only_adopted

    takeover = takeover_asked(tool, owner, comment)
    with command_session(stack, settings, state, project=project, as_json=as_json) as command:
        command.recover()
        chosen = command.session.settings
        takeover = at_names(takeover, names or (), chosen)
        options = ConvergenceOptions(takeover=takeover)
        whole = seen = look(command.session, options)
        if not new and adoption.adopts(whole):
            options = replace(options, amend=partial(only_adopted, adopted=adopted_sets(whole.changes)))
            seen = considered(chosen, whole.observation, options)
        steps = adoption.steps(chosen, seen, options.amend) if adoption.adopts(seen) else ()
        left = left_alone(chosen, seen.observation, seen.plan, takeover)
        tables.print_unmet(command.console, seen)
        tables.print_plan_notes(command.console, seen.plan)
        adoption.print_left_alone(command.console, left)
        command.print_event("steps", adoption.steps_document(steps, left))
        if not steps:
            pending = "; for what is to be done otherwise: truenorth up" if seen.changes else ""
            command.console.print(styled(("nothing to adopt", "green"), pending))
            adoption.print_why_nothing(command.console, seen, takeover)
            command.print_event("result", documents.convergence_document(seen) | {"changes": []})
            return
        adoption.print_steps(command.console, steps)
        permission = _permission(command.console, len(steps), tool, command.session.stack, yes=yes)
        _adopt(command, seen, replace(options, permission=permission))
        if len(whole.changes) != len(seen.changes):
            command.console.print(styled("what is new or changes otherwise waits: ", ("truenorth up", "bold")))


def _adopt(command: CommandSession, shown: Convergence, options: ConvergenceOptions) -> None:
    """Take over the records, unless the plan has changed since its steps were shown."""
    from cli.reconcile.converge import converge
    from cli.reconcile.recovering import end
    from cli.reconcile.result import require_all_read

    with command.listening() as listener:
        done = converge(command.session, listener, options, planned=_unless_it_has_changed(shown))
    end(command.session, done)
    command.print_event("result", command.print_outcome(done))
    require_all_read(done)


def _permission(console: Console, steps: int, tool: Tool | None, stack: str, *, yes: bool) -> Permission:
    """Ask for permission to begin. A confirmed list of steps permits what the guard would refuse; --yes does not.

    Raises UserError where nobody can be asked, and typer.Abort where the answer is no.
    """
    from cli.terminal import styled
    from stacks.plan.safety.permission import Permission

    if tool:
        console.print(
            styled((f"stop {tool.value} first", "bold yellow"), ": while it runs, it may change these records back"),
            soft_wrap=True,
        )
    if yes:
        return Permission()
    noun = "step" if steps == 1 else "steps"
    unasked = f"{steps} {noun} would be taken and nobody can be asked"
    question = f"Take {'this' if steps == 1 else 'these'} {steps} {noun}?"
    confirm(question, yes=False, otherwise=(unasked, f"stack {stack}", "repeat the command with --yes"))
    return Permission(by="the steps that were shown and confirmed")


def _unless_it_has_changed(shown: Convergence) -> Callable[[Convergence], None]:
    """Return a check of each plan; it raises ObservationError where the first one differs from the plan shown."""
    from stacks.model.errors import ObservationError

    looks: list[Convergence] = []

    def check(seen: Convergence) -> None:
        looks.append(seen)
        if len(looks) == 1 and seen.changes != shown.changes:
            raise ObservationError(
                "the zone or the addresses have changed since the steps were shown: nothing was done"
            )

    return check
