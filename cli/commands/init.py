"""`truenorth init`: set up a stack."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.options import Json, Stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from cli.setup.moving.moved import MovedIn
    from cli.setup.place import NewStack

Target = Annotated[
    Path | None,
    typer.Option(
        "--settings", envvar="TRUENORTH_SETTINGS", help="Write the settings to this file instead.", dir_okay=False
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--project",
        envvar="TRUENORTH_PROJECT",
        metavar="DIR",
        show_default=False,
        help="Make the stack in this folder, instead of the project around the working directory.",
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

Files = Annotated[
    list[str] | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Take the settings from a file of another tool, - for standard input; repeat for more files.",
    ),
]
AcceptLosses = Annotated[
    bool, typer.Option("--accept-losses", help="With --from: write the settings although something is lost.")
]


def init(  # noqa: PLR0913 - the options of the command
    stack: Stack = "home",
    settings: Target = None,
    zone: Zone = "",
    name: Names = None,
    *,
    project: Folder = None,
    provider: Provider = "",
    sources: Sources = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    ipv6: Ipv6 = None,
    yes: Yes = False,
    force: Overwrite = False,
    files: Files = None,
    accept_losses: AcceptLosses = False,
    as_json: Json = False,
) -> None:
    """Set up a stack: check the token, find the zone and the address, and write Pulumi.STACK.yaml.

    In a folder without a project it makes one: Pulumi.yaml, a program of two lines, the pin of this version, the schema
    of the settings for editors, and .gitignore. Beside a Pulumi program of yours it adds the settings alone, and says
    how to call TrueNorth from it. Nothing is overwritten, and the token is not written.

    Asks for what no option gives; without a terminal, or with --yes, it never asks.

    With --from it asks nothing and calls no API: it reads the settings of external-dns, a cloudflare-ddns,
    ddns-updater, ESDDNS, Routeflare, external-dns-cloudflare-geo, octoDNS, DNSControl, or a zone file, and shows what
    is carried, what is reached otherwise, and what is lost. Where anything is lost, nothing is written without
    --accept-losses (exit code 5). Secrets are not copied.

    Example: `truenorth init --stack home --zone example.com --name www`
    Example: `truenorth init --stack home --from values.yaml`
    """
    from cli.setup import asking, file
    from cli.setup.choosing import Asked, choose
    from cli.setup.place import NewStack, place_of
    from cli.terminal import Terminal

    may_ask, console, environment = asking.may_ask(yes=yes), Terminal(), dict(os.environ)
    place = NewStack(settings) if settings else place_of(stack, project, environment)
    target, typed = place.settings_file, ""
    if files:
        given = {"--name": name, "--provider": provider, "--sources": sources, "--context": context}
        _check_alone(given | {"--kubeconfig": kubeconfig, "--ipv6": ipv6 is not None})
        moved = _move(console, files, zone, place, stack, force=force, accept_losses=accept_losses, as_json=as_json)
        if not as_json:
            _print_next(console, stack, settings, project, _lacking(moved), moved.adopt)
        return
    if not target.exists() or force:
        asked = Asked(zone, tuple(name or ()), provider, sources, context, kubeconfig, ipv6)
        chosen, typed = choose(asked, console, environment, may_ask=may_ask)
        text = file.content(stack, chosen, environment, target, has_schema=place.has_schema)
        file.write(target, text, force=force, beside=place.files)
        _print_written(console, (*place.files, target), place.words)
    elif place.files:  # settings of a person who had no project around them yet
        file.write_beside(place.files)
        _print_written(console, place.files, place.words)
    else:
        raise file.exists(target)
    _print_next(console, stack, settings, project, typed)


def _check_alone(given: Mapping[str, object]) -> None:
    """Raise UserError for an option beside --from."""
    from stacks.model.errors import UserError

    if others := [option for option, value in given.items() if value]:
        do = "leave it out, and edit what is written"
        raise UserError(f"{others[0]} is not taken beside --from", "truenorth init", do)


def _move(  # noqa: PLR0913 - the options of the command
    console: Console,
    files: Sequence[str],
    zone: str,
    place: NewStack,
    stack: str,
    *,
    force: bool,
    accept_losses: bool,
    as_json: bool,
) -> MovedIn:
    """Show what files of other tools become, and write it. Raises Refused where something is lost, and UserError."""
    from cli.commands.shared.command import print_json
    from cli.setup import file
    from cli.setup.moving.moved import moved
    from cli.setup.moving.table import document, print_moved
    from stacks.model.errors import Problem, Refused

    environment, target = dict(os.environ), place.settings_file
    if target.exists() and not force:
        raise file.exists(target)
    found = moved(files, zone, environment)
    text = file.text_of(stack, [("", *one) for one in found.settings.items()], {}, target, has_schema=place.has_schema)
    is_refused = bool(found.losses) and not accept_losses
    if not is_refused:
        file.write(target, text, force=force, beside=place.files)
    if as_json:
        print_json(document(found, "" if is_refused else str(target)))
    else:
        print_moved(console, found)
    if is_refused:
        what = f"{found.losses} of what the files say would be lost, and nothing was written"
        raise Refused((Problem(what, ", ".join(files), "read the lines marked lost; --accept-losses writes the rest"),))
    if not as_json:
        _print_written(console, (*place.files, target), place.words)
    return found


def _lacking(moved: MovedIn) -> str:
    """Return the variable for the token of the provider; "" where there are credentials."""
    from cli.setup.zone import found_credentials
    from components.records.providers import PROVIDERS
    from stacks.model.errors import UserError

    provider = str(moved.settings.get("provider", "cloudflare"))
    try:
        found_credentials(provider, os.environ)
    except UserError:
        return PROVIDERS[provider].token_variable
    return ""


def _print_written(console: Console, files: Iterable[Path], words: Iterable[str]) -> None:
    from cli.terminal import plain, styled

    for one in files:
        console.print(styled(("written", "green"), f": {one}"), soft_wrap=True)
    for word in words:
        console.print(plain(word), soft_wrap=True)


def _print_next(
    console: Console,
    stack: str,
    settings: Path | None,
    project: Path | None,
    typed: str,
    adopt: Sequence[Sequence[str]] = (),
) -> None:
    where = f"--stack {stack}"
    if project and not os.environ.get("TRUENORTH_PROJECT"):
        where += f" --project {shlex.quote(str(project))}"
    if settings and not os.environ.get("TRUENORTH_SETTINGS"):
        where += f" --settings {settings}"
    lines = [
        (f"export {typed}=...", "the token is not kept anywhere"),
        (f"truenorth preview {where}", "what would be done"),
        *(
            (f"truenorth compare {where} {shlex.join(one)}", "hold that beside what the other tool has")
            for one in adopt
        ),
        *((f"truenorth adopt {where} {shlex.join(one)}", "take over, once the other tool is stopped") for one in adopt),
        (f"truenorth up {where}", "do it"),
        (f"truenorth watch {where}", "follow the address until it is stopped"),
        (f"truenorth doctor {where}", "if something is not as it should be"),
    ][0 if typed else 1 :]
    width = max(len(command) for command, _ in lines)
    console.print("next:")
    for command, meaning in lines:
        console.print(f"  {command:{width}}  {meaning}", markup=False, highlight=False, soft_wrap=True)
