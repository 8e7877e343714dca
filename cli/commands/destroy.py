"""`truenorth destroy`: delete the records of a stack."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.shared.command import command_session, confirm
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack, State


def destroy(
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    project: ProjectFolder = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete every record that this stack owns, and its marks. Records of others are never touched.

    Of address lists it takes its own addresses, and deletes those lists that it has made and nobody else uses.
    Of load balancers it takes its own pool; the last pool's stack deletes the load balancer.

    Example: `truenorth destroy --stack home --yes`
    """
    from cli.findings.changes import content, is_mark
    from cli.output.tables import print_each
    from cli.reconcile.destroy import remove
    from cli.state.registries import registry_of_estate
    from cli.terminal import plain, styled
    from stacks.plan.geo.changes import GeoAction

    with command_session(stack, settings, state, project=project, as_json=as_json) as command:
        command.recover()
        registry = registry_of_estate(command.session)
        console, count = command.console, len(registry.records)
        if not registry.records and not registry.geo.registered and not registry.lists.urns:
            console.print(styled(("nothing to do", "green"), ": the stack owns no records"))
            command.print_event("result", {"deleted": []})
            return
        for record in (registered.record for registered in registry.records):
            told = "ownership mark" if is_mark(record) else content(record)
            console.print(plain(f"  delete {record.name} {record.type} {told}"), soft_wrap=True)
        if registry.geo.registered:
            console.print("  leave the load balancers, and delete the own pool, unless others have origins in it")
        for item in registry.lists.items:
            console.print(plain(f"  delete {item.network} in the list {item.key.name}"), soft_wrap=True)
        for one in registry.lists.lists:
            console.print(plain(f"  {'let go of' if one.retained else 'delete'} the list {one.key.name}"))
        unasked = f"{count} records would be deleted, and nobody can be asked"
        otherwise = unasked, f"stack {stack}", "repeat the command with --yes"
        confirm(f"Delete these {count} records?", yes=yes, otherwise=otherwise)
        with command.listening() as listener:
            left = remove(command.session, registry, listener)
        print_each(console, left)
        gone = [f"{change.kind} {change.name}" for change in left if change.action is GeoAction.DELETE]
        names = [registered.logical_name for registered in registry.records]
        command.print_event("result", {"deleted": names, "balancing": gone})
        console.print(styled(("done", "green"), f": {', '.join([f'{count} records deleted', *gone])}"))
