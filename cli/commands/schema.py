"""`truenorth schema`: the JSON Schema of the settings, for editors."""

from __future__ import annotations

import json
import sys


def schema() -> None:
    """Print the JSON Schema (2020-12) of a stack's settings, for editors that complete and check YAML.

    Example: `truenorth schema > truenorth.schema.json`, and as the first line of Pulumi.home.yaml:
    `# yaml-language-server: $schema=truenorth.schema.json`
    """
    from stacks.settings.reference.schema import schema as made

    sys.stdout.write(json.dumps(made(), indent=1) + "\n")
