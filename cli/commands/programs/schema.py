"""`truenorth schema`: the JSON Schema of the settings, for editors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", dir_okay=False, help="Write it to this file instead.")
]


def schema(output: Output = None) -> None:
    """Print the JSON Schema (2020-12) of a stack's settings, for editors that complete and check YAML.

    Example: `truenorth schema --output truenorth.schema.json`, and as the first line of Pulumi.home.yaml:
    `# yaml-language-server: $schema=./truenorth.schema.json`
    """
    from cli.session.files import write_whole
    from stacks.model.errors import UserError
    from stacks.settings.reference.schema import schema_text

    if output is None:
        sys.stdout.write(schema_text())
        return
    try:
        write_whole(output, schema_text().encode())
    except OSError as error:
        raise UserError(f"the schema cannot be written: {error.strerror}", str(output), "name another file") from None
