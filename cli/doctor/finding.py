"""The findings of a check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from stacks.model.errors import Problem


class Level(Enum):
    """The level of a finding; the value is its name in tables and JSON."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """A finding of a check. about: the subject, in a word or two; do: "" where nothing has to be done."""

    about: str
    level: Level
    what: str
    where: str = ""
    do: str = ""


def ok(about: str, what: str, where: str = "") -> DoctorFinding:
    """Return a finding about a subject without a fault."""
    return DoctorFinding(about, Level.OK, what, where)


def warning(about: str, what: str, where: str, do: str) -> DoctorFinding:
    """Return a finding about a subject that works but deserves a look."""
    return DoctorFinding(about, Level.WARNING, what, where, do)


def failed(about: str, what: str, where: str, do: str) -> DoctorFinding:
    """Return a finding about a subject that does not work."""
    return DoctorFinding(about, Level.FAILED, what, where, do)


def of_problem(about: str, problem: Problem) -> DoctorFinding:
    """Return the finding for a problem of another part of the program."""
    return failed(about, problem.what, problem.where, problem.do)
