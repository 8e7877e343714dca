"""The files of a new project: its description, its program, and the pin of TrueNorth. `template/` has the same ones."""

from __future__ import annotations

from enum import Enum
from importlib.metadata import version

TITLE = "DNS that always points at your clusters"
PROGRAM = """\
from truenorth import program

program()
"""
IGNORED = """\
.venv/
__pycache__/
"""


class Toolchain(Enum):
    """The tools with which `pulumi install` makes the environment of a program."""

    PIP = "pip"
    UV = "uv"
    POETRY = "poetry"


def description(name: str, toolchain: Toolchain, title: str = TITLE) -> str:
    """Return the text of a Pulumi.yaml. `pulumi install` then makes `.venv`, which `pulumi up` runs the program in."""
    return f"""\
name: {name}
description: {title}
runtime:
  name: python
  options:
    toolchain: {toolchain.value}
    virtualenv: .venv
options:
  # A plain `pulumi up` sees drift by reading each record; `truenorth up` lists the zone once instead.
  refresh: always
"""


def requirement() -> str:
    """Return the pin of this version, as pip and pyproject.toml spell it."""
    return f"truenorth=={version('truenorth')}"


def new_files(name: str) -> dict[str, str]:
    """Return the files of a new project by name, other than settings and pyproject.toml."""
    return {
        "Pulumi.yaml": description(name, Toolchain.PIP),
        "__main__.py": PROGRAM,
        "requirements.txt": f"{requirement()}\n",
        ".gitignore": IGNORED,
    }
