"""The stack that is examined, as far as it can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class Patient:
    """state_url: the option --state, "" where it was not given."""

    project: Path
    stack: str
    settings_file: Path
    settings: Settings
    environment: Mapping[str, str] = field(repr=False)
    state_url: str = ""
