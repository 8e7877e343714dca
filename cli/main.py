"""The command line `truenorth`. Commands import their parts when they run: --help needs no engine and no SDK."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Final

import typer

from cli.commands import deploy, destroy, detect, env, preview, status, up, watch
from cli.commands import doctor as doctor_command
from cli.commands import engine as engine_command
from cli.commands import geo as geo_command
from cli.commands import init as init_command
from cli.commands import sources as sources_command
from cli.commands import state as state_command
from cli.commands.moving import adopt, compare
from cli.commands.moving import release as release_command
from cli.commands.programs import external, schema
from cli.commands.shared import lab
from cli.exit_codes import FAILED, INTERRUPTED, REFUSED, UNUSABLE

EXIT_CODES: Final = """
Exit codes: 0 done (also: nothing to do); 1 failed, try again (API or state out of reach, a run that stopped half way);
2 bad input or a machine that is not ready, nothing was changed; 3 only where it is asked for: the sources of the WAN
address disagree (`--detailed-exitcode`; also of `detect`); 5 refused by the guard, or not what was reviewed: a
person has to decide, nothing was changed; 6 only where it is asked for: something was changed
(`--detailed-exitcode`), or would be (`--expect-no-changes`), and where `compare` finds a difference; 130 interrupted.
"""

app = typer.Typer(
    name="truenorth",
    help="DNS that always points at your clusters.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Rich's Markdown takes twice as long to import as all of --help
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's form
    if wanted:
        from importlib.metadata import version

        typer.echo(f"truenorth {version('truenorth')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """DNS that always points at your clusters."""


app.command("init")(init_command.init)
app.command("up")(up.up)
app.command("preview")(preview.preview)
app.command("destroy")(destroy.destroy)
app.command("compare")(compare.compare)
app.command("adopt")(adopt.adopt)
app.command("release")(release_command.release)
app.command("status")(status.status)
app.command("detect")(detect.detect)
app.command("sources")(sources_command.sources)
app.command("doctor")(doctor_command.doctor)
app.command("watch")(watch.watch)
app.command("deploy")(deploy.deploy)
app.command("env")(env.env)
app.command("schema")(schema.schema)
app.command("external")(external.external)
app.add_typer(geo_command.app, name="geo")
app.add_typer(engine_command.app, name="engine")
app.add_typer(state_command.app, name="state")
lab.add_to(app)


def run() -> None:
    """Run the command line, and turn every error that a user can meet into one message and an exit code."""
    try:
        app()
    except Exception as error:
        code = _report(error)
        if code is None:
            raise
        sys.exit(code)


def _report(error: Exception) -> int | None:
    """Print an error that a user can meet, and return its exit code; None for any other."""
    from cli.engine.failure import RunFailed
    from cli.session.redactor import redactor
    from cli.terminal import Terminal, styled
    from stacks.model.errors import ObservationError, Refused, UserError, is_disk_full

    errors = Terminal(stderr=True)

    def tell(word: str, text: str) -> None:
        redacted = redactor(os.environ).text(text)
        errors.print(styled((f"{word}:", "bold red"), f" {redacted}"), soft_wrap=True)

    if isinstance(error, UserError | Refused):
        for problem in error.problems:
            tell("error" if isinstance(error, UserError) else "refused", str(problem))
        return UNUSABLE if isinstance(error, UserError) else REFUSED
    if isinstance(error, ObservationError | RunFailed):
        tell("failed", str(error))
        return INTERRUPTED if isinstance(error, RunFailed) and error.interrupted else FAILED
    if isinstance(error, OSError) and is_disk_full(error):
        tell("error", f"the disk is full\n  where: {error.filename}\n  do:    make room, then run it again")
        return UNUSABLE
    return None


if __name__ == "__main__":
    run()
