"""Refuses the commands that need the lab where it is not installed: it is a distribution of its own."""

from __future__ import annotations

from stacks.model.errors import UserError


def require_lab(command: str) -> None:
    """Raise UserError where the package `lab` is not installed.

    command: the command that needs it, as the user types it.
    """
    try:
        import lab  # noqa: F401 - whether it can be imported is the question
    except ModuleNotFoundError as error:
        raise UserError(
            "the lab is not installed",
            command,
            "install TrueNorth with it: uv tool install 'truenorth[lab]', or pip install 'truenorth[lab]'",
        ) from error
