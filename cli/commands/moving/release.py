"""`truenorth release`: give records back to another tool, or let them go, without deleting any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.moving.heir import Heir, ToCluster, ToName, ToOwner, ToPrefix, ToSuffix, ToWildcard, receiver_asked
from cli.commands.shared.command import command_session, confirm
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.commands.shared.command import CommandSession
    from cli.reconcile.release import ReleaseOutcome, Way
    from stacks.plan.release.receiver import Receiver
    from stacks.plan.safety.permission import Permission


def release(  # noqa: PLR0913 - the options of the command
    heir: Annotated[Heir, typer.Option("--to", help="Give the records to this tool, or let them go.")],
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    *,
    project: ProjectFolder = None,
    owner: ToOwner = "",
    prefix: ToPrefix = None,
    suffix: ToSuffix = None,
    wildcard: ToWildcard = None,
    cluster: ToCluster = "",
    names: ToName = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the steps, and do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; the guard holds all the same.")] = False,
    as_json: Json = False,
) -> None:
    """Give the records of a stack to another tool, or let them go. None is changed or deleted.

    To external-dns: a record set that an object asks for gets the mark by which external-dns knows its own, then loses
    ours, then state forgets it. Names of the settings are let go without a mark: external-dns deletes what it owns and
    no object asks for. To the cloudflare-ddns with an election: the names of the settings that follow the WAN address
    get the mark of its pod, and all else is let go. To nobody: our marks go, and state forgets all.

    What was changed behind our back, or has somebody else's records in its way, stays ours and is told. Every step is
    printed first. Stop TrueNorth before, and start the other tool afterwards. The same command finishes a release that
    was cut off. Exit code 1: something stays.

    Example: `truenorth release --stack home --to external-dns --to-owner default`
    """
    from cli.output import release as output
    from cli.reconcile.release import ReleaseOutcome, look, require_all_gone
    from cli.terminal import styled
    from stacks.plan.safety.permission import Permission

    with command_session(stack, settings, state, project=project, as_json=as_json) as command:
        if not dry_run:
            command.recover()
        chosen, console = command.session.settings, command.console
        receiver = receiver_asked(heir, chosen, owner, (prefix, suffix, wildcard), cluster, names or ())
        way = look(command.session, receiver, Permission())
        steps = output.steps(chosen, way, receiver)
        output.print_staying(console, way)
        command.print_event("steps", output.steps_document(steps, way))
        output.print_steps(console, steps)
        if dry_run:
            return
        if steps:
            permission = _permission(command, len(steps), heir, yes=yes)
            require_all_gone(_release(command, way, receiver, permission))
            return
        why = "none of its records can leave" if way.release.staying else "the stack owns no records"
        console.print(styled(("nothing to do", "green"), f": {why}"))
        gone = ReleaseOutcome(way)
        command.print_event("result", output.gone_document(gone))
        require_all_gone(gone)


def _release(command: CommandSession, shown: Way, receiver: Receiver | None, permission: Permission) -> ReleaseOutcome:
    """Release the records, unless the steps have changed since they were shown."""
    from cli.output import release as output
    from cli.reconcile.release import give_back

    with command.listening() as listener:
        gone = give_back(command.session, receiver, listener, permission, planned=_unless_it_has_changed(shown))
    output.print_gone(command.console, gone, receiver)
    command.print_event("result", output.gone_document(gone))
    return gone


def _permission(command: CommandSession, steps: int, heir: Heir, *, yes: bool) -> Permission:
    """Ask for permission to begin, as `adopt` does: a confirmed list permits what the guard refuses, --yes does not."""
    from cli.findings.finding import plural
    from cli.terminal import styled
    from stacks.plan.safety.permission import Permission

    others = f"; start {heir.value} afterwards" if heir is not Heir.NOBODY else ""
    said = f" where it watches this stack: it would put its marks back{others}"
    command.console.print(styled(("stop TrueNorth first", "bold yellow"), said), soft_wrap=True)
    if yes:
        return Permission()
    unasked = f"{plural(steps, 'step')} would be taken and nobody can be asked"
    otherwise = (unasked, f"stack {command.session.stack}", "repeat the command with --yes")
    confirm(f"Take {'this' if steps == 1 else 'these'} {plural(steps, 'step')}?", yes=False, otherwise=otherwise)
    return Permission(by="the steps that were shown and confirmed")


def _unless_it_has_changed(shown: Way) -> Callable[[Way], None]:
    """Return a check of each way; it raises ObservationError where the first one differs from the one shown."""
    from stacks.model.errors import ObservationError

    looks: list[Way] = []

    def check(way: Way) -> None:
        looks.append(way)
        if len(looks) == 1 and way.release != shown.release:
            raise ObservationError("the zone or the state has changed since the steps were shown: nothing was done")

    return check
