"""The options of several commands, spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.shared.completion import stacks


def _chosen(context: typer.Context, stack: str) -> str:
    """Return the stack that is named, else the only one of the project. Raises UserError where that leaves it open."""
    if stack or context.resilient_parsing:
        return stack
    from cli.session.project import only_stack

    return only_stack(context.params.get("project"), context.params.get("settings"))


Stack = Annotated[
    str,
    typer.Option(
        "--stack",
        "-s",
        envvar="TRUENORTH_STACK",
        show_default=False,
        help="The stack: its settings are Pulumi.STACK.yaml. Without it the only one of the project.",
        autocompletion=stacks,
        callback=_chosen,
    ),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        envvar="TRUENORTH_SETTINGS",
        help="Read the settings from this file instead.",
        dir_okay=False,
        is_eager=True,  # the stack depends on it
    ),
]
ProjectFolder = Annotated[
    Path | None,
    typer.Option(
        "--project",
        envvar="TRUENORTH_PROJECT",
        metavar="DIR",
        show_default=False,
        is_eager=True,  # likewise
        help="Work on the project in this folder, or around it, instead of that of the working directory.",
    ),
]
State = Annotated[
    str,
    typer.Option(
        "--state",
        envvar="TRUENORTH_STATE",
        metavar="URL",
        show_default=False,
        help="Keep Pulumi's state here: kubernetes://NAMESPACE/NAME for Secrets of a cluster, or any backend URL of "
        "Pulumi's (file, s3, gs, azblob, postgres, https).",
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
Ci = Annotated[
    bool,
    typer.Option(
        "--ci",
        envvar="TRUENORTH_CI",
        help="For pipelines: plain output; on GitHub also annotations, a summary, and the outputs outcome, changes and "
        "allow.",
    ),
]
Summary = Annotated[
    Path | None,
    typer.Option("--summary", help="Write what is done, in Markdown, to this file.", dir_okay=False),
]
ExpectNoChanges = Annotated[
    bool,
    typer.Option("--expect-no-changes", help="Change nothing, and end with exit code 6 if something would be changed."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
