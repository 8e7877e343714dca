"""Completes names in a shell, with the standard library alone: somebody waits for each answer."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from cli.session.own_settings import has_settings, stacks_in

_LINE = re.compile(r"""(name|stackConfigDir):[ \t]*["']?([^"'#]*?)["']?[ \t]*(?:#.*)?""")
"""A line of Pulumi.yaml that says where settings lie, or whose the project is."""


def stacks(context: typer.Context, incomplete: str) -> list[str]:
    """Return the stacks with a settings file whose names begin so, in the project of --project or around us."""
    named = context.params.get("project")
    start = Path(named).expanduser().resolve() if named else Path.cwd()
    return [name for name in stacks_in(_settings_folder(start)) if name.startswith(incomplete)]


def _settings_folder(start: Path) -> Path:
    """Return the settings folder of the project that `cli.session.project` finds, without a YAML parser."""
    for folder in (start, *start.parents):
        said = _said(folder / "Pulumi.yaml")
        settings = folder / said.get("stackConfigDir", "")
        if said.get("name") == "truenorth" or (said and has_settings(settings)):
            return settings
    return Path(__file__).resolve().parents[3] / "stacks"  # of the checkout that this program lies in, if it does


def _said(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return {match[1]: match[2] for line in lines if (match := _LINE.fullmatch(line))}
