"""The writer of our own marks: an owner, and the id of the state that keeps what it has made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.marks import ownership

if TYPE_CHECKING:
    from components.marks.heritage import HeritageMark


@dataclass(frozen=True, slots=True)
class Writer:
    """The writer of a stack's marks. instance: the id of its state; "" for none.

    takes_any: whether marks of the owner count as its own whatever state has made them, as a person has said.
    """

    owner: str
    instance: str = ""
    takes_any: bool = False

    def has_written(self, mark: HeritageMark) -> bool:
        """Whether a mark is this writer's. Older versions wrote no id: such a mark is taken for its own."""
        if (mark.heritage, mark.owner) != (ownership.HERITAGE, self.owner):
            return False
        return self.takes_any or mark.instance in {"", self.instance}

    def is_namesake_of(self, mark: HeritageMark) -> bool:
        """Whether another state of the same owner has written a mark."""
        same_owner = (mark.heritage, mark.owner) == (ownership.HERITAGE, self.owner)
        return same_owner and not self.has_written(mark)
