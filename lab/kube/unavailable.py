"""The error that says why there is no control plane."""

from __future__ import annotations


class KubeUnavailable(Exception):  # noqa: N818 - it says a state of the machine, not a fault of the program
    """A control plane cannot be had. what: what is wrong. where: the place. do: what a user could change."""

    def __init__(self, what: str, where: str, do: str) -> None:
        super().__init__(f"{what} ({where}): {do}")
        self.what = what
        self.where = where
        self.do = do
