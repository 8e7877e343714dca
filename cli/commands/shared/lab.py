"""Adds `truenorth demo` and `truenorth lab`, the commands of the lab: a distribution of its own, and an extra."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from stacks.model.errors import UserError

_ANYTHING: Final = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def add_to(app: typer.Typer) -> None:
    """Add the commands of the lab; where it is not installed, commands that say how to install it."""
    try:
        import lab  # noqa: F401 - whether it can be imported is the question
    except ModuleNotFoundError:
        for name in ("demo", "lab"):
            app.command(name, help="Comes with truenorth[lab].", context_settings=_ANYTHING)(_missing)
        return
    from lab.commands.demo import demo
    from lab.commands.lab import app as commands

    app.command("demo")(demo)
    app.add_typer(commands, name="lab")


def _missing(context: typer.Context, _: Annotated[list[str] | None, typer.Argument(hidden=True)] = None) -> None:
    raise UserError(
        "the lab is not installed",
        f"truenorth {context.info_name}",
        "install TrueNorth with it: uv tool install 'truenorth[lab]', or pip install 'truenorth[lab]'",
    )
