"""The record sets that an ownership mark speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Key(NamedTuple):
    """A name, and the record type that is marked there; None: whatever type stands there."""

    name: str
    type: str | None


def covers(keys: Iterable[Key], name: str, record_type: str) -> bool:
    """Whether one of these keys is that of the record set of this name and type."""
    return any(key.name == name and key.type in {record_type, None} for key in keys)
