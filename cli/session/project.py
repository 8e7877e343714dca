"""Find the Pulumi project that a command works on, and the settings files of its stacks."""

from __future__ import annotations

from pathlib import Path

import yaml

from stacks.model.errors import UserError

PROJECT_FILE = "Pulumi.yaml"
PROJECT_NAME = "truenorth"


def find_project(start: Path) -> Path:
    """Return the folder of TrueNorth's Pulumi.yaml: start, a folder above it, or the checkout that this program is in.

    Raises UserError where there is none.
    """
    for folder in (start, *start.parents, Path(__file__).resolve().parents[2]):
        file = folder / PROJECT_FILE
        if file.is_file() and _project_name(file) == PROJECT_NAME:
            return folder
    raise UserError(
        "there is no TrueNorth project here",
        f"no {PROJECT_FILE} named {PROJECT_NAME} in {start} or above",
        "change into a checkout of TrueNorth",
    )


def settings_path(project: Path, stack: str) -> Path:
    """Return the settings file of a stack, at the place where Pulumi looks for it too."""
    return project / "stacks" / f"Pulumi.{stack}.yaml"


def _project_name(file: Path) -> str:
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return ""
    return str(document.get("name", "")) if isinstance(document, dict) else ""
