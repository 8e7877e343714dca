"""Logical names: the names of record resources in Pulumi's state, `www.example.com/A` and the like.

| resource                                     | logical name                    |
|----------------------------------------------|---------------------------------|
| component of a record set                    | `www.example.com/A`             |
| record in the first slot                     | `www.example.com/A`             |
| record in a further slot                     | `www.example.com/A/1`           |
| ownership mark                               | `www.example.com/A/mark`        |
| mark of another tool, to be deleted or given | `www.example.com/A/mark/former/0` |

A name stays when the record's content changes, so that the engine updates the record in place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from components.plain_text import quoted

MARK: Final = "mark"
_FORM = re.compile(
    r"(?P<name>[^/]+)/(?P<type>[^/]+)(?:/(?:(?P<slot>[1-9]\d*)|(?P<mark>mark)(?:/former/(?P<former>0|[1-9]\d*))?))?"
)


@dataclass(frozen=True, slots=True)
class Former:
    """A mark of another tool in state. number: from 0, to tell several of one record set apart."""

    number: int


@dataclass(frozen=True, slots=True)
class LogicalName:
    """The parts of a logical name. name: FQDN of the record set; type: its record type.

    part: the slot of a record within the set, from 0; MARK for the set's mark; Former for another tool's.
    """

    name: str
    type: str
    part: int | Literal["mark"] | Former = 0

    @classmethod
    def parse(cls, text: str) -> LogicalName:
        """Return the parts of a logical name. Raises ValueError where no record resource can have the name."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"{quoted(text)} is no logical name of a record")
        if found["former"]:
            return cls(found["name"], found["type"], Former(int(found["former"])))
        return cls(found["name"], found["type"], MARK if found["mark"] else int(found["slot"] or 0))

    def __str__(self) -> str:
        if isinstance(self.part, Former):
            return f"{self.component}/{MARK}/former/{self.part.number}"
        return f"{self.component}/{self.part}" if self.part else self.component

    @property
    def component(self) -> str:
        """The logical name of the component of the record set."""
        return f"{self.name}/{self.type}"

    @property
    def record_set(self) -> tuple[str, str]:
        """The name and type of the record set."""
        return self.name, self.type

    @property
    def is_mark(self) -> bool:
        """Whether it names the mark of the record set."""
        return self.part == MARK

    @property
    def is_former_mark(self) -> bool:
        """Whether it names a mark of another tool, which is there to be deleted, or to be given with the set."""
        return isinstance(self.part, Former)

    @property
    def is_record(self) -> bool:
        """Whether it names a record of the set, not a mark."""
        return isinstance(self.part, int)
