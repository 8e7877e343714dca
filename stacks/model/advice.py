"""Advice of a plan to the writer of the settings: where the plan differs from the settings, and full zones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """A message about the settings. subject: the zone or names; what: the fact; do: what to do about it."""

    subject: str
    what: str
    do: str


@dataclass(frozen=True, slots=True)
class FullZone:
    """A zone in which not everything fits. limit: records of its plan; has: records in it; needs: records to be made.

    left_out: the record sets that are not made, by name and type.
    """

    zone: str
    plan: str
    limit: int
    has: int
    needs: int
    left_out: tuple[tuple[str, str], ...]
    marks: str

    @property
    def what(self) -> str:
        """The fact in one sentence."""
        return (
            f"is full: its plan ({self.plan}) allows {self.limit} records and it has {self.has}, so that it takes "
            f"{max(0, self.limit - self.has)} more, and this run needs {self.needs}"
        )

    @property
    def do(self) -> str:
        """What helps."""
        helps = "set marks: comment, which halves what is written, " if self.marks == "txt" else ""
        return f"{helps}delete what nobody needs, or take a larger plan"
