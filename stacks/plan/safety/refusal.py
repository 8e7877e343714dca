"""Refusals: changes that a run may not make, in words for a person. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.plan.changes import Change

NAMED = 5
"""How many records a refusal names."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Changes that a run may not make.

    zone: where they are; place: the same in words where it is no zone, else "". allowable: whether a person can allow
    them. do: what else can be done; "" for nothing particular. beside: records for the sake of which they are refused,
    in words.
    """

    zone: str
    what: str
    changes: tuple[Change, ...]
    allowable: bool = True
    do: str = ""
    beside: tuple[str, ...] = ()
    place: str = ""

    @property
    def where(self) -> str:
        """The zone, or place, and the records."""
        names = [*self.beside, *(f"{one.record.name} {one.record.type}" for one in self.changes)]
        more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
        return f"{self.place or f'zone {self.zone}'}: {', '.join(names[:NAMED] + more)}"
