"""The error after which the next way to get a program is tried."""

from __future__ import annotations


class Unavailable(Exception):  # noqa: N818 - it says a state of the world, not a fault of the program
    """A program cannot be got this way here and now. do: a change that would help, for the user."""

    def __init__(self, reason: str, do: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.do = do
