"""`truenorth deploy`: run the operator in a cluster."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.command import confirm, print_json
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack, State

if TYPE_CHECKING:
    from cli.deploy.gather import Deployment

Render = Annotated[
    Path | None,
    typer.Option("--render", metavar="DIR", help="Write plain manifests into this folder, and touch no cluster."),
]
Preview = Annotated[bool, typer.Option("--preview", help="Show what would be done, and do nothing.")]
Delete = Annotated[bool, typer.Option("--delete", help="Delete all that was deployed. DNS records stay.")]


def deploy(  # noqa: PLR0913 - the options of the command
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    *,
    project: ProjectFolder = None,
    render: Render = None,
    preview: Preview = False,
    delete: Delete = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before deleting.")] = False,
    as_json: Json = False,
) -> None:
    """Run `truenorth watch` for a stack in the cluster at hand, with the rights that its sources need and no others.

    The settings `deploy` say how. Returns when the pods are ready. The credentials of the providers are taken from the
    environment into a Secret, unless deploy.credentials_secret names one. Repeat it to upgrade.

    Example: `truenorth deploy --stack home`
    """
    from cli.deploy.gather import gather
    from stacks.model.errors import UserError

    if sum((render is not None, preview, delete)) > 1:
        raise UserError("--render, --preview and --delete exclude each other", "truenorth deploy", "keep one of them")
    deployment = gather(stack, settings, os.environ, with_secrets=render is None and not delete, folder=project)
    if render is not None:
        _render(deployment, render, as_json=as_json)
    else:
        _run(deployment, state, preview=preview, delete=delete, yes=yes, as_json=as_json)


def _render(deployment: Deployment, folder: Path, *, as_json: bool) -> None:
    from cli.deploy.render import render
    from components.operator.manifests import manifests

    written = render(manifests(deployment.args), folder)
    if as_json:
        print_json({"event": "result", "files": [str(file) for file in written]})
        return
    args = deployment.args
    typer.echo(f"{len(written)} files in {folder}")
    if not args.credentials_secret:
        zones = (*deployment.settings.each_zone(), *deployment.settings.finding)
        named = [one.token or one.traits.token_variable for one in zones]
        named += deployment.settings.watch.dyndns.users.values()  # without its password no pod would start
        tokens = dict.fromkeys(f"{one}=..., Enter" for one in named)
        typer.echo(
            f"They refer to the Secret {args.secret}, which is not among them. Make it of your credentials: type "
            f"{', '.join(tokens)} and Ctrl-D into\n"
            f"  kubectl -n {args.namespace} create secret generic {args.secret} --from-env-file=/dev/stdin"
        )
    typer.echo(f"Next: kubectl apply -k {folder}")


def _run(deployment: Deployment, state: str, *, preview: bool, delete: bool, yes: bool, as_json: bool) -> None:

    from cli.deploy import engine
    from cli.output.run_view import listening
    from cli.terminal import Terminal, plain, styled

    console = Terminal(stderr=as_json)
    args = deployment.args
    if delete:
        _confirm_delete(deployment, yes=yes)
    with engine.session(deployment, os.environ, state) as place:
        if preview:
            run = engine.preview(place, deployment, os.environ, lambda _: None)
        else:
            with listening(console, json_lines=as_json) as listener:
                if delete:
                    run = engine.delete(place, deployment, os.environ, listener)
                else:
                    run = engine.deploy(
                        place, deployment, os.environ, listener, lambda text: console.print(plain(text))
                    )
    changed = engine.changes(run)
    if as_json:
        print_json({"event": "result", "changes": [{"operation": word, "object": name} for word, name in changed]})
    if preview:
        for word, name in changed:
            console.print(f"  {word} {name}")
    counted = ", ".join(f"{word} {count}" for word, count in sorted(Counter(word for word, _ in changed).items()))
    console.print(styled(("planned" if preview else "done", "green"), f": {counted or 'nothing to do'}"))
    if not delete and not preview:
        console.print(f"Its log: kubectl -n {args.namespace} logs -f {args.pods.kind}/{args.name}")


def _confirm_delete(deployment: Deployment, *, yes: bool) -> None:
    args = deployment.args
    state = "the state of its records" if args.state and args.make_namespace else ""
    what = f"the operator {args.namespace}/{args.name}" + (f" and {state}" if state else "")
    confirm(
        "DNS records stay as they are. To delete them, first stop the operator and then destroy the stack:\n"
        f"  kubectl -n {args.namespace} scale {args.pods.kind}/{args.name} --replicas=0\n"
        f"  truenorth destroy --stack {deployment.stack}"
        + (f" --state {args.state}" if args.state else "")
        + f"\nDelete {what}?",
        yes=yes,
        otherwise=(
            f"{what} would be deleted, and nobody can be asked",
            f"stack {deployment.stack}",
            "repeat it with --yes",
        ),
    )
