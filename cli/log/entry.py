"""What is said of one thing that happened: once for people, and with its fields for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rich.text import Text

Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log.

    event: what kind of thing it is, in one word. line: the sentence, in rich's markup. fields: the rest of its JSON.
    """

    level: Level
    event: str
    line: str
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence without its colours."""
        return Text.from_markup(self.line).plain
