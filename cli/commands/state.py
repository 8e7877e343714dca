"""`truenorth state`: export, replace and restore the state of a stack."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.command import confirm, print_json
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack, State

if TYPE_CHECKING:
    from cli.session.session import Session
    from cli.state.secrets.store import KubernetesState

app = typer.Typer(help="Pulumi's state of a stack: have it, replace it, go back to a former one.", no_args_is_help=True)

Out = Annotated[Path, typer.Argument(help="The file to write; - for standard output.", dir_okay=False, allow_dash=True)]
In = Annotated[Path, typer.Argument(help="The file to read.", dir_okay=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def pull(
    file: Out, stack: Stack = "", settings: SettingsFile = None, state: State = "", project: ProjectFolder = None
) -> None:
    """Write the state to a file, in the format of `pulumi stack export`.

    Example: `truenorth state pull home.json --stack home`
    """
    from cli.state.exchange import exported
    from stacks.model.errors import UserError

    session = _opened(stack, settings, state, project)
    content = exported(session)
    _tell_of_shards(session, "hold")
    if str(file) == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        raise UserError(f"the file cannot be written: {error.strerror}", str(file), "name another one") from error


@app.command()
def push(
    file: In,
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    project: ProjectFolder = None,
    *,
    yes: Yes = False,
) -> None:
    """Put the state in a file in the place of the present one. Touches no zone.

    Takes what `truenorth state pull` and `pulumi stack export` write, and the checkpoint files of a folder.

    Example: `truenorth state push home.json --stack home`
    """
    from cli.state.exchange import replace_state

    session = _opened(stack, settings, state, project)
    _tell_of_shards(session, "keep")
    _ask(f"Replace the state of stack {stack}?", yes=yes)
    replace_state(session, file)
    typer.echo(f"done: the state of stack {stack} is that of {file}; what the zone has else: truenorth up")


@app.command()
def versions(
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    project: ProjectFolder = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the versions that are kept of a state in Secrets, and of its shards', newest first.

    Example: `truenorth state versions --stack home --state kubernetes://truenorth/home`
    """
    from rich.table import Table

    from cli.terminal import Terminal

    session = _opened(stack, settings, state, project)
    kept = _in_secrets(session)
    indexes = {one: kept.of(one).versions() for one in (stack, *_shards(session))}
    found = [(name, one) for name, index in indexes.items() if index for one in index.versions]
    if as_json:
        rows = [
            {
                "stack": name,
                "version": one.generation,
                "written_at": one.written_at,
                "written_by": one.written_by,
                "bytes": one.size,
                "stored_bytes": one.stored,
                "secrets": one.pieces,
                "finished": one.finished,
            }
            for name, one in found
        ]
        print_json(rows)
        return
    table = Table("stack", "version", "written at", "by", "bytes", "compressed", "")
    for name, one in found:
        midst = "" if one.finished else "in the midst of a run"
        table.add_row(name, str(one.generation), one.written_at, one.written_by, str(one.size), str(one.stored), midst)
    Terminal().print(table if found else f"stack {stack} has no state yet")


@app.command()
def restore(
    version: Annotated[int, typer.Argument(help="The version: `truenorth state versions` names them.")],
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    project: ProjectFolder = None,
    *,
    yes: Yes = False,
) -> None:
    """Make a former version of a state in Secrets the newest one. Touches no zone.

    What was done since is found again by the marks in the zone: run `truenorth up` then.

    Example: `truenorth state restore 41 --stack home --state kubernetes://truenorth/home`
    """
    session = _opened(stack, settings, state, project)
    kept = _in_secrets(session)
    _tell_of_shards(session, "keep")
    _ask(f"Make version {version} the state of stack {stack}?", yes=yes)
    kept.restore(version, session.hold)
    typer.echo(f"done: version {version} is the state of stack {stack}; what was done since: truenorth up")


def _opened(stack: str, settings: Path | None, state: str, project: Path | None) -> Session:
    """Open the session of a stack or shard; a shard has the settings of its estate."""
    from cli.session.open import open_session
    from stacks.model.shards import estate_of

    return open_session(estate_of(stack), settings, os.environ, state, project).at(stack)


def _shards(session: Session) -> tuple[str, ...]:
    """Return the shards of a stack; () for a shard."""
    from stacks.model.shards import label_of

    return () if label_of(session.stack) else session.state.shards()


def _tell_of_shards(session: Session, verb: str) -> None:
    """Print a note where the estate has more state than that of the stack."""
    if shards := _shards(session):
        named = f"{shards[0]} to {shards[-1]}" if len(shards) > 1 else shards[0]
        said = f"note: this is the state of stack {session.stack} alone; its {len(shards)} shards {verb} their own"
        typer.echo(f"{said}: --stack {named}", err=True)


def _in_secrets(session: Session) -> KubernetesState:
    from cli.state.secrets.store import KubernetesState
    from stacks.model.errors import UserError

    if isinstance(session.state, KubernetesState):
        return session.state
    raise UserError(
        "former versions are kept of a state in Secrets only",
        session.backend or "the backend in Pulumi.yaml",
        "name such a state: --state kubernetes://NAMESPACE/NAME; of others see what their own store keeps, or "
        f".pulumi/backups, and `pulumi stack history --stack {session.stack}`",
    )


def _ask(question: str, *, yes: bool) -> None:
    unasked = "the state would be replaced, and nobody can be asked"
    confirm(question, yes=yes, otherwise=(unasked, "truenorth state", "add --yes"))
