"""What an examination has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from stacks.model.errors import Problem


class Level(Enum):
    """How it stands; the value is its name in tables and JSON."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. about: what it is, in a word or two; do: "" where nothing has to be done."""

    about: str
    level: Level
    what: str
    where: str = ""
    do: str = ""


def ok(about: str, what: str, where: str = "") -> Finding:
    """It is as it should be."""
    return Finding(about, Level.OK, what, where)


def warning(about: str, what: str, where: str, do: str) -> Finding:
    """It works, and should be looked at."""
    return Finding(about, Level.WARNING, what, where, do)


def failed(about: str, what: str, where: str, do: str) -> Finding:
    """It does not work."""
    return Finding(about, Level.FAILED, what, where, do)


def of_problem(about: str, problem: Problem) -> Finding:
    """A problem that some part of the program has found."""
    return failed(about, problem.what, problem.where, problem.do)
