"""The memory of the guard: the changes of the last hour's runs, and the zones, clusters and filters seen.

State keeps it, so that a restart forgets nothing. Each stack of an estate keeps what its own runs have done. State also
keeps what providers have refused, for other machines to know.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from stacks.model.values import Rejected

HOUR = 3600.0
"""Seconds for which a change counts."""
MINUTE = 60
"""Seconds whose changes are noted together."""


Filters = tuple[tuple[str, str], ...]
"""Settings that choose among objects, each with its value."""


@dataclass(frozen=True, order=True, slots=True)
class Spent:
    """The counted changes of one stack's runs in a zone, within a minute; none where it only became larger.

    at: the last of them, in seconds since the epoch. owned: the records of ours in the zone before the first.
    """

    stack: str
    zone_id: str
    at: int
    owned: int
    updated: int = 0
    deleted: int = 0

    @property
    def counts(self) -> bool:
        """Whether anything was updated or deleted."""
        return bool(self.updated or self.deleted)

    @property
    def minute(self) -> int:
        """The minute of these changes."""
        return self.at // MINUTE


@dataclass(frozen=True, slots=True)
class GuardMemory:
    """The changes that count against the guard's limits, and the identities of zones and clusters."""

    spent: tuple[Spent, ...] = ()
    zones: tuple[tuple[str, str], ...] = ()
    """The ids of zones, by name."""
    clusters: tuple[tuple[str, str], ...] = ()
    """The UIDs of clusters' kube-system namespaces, by the clusters' names."""
    filters: tuple[tuple[str, Filters], ...] = ()
    """The settings that chose among the objects of each source when it was last read, by its `origin`."""

    def within_the_hour(self, now: float) -> tuple[Spent, ...]:
        """Return the changes of less than an hour ago, in order. A clock that was set back has later ones."""
        return tuple(sorted((one for one in self.spent if abs(now - one.at) < HOUR), key=lambda one: one.at))

    def in_zone(self, zone_id: str, now: float) -> tuple[tuple[Spent, ...], int | None]:
        """Return the changes of the last hour in a zone, and what was owned before the first; None for none."""
        found = tuple(one for one in self.within_the_hour(now) if one.zone_id == zone_id)
        return found, min((one.owned for one in found if one.minute == found[0].minute), default=None)

    def adding(self, stack: str, more: Iterator[Spent], now: float) -> GuardMemory:
        """Return the part of one stack with further changes; those of one zone and minute are one entry."""
        found: dict[tuple[str, int, bool], Spent] = {}
        for one in (*(one for one in self.within_the_hour(now) if one.stack == stack), *more):
            key = (one.zone_id, one.minute, one.counts)
            if before := found.get(key):
                updated, deleted = before.updated + one.updated, before.deleted + one.deleted
                one = replace(one, owned=before.owned, updated=updated, deleted=deleted)  # noqa: PLW2901 - one entry of both
            found[key] = one
        return replace(self, spent=tuple(found.values()))

    def as_output(self) -> dict[str, Any]:
        """Return the output of a stack that `remembered` reads."""
        spent = [[one.zone_id, one.at, one.owned, one.updated, one.deleted] for one in self.spent]
        filters = {origin: dict(chosen) for origin, chosen in self.filters}
        return {"spent": spent, "clusters": dict(self.clusters), "filters": filters}


_REFUSED = msgspec.json.Decoder(tuple[Rejected, ...])
NO_MEMORY = GuardMemory()
"""The memory of a stack that has not run yet."""


def new_instance() -> str:
    """Return a new id of a state, for its marks."""
    return secrets.token_hex(4)


def remembered(output: Any, stack: str) -> GuardMemory:  # noqa: ANN401 - whatever state holds
    """Return the memory in a stack's output; entries that cannot be read are left out."""
    if not isinstance(output, Mapping):
        return NO_MEMORY
    clusters = output.get("clusters")
    named = clusters.items() if isinstance(clusters, Mapping) else ()
    return GuardMemory(
        tuple(_spent(output.get("spent"), stack)),
        clusters=tuple(sorted((str(name), str(uid)) for name, uid in named)),
        filters=tuple(_filters(output.get("filters"))),
    )


def refused_output(refused: Iterable[Rejected]) -> str | None:
    """Return the refused records as an output of a stack, for `refused_before`; None where there are none."""
    several = list(dict.fromkeys(refused))
    return msgspec.json.encode(several).decode() if several else None


def refused_before(output: Any) -> tuple[Rejected, ...]:  # noqa: ANN401 - whatever state holds
    """Return what providers had refused in a stack's output; nothing where it cannot be read."""
    try:
        return _REFUSED.decode(output) if isinstance(output, str | bytes) else ()
    except msgspec.MsgspecError:
        return ()


def _filters(entries: Any) -> Iterator[tuple[str, Filters]]:  # noqa: ANN401 - whatever state holds
    for origin, chosen in sorted(entries.items()) if isinstance(entries, Mapping) else ():
        if isinstance(chosen, Mapping):
            yield str(origin), tuple((str(setting), str(value)) for setting, value in sorted(chosen.items()))


def _spent(entries: Any, stack: str) -> Iterator[Spent]:  # noqa: ANN401 - whatever state holds
    for entry in entries if isinstance(entries, list) else ():
        match entry:
            case [str(zone_id), int() | float(), int() | float(), int() | float(), int() | float()]:
                at, owned, updated, deleted = (int(number) for number in entry[1:])
                yield Spent(stack, zone_id, at, owned, updated, deleted)
