"""Wildcards: the names for which one answers as long as they have no record. Pure.

A name exists from the moment on that anything stands at or below it, and be it a mark (an empty non-terminal, RFC 4592,
2.2.2): a mark without its record hides what the wildcard answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from stacks.model.values import RecordSet

WILDCARD = "*."


def wildcards(names: Iterable[str]) -> frozenset[str]:
    """Return the wildcards among names."""
    return frozenset(name for name in names if name.startswith(WILDCARD))


def is_covered(name: str, there: Collection[str]) -> bool:
    """Whether one of the wildcards answers for a name that does not exist."""
    while there and (name := name.partition(".")[2]):
        if WILDCARD + name in there:
            return True
    return False


def covered(planned: Iterable[RecordSet], there: Collection[str]) -> list[RecordSet]:
    """Return the sets, each with whether a wildcard covers its name."""
    return [replace(one, covered=True) if is_covered(one.name, there) else one for one in planned]
