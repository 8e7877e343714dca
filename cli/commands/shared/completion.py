"""Completes names in a shell, with the standard library alone: somebody waits for each answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_PREFIX, _SUFFIX = "Pulumi.", ".yaml"
_PROJECT_LINES = frozenset({"name: truenorth", 'name: "truenorth"', "name: 'truenorth'"})


def stacks(incomplete: str) -> list[str]:
    """Return the stacks with a settings file whose names begin so."""
    folder = _project() / "stacks"
    names = (file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for file in folder.glob(f"{_PREFIX}*{_SUFFIX}"))
    return sorted(name for name in names if name.startswith(incomplete))


def _project() -> Path:
    """Return the folder that `cli.session.project.find_project` finds, without a YAML parser."""
    here = Path.cwd()
    installed = Path(__file__).resolve().parents[3]
    return next((folder for folder in (here, *here.parents) if _is_project(folder)), installed)


def _is_project(folder: Path) -> bool:
    return any(line in _PROJECT_LINES for line in _lines(folder / "Pulumi.yaml"))


def _lines(file: Path) -> Iterator[str]:
    try:
        yield from (line.rstrip() for line in file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return
