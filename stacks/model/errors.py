"""Errors that a user can mend: what is wrong, where it stands, what to do. The CLI prints them and exits 2."""

from __future__ import annotations

import errno
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    what: the fault in one sentence. where: the file, setting, variable or address it stands in.
    do: the next thing to try.
    """

    what: str
    where: str
    do: str

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  do:    {self.do}"


class UserError(Exception):
    """Bad input or a machine that is not ready. Nothing was changed."""

    def __init__(self, what: str, where: str, do: str, *more: Problem) -> None:
        self.problems = (Problem(what, where, do), *more)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, problems: list[Problem]) -> UserError:
        """All problems of one input in one error; the list must not be empty."""
        first, *more = problems
        return cls(first.what, first.where, first.do, *more)


class NotNow(UserError):  # noqa: N818 - a state, not a fault
    """A machine that is not ready now, and may be by itself: a full disk, a lock that somebody holds. Try again."""


def is_disk_full(error: OSError) -> bool:
    """Whether there was no room, on the disk or in the quota."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


class ObservationError(Exception):
    """The world could not be read well enough to decide (API down, rate limit). Nothing was changed; try again."""


class Refused(Exception):  # noqa: N818 - a decision, not a fault
    """A person has to decide first. Nothing was changed. word: what allows it; "" where nothing does."""

    def __init__(self, problems: tuple[Problem, ...], word: str = "") -> None:
        self.problems = problems
        self.word = word
        super().__init__("\n".join(str(problem) for problem in problems))
