"""The stack that the doctor examines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stacks.observe.project import Project
from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class Examined:
    """The stack and its machine. state_url: the option --state, "" where it was not given."""

    project: Project
    stack: str
    settings_file: Path
    settings: Settings
    environment: Mapping[str, str] = field(repr=False)
    state_url: str = ""
