"""The one reason for which the next way to a program is tried."""

from __future__ import annotations


class Unavailable(Exception):  # noqa: N818 - it says a state of the world, not a fault of the program
    """A program cannot be had this way here and now. reason: why. do: what a user could change."""

    def __init__(self, reason: str, do: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.do = do
