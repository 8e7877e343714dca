"""`truenorth engine`: get the Pulumi engine, and show the one in use."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="The Pulumi engine that carries changes out: get it, and see which one is used.", no_args_is_help=True
)


@app.command()
def install() -> None:
    """Find a Pulumi engine on this machine, else download it, else build it. Prints its folder.

    Example: `truenorth engine install`
    """
    import os
    import sys

    from cli.engine.install.install import install as install_engine
    from cli.engine.install.progress import shown_on

    with shown_on(sys.stderr) as progress:
        engine = install_engine(os.environ, progress)
    typer.echo(f"Pulumi {engine.version} ({engine.why})", err=True)
    typer.echo(str(engine.folder))


@app.command()
def info(*, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Show the engine in use, its place and why it is this one, and the faults of others. Exit code 2 if there is none.

    Example: `truenorth engine info --json`
    """
    import os

    from cli.engine.install import info as engine_info

    survey = engine_info.survey(os.environ)
    typer.echo(engine_info.as_json(survey) if as_json else engine_info.as_text(survey))
    if survey.engine is None:
        raise typer.Exit(2)
