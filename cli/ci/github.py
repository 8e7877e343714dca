"""The formats of GitHub Actions: annotations in the output, values and a summary in files.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from components.plain_text import cut
from components.records.international import readable

Level = Literal["error", "warning", "notice"]
LONGEST_TEXT = 4000
"""Characters of an annotation."""
SUMMARY, OUTPUT, ACTIONS = "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ACTIONS"


def annotation(level: Level, title: str, message: str) -> str:
    """The line that shows a message at the run."""
    return f"::{level} title={_property(title)}::{_data(message)}"


def has_annotations(environment: Mapping[str, str]) -> bool:
    """Whether this runs as a step of GitHub Actions."""
    return environment.get(ACTIONS, "").lower() == "true"


def file_of(environment: Mapping[str, str], variable: str) -> Path | None:
    """The file that a step writes summaries (SUMMARY) or values (OUTPUT) to; None elsewhere."""
    return Path(environment[variable]) if environment.get(variable) else None


def _data(text: str) -> str:
    return readable(cut(text, LONGEST_TEXT), keep="\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
