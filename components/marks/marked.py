"""Record sets as ownership marks name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class MarkedSet(NamedTuple):
    """A marked record set. type: None where the mark names none, so that it speaks of any type."""

    name: str
    type: str | None


def covers(keys: Iterable[MarkedSet], name: str, record_type: str) -> bool:
    """Whether one of these marked sets is the record set of this name and type."""
    return any(key.name == name and key.type in {record_type, None} for key in keys)
