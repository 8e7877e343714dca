"""Errors that end a command, as problems for the user: the fault, its place, the next thing to try."""

from __future__ import annotations

import errno
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A single fault, in words for the user.

    what: the fault in one sentence. where: its file, setting, variable or address. do: the next thing to try.
    """

    what: str
    where: str
    do: str

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  do:    {self.do}"


class UserError(Exception):
    """Bad input, or a machine that is not ready. Nothing was changed. The command exits 2."""

    def __init__(self, what: str, where: str, do: str, *more: Problem) -> None:
        self.problems = (Problem(what, where, do), *more)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, problems: list[Problem]) -> UserError:
        """Return one error for all problems of an input. The list must not be empty."""
        first, *more = problems
        return cls(first.what, first.where, first.do, *more)


class NotNow(UserError):  # noqa: N818 - a state, not a fault
    """A machine that may be ready later by itself: a full disk, a lock in use. Try again."""


class ProviderRefused(UserError):  # noqa: N818 - likewise
    """A zone that its provider's API does not show: credentials refused, no such zone. Another try may succeed."""


def is_disk_full(error: OSError) -> bool:
    """Return whether there was no room on the disk or in the quota."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


def may_pass(error: OSError) -> bool:
    """Return whether the machine lacked what it may have again by itself: room, descriptors, memory, processes."""
    lacking = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOBUFS}
    return is_disk_full(error) or error.errno in lacking


class ObservationError(Exception):
    """The world could not be read well enough to decide (API down, rate limit). Nothing was changed; try again."""


class Refused(Exception):  # noqa: N818 - a decision, not a fault
    """A run that a person has to decide on first. Nothing was changed. word: allows the run; "" where no word does."""

    def __init__(self, problems: tuple[Problem, ...], word: str = "") -> None:
        self.problems = problems
        self.word = word
        super().__init__("\n".join(str(problem) for problem in problems))
