"""`truenorth init`: set up a stack."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.options import Stack
from cli.terminal import Terminal, styled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from stacks.observe.zone.visible import VisibleZone

Target = Annotated[
    Path | None,
    typer.Option(
        "--settings", envvar="TRUENORTH_SETTINGS", help="Write the settings to this file instead.", dir_okay=False
    ),
]
Zone = Annotated[str, typer.Option("--zone", "-z", metavar="DOMAIN", help="The zone, e.g. example.com.")]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", "-n", metavar="NAME", help="A name that points at the address; @ for the zone itself."),
]
Provider = Annotated[
    str, typer.Option("--provider", help="cloudflare or gandi; otherwise the one whose token sees the zone.")
]
Sources = Annotated[
    str,
    typer.Option(
        "--sources", metavar="LIST", help="Kinds of objects whose host names get records; auto: all that can be read."
    ),
]
Context = Annotated[
    str, typer.Option("--context", help="The kubeconfig's context; otherwise its current one, or the pod's cluster.")
]
Kubeconfig = Annotated[str, typer.Option("--kubeconfig", metavar="FILE", help="The kubeconfig; otherwise the usual.")]
Ipv6 = Annotated[
    bool | None, typer.Option("--ipv6/--no-ipv6", show_default=False, help="Publish an IPv6 address too, or not.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")]
Overwrite = Annotated[bool, typer.Option("--force", help="Write the settings anew where there are some.")]


def init(  # noqa: PLR0913 - the options of the command
    stack: Stack = "home",
    settings: Target = None,
    zone: Zone = "",
    name: Names = None,
    *,
    provider: Provider = "",
    sources: Sources = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    ipv6: Ipv6 = None,
    yes: Yes = False,
    force: Overwrite = False,
) -> None:
    """Set up a stack: check the token, find the zone and the address, and write stacks/Pulumi.STACK.yaml.

    Asks for what no option gives; without a terminal, or with --yes, it never asks. Nothing is changed but that file,
    and the token is not written.

    Example: `truenorth init --stack home --zone example.com --name www`
    """
    from cli.session.project import find_project, settings_path
    from cli.setup import asking, file, names
    from stacks.settings.cluster import ClusterSettings

    target = settings or settings_path(find_project(Path.cwd()), stack)
    if target.exists() and not force:
        raise file.exists(target)
    may_ask, console, environment = asking.may_ask(yes=yes), Terminal(), dict(os.environ)
    typed = _token(provider, environment, may_ask=may_ask)
    found = _zone(console, zone, provider, environment, may_ask=may_ask)
    ipv6 = _ipv6(console, found.name, environment, ipv6, may_ask=may_ask)
    cluster = ClusterSettings(kubeconfig=kubeconfig, context=context)
    objects = names.choose_objects(console, sources, cluster, environment, may_ask=may_ask)
    chosen = file.Chosen(
        zone=found.name,
        provider=found.provider,
        names=names.choose_names(name or (), found.name, may_ask=may_ask, needed=not objects.sources),
        ipv6=ipv6,
        sources=objects.sources,
        context=objects.context,
        kubeconfig=kubeconfig if objects.sources else "",
    )
    file.write(target, file.content(stack, chosen, environment, target), force=force)
    console.print(styled(("written", "green"), f": {target}"), soft_wrap=True)
    _print_next(console, stack, settings, typed)


def _token(provider: str, environment: dict[str, str], *, may_ask: bool) -> str:
    """Return "" where there are credentials; else ask for a token, and return the name of its variable."""
    from cli.setup.zone import found_credentials, typed_token
    from stacks.model.errors import UserError

    try:
        found_credentials(provider, environment)
    except UserError:
        if not may_ask:
            raise
        variable, token = typed_token(provider)
        environment[variable] = token
        return variable
    return ""


def _zone(
    console: Console, wanted: str, provider: str, environment: Mapping[str, str], *, may_ask: bool
) -> VisibleZone:
    from cli.setup.zone import choose, found_credentials, visible_zones
    from components.records.providers import PROVIDERS
    from stacks.observe.zone.visible import ACTIVE

    seen = visible_zones(found_credentials(provider, environment), wanted)
    zone = choose(wanted, seen, may_ask=may_ask)
    plan = f", plan {zone.plan}" if zone.plan else ""
    rights = "may edit its records" if zone.permissions is not None else "sees it"
    title = PROVIDERS[zone.provider].title
    console.print(f"zone {zone.name} ({title}{plan}): the token {rights}", highlight=False)
    if zone.status != ACTIVE:
        servers = " and ".join(zone.name_servers) or "those of the provider"
        console.print(
            styled(
                (f"the zone is {zone.status}", "yellow"),
                f": nobody sees its records yet\n  have its registrar delegate it to {servers}",
            ),
            soft_wrap=True,
        )
    return zone


def _ipv6(console: Console, zone: str, environment: Mapping[str, str], wanted: bool | None, *, may_ask: bool) -> bool:
    """Print the addresses of this machine, and return whether IPv6 is published. wanted: the option, None for none."""
    from cli.setup import asking
    from cli.setup.address import found_addresses, has_ipv6, print_addresses

    found = found_addresses(zone, environment)
    print_addresses(console, found)
    if wanted is None and may_ask and has_ipv6(found) and not environment.get("TRUENORTH_WAN"):
        return asking.yes("Publish the IPv6 address, too?", default=False)
    return bool(wanted)


def _print_next(console: Console, stack: str, settings: Path | None, typed: str) -> None:
    where = f"--stack {stack}"
    if settings and not os.environ.get("TRUENORTH_SETTINGS"):
        where += f" --settings {settings}"
    lines = [
        (f"export {typed}=...", "the token is not kept anywhere"),
        (f"truenorth preview {where}", "what would be done"),
        (f"truenorth up {where}", "do it"),
        (f"truenorth watch {where}", "follow the address until it is stopped"),
        (f"truenorth doctor {where}", "if something is not as it should be"),
    ][0 if typed else 1 :]
    width = max(len(command) for command, _ in lines)
    console.print("next:")
    for command, meaning in lines:
        console.print(f"  {command:{width}}  {meaning}", markup=False, highlight=False, soft_wrap=True)
