"""Read the Pulumi project of a stack: its name, and the folder with the settings files of its stacks.

Source: https://www.pulumi.com/docs/iac/concepts/projects/project-file/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stacks.model.errors import UserError
from stacks.settings.problems import short

PROJECT_FILE = "Pulumi.yaml"
OWN_NAME = "truenorth"
"""The name of a project that is TrueNorth's whatever stacks it has, such as that of a checkout."""


@dataclass(frozen=True, slots=True)
class Project:
    """A Pulumi project.

    folder: that of its Pulumi.yaml. name: the project's name, a part of every path in its state. settings_folder: the
    folder of the files `Pulumi.<stack>.yaml`. runtime: the language of its program.
    """

    folder: Path
    name: str
    settings_folder: Path
    runtime: str = "python"


def projects_above(start: Path) -> Iterator[Project]:
    """Yield the projects around a folder, the nearest first. Raises UserError at one that cannot be read."""
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            yield read_project(folder)


def read_project(folder: Path) -> Project:
    """Return the project whose Pulumi.yaml lies in a folder. Raises UserError for a file that Pulumi could not use."""
    file = folder / PROJECT_FILE
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unusable(file, f"cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unusable(file, f"cannot be read: {short(error)}") from None
    if not isinstance(document, Mapping):
        raise _unusable(file, "is no mapping")
    name = _text(document, "name", file)
    if not name:
        raise _unusable(file, "has no name")
    return Project(folder, name, folder / _text(document, "stackConfigDir", file), _runtime(document))


def _text(document: Mapping[str, Any], key: str, file: Path) -> str:
    found = document.get(key) or ""
    if not isinstance(found, str):
        raise _unusable(file, f"has a {key} that is no text")
    return found


def _runtime(document: Mapping[str, Any]) -> str:
    found = document.get("runtime")
    return str(found.get("name", "") if isinstance(found, Mapping) else found or "")


def _unusable(file: Path, how: str) -> UserError:
    return UserError(f"{PROJECT_FILE} {how}", str(file), "mend the file; Pulumi could not use it either")
