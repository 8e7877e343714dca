"""The console of a run that nobody looks at while it runs."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

WIDTH = 160
"""Columns where COLUMNS does not say otherwise: a log of a pipeline scrolls, and folds nothing."""


def console_of(environment: Mapping[str, str], *, ci: bool, stderr: bool) -> Console:
    """The terminal's own; with ci one without colours (unless FORCE_COLOR asks for them) and without live views."""
    if not ci:
        return Console(stderr=stderr)
    columns = environment.get("COLUMNS", "")
    width = int(columns) if columns.isdigit() and int(columns) else WIDTH
    coloured = bool(environment.get("FORCE_COLOR")) and not environment.get("NO_COLOR")
    return Console(stderr=stderr, width=width, force_terminal=coloured, force_interactive=False, no_color=not coloured)
