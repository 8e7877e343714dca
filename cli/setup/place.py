"""Find the place of a new stack: in a project that is there, or in a new one with all its files."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.session.backend import STATE_VARIABLE
from cli.session.project import is_ours, settings_path, start_of
from cli.setup import scaffold
from cli.setup.file import exists_beside
from cli.setup.scaffold import Toolchain
from stacks.model.errors import UserError
from stacks.observe.project import OWN_NAME, PROJECT_FILE, Project, projects_above, read_project
from stacks.settings.environment import state_home
from stacks.settings.reference.schema import SCHEMA_FILE, schema_text

_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""The names of stacks that Pulumi takes (pulumi, sdk/go/common/tokens/names.go)."""
_OTHER_FORMS = ("Pulumi.yml", "Pulumi.json")
_KEPT = ("requirements.txt", ".gitignore")
"""Files that a folder may have already, and that stay as they are."""


@dataclass(frozen=True, slots=True)
class NewStack:
    """The place of a new stack.

    settings_file: the file to write its settings to. files: the further files to write, with their texts. words: what
    is left for the person to do, one paragraph each.
    """

    settings_file: Path
    files: Mapping[Path, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def has_schema(self) -> bool:
        """Whether the schema of the settings lies beside them, or will."""
        file = self.settings_file.parent / SCHEMA_FILE
        return file in self.files or file.is_file()


def place_of(stack: str, named: Path | None, environment: Mapping[str, str]) -> NewStack:
    """Return the place of a new stack. Nothing is written. named: a folder to use as it is; None to look around.

    Raises UserError for a stack that Pulumi would not take, and a folder in which the files cannot be made.
    """
    if not _STACK.fullmatch(stack):
        raise UserError(f"{stack!r} is no name of a stack", "--stack", "use letters, digits, dots, hyphens and _")
    start = start_of(named)
    around = list(projects_above(start)) if named is None else _project_in(start)
    if own := next(filter(is_ours, around), None):
        found = NewStack(settings_path(own, stack))
    elif around:
        found = _beside(around[0], stack)
    else:
        found = _new(start, stack, environment)
    folder = found.settings_file.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        fault, do = ("cannot be written", "make it writable") if folder.exists() else ("is missing", "make it")
        raise UserError(f"the folder {fault}", str(folder), f"{do}, or name another with --project")
    return found


def _project_in(folder: Path) -> list[Project]:
    return [read_project(folder)] if (folder / PROJECT_FILE).is_file() else []


def _beside(other: Project, stack: str) -> NewStack:
    """Return the place of a stack in a project of another program, which is to call TrueNorth's for it."""
    file = str(other.folder / PROJECT_FILE)
    if other.runtime != "python":
        raise UserError(
            f"the program of the Pulumi project {other.name} is no Python: it cannot call TrueNorth's",
            file,
            "give TrueNorth a folder of its own, and name it with --project",
        )
    call = (
        f"the program of the project {other.name} makes this stack, too, unless it says otherwise. Let it begin so:\n"
        "  import pulumi, truenorth\n"
        f'  if pulumi.get_stack() == "{stack}":\n'
        "      truenorth.program()\n"
        "  else:\n"
        "      ...  # all that it does now"
    )
    return NewStack(settings_path(other, stack), words=(call, _pin(other.folder)))


def _new(folder: Path, stack: str, environment: Mapping[str, str]) -> NewStack:
    """Return the place of a stack in a new project."""
    for name in _OTHER_FORMS:
        if (folder / name).exists():
            raise UserError(
                f"the project is described by {name}, which TrueNorth does not read",
                str(folder / name),
                f"write it as {PROJECT_FILE}, or name another folder with --project",
            )
    files, words = scaffold.new_files(OWN_NAME), []
    toolchain = _toolchain(folder)
    if toolchain is not Toolchain.PIP:
        del files["requirements.txt"]
        files[PROJECT_FILE] = scaffold.description(OWN_NAME, toolchain)
        words.append(_pin(folder))
    for name in [name for name in _KEPT if name in files and (folder / name).exists()]:
        text = files.pop(name)
        words += _lacking(folder / name, text)
    for name in files:
        if os.path.lexists(folder / name):
            raise exists_beside(folder / name)
    if not (folder / SCHEMA_FILE).exists():
        files[SCHEMA_FILE] = schema_text()
    made = {folder / name: text for name, text in files.items()}
    words += _state_there(stack, environment)
    return NewStack(folder / f"Pulumi.{stack}.yaml", made, tuple(words))


def _state_there(stack: str, environment: Mapping[str, str]) -> list[str]:
    """Return the paragraph about state that another folder's stack of this name has where ours goes; none without."""
    if any(environment.get(variable) for variable in (STATE_VARIABLE, "PULUMI_BACKEND_URL")):
        return []
    file = state_home(environment) / "state" / ".pulumi" / "stacks" / OWN_NAME / f"{stack}.json"
    if not file.exists():
        return []
    do = "if that is another folder's, give the stack here another name (--stack), or Pulumi.yaml another name"
    return [f"a stack {stack} has state already, and this folder goes on with it:\n  {file}\n{do}"]


def _lacking(file: Path, text: str) -> list[str]:
    """Return the paragraph for the lines that a file of the person's lacks; none where it has them all."""
    try:
        there = {line.strip() for line in file.read_text(encoding="utf-8", errors="replace").splitlines()}
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror}", str(file), "mend that") from error
    lines = [line for line in text.splitlines() if line not in there]
    return ["\n".join([f"{file.name} stays as it is; add to it:", *(f"  {line}" for line in lines)])] if lines else []


def _toolchain(folder: Path) -> Toolchain:
    """Return the tools that a folder's pyproject.toml is for; pip where it is for no program's packages."""
    said = _pyproject(folder)
    if "poetry" in said.get("tool", {}) or (folder / "poetry.lock").exists():
        return Toolchain.POETRY
    return Toolchain.UV if "project" in said else Toolchain.PIP


def _pin(folder: Path) -> str:
    """Return the paragraph that says how this version is pinned with the tools of a folder."""
    pin = scaffold.requirement()
    match _toolchain(folder):
        case Toolchain.UV:
            return f"add TrueNorth to pyproject.toml:\n  uv add {pin}"
        case Toolchain.POETRY:
            return f"add TrueNorth to pyproject.toml:\n  poetry add {pin}"
        case Toolchain.PIP:
            return f"add TrueNorth to requirements.txt:\n  {pin}"


def _pyproject(folder: Path) -> dict[str, Any]:
    file = folder / "pyproject.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"pyproject.toml cannot be read: {error}", str(file), "mend the file") from error
