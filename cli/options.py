"""Options that several commands share, so that they are spelled and explained the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Stack = Annotated[
    str,
    typer.Option(
        "--stack", "-s", envvar="TRUENORTH_STACK", help="The stack: its settings are stacks/Pulumi.<stack>.yaml."
    ),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings", envvar="TRUENORTH_SETTINGS", help="Read the settings from this file instead.", dir_okay=False
    ),
]
Purge = Annotated[
    bool | None,
    typer.Option(
        "--purge/--no-purge",
        show_default=False,
        help="Delete what is ours and not wanted any more, or keep it: policy sync or upsert-only for all zones of "
        "this run. Without either the setting policy decides.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
