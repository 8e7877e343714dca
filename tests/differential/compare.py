"""What two ways from the same objects to records differ in, name by name and field by field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.records import canonical
from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.observation import Registry
from stacks.model.values import Known, Unknown
from stacks.plan.desired.claims import settle
from stacks.plan.desired.ways import definite
from tests.differential.drawing import ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ALL_TYPES = ""
"""The type of what is unknown of a name altogether."""


@dataclass(frozen=True, slots=True)
class RecordSet:
    """The records of one name and type."""

    targets: tuple[str, ...]
    ttl: int = canonical.AUTOMATIC_TTL
    proxied: bool = False
    comment: str = ""


Side = RecordSet | Unknown | None
Sets = dict[tuple[str, str], RecordSet]


@dataclass(frozen=True, slots=True)
class Theirs:
    """What external-dns made, and the object whose name stands in its mark, by name and type."""

    sets: Mapping[tuple[str, str], RecordSet]
    owners: Mapping[tuple[str, str], ObjectKey]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the two differ. field: presence, targets, ttl, proxied or comment.

    wishes: ours for the name before conflicts were settled. owner: the object in external-dns's mark. complaints: all
    of ours, whatever they are about.
    """

    name: str
    type: str
    field: str
    ours: Side
    theirs: RecordSet | None
    wishes: tuple[Claim, ...]
    owner: ObjectKey | None
    complaints: tuple[Complaint, ...]

    @property
    def objects(self) -> tuple[ObjectKey, ...]:
        """Those that ask for the name, as far as either knows."""
        found = {wish.object: None for wish in self.wishes}
        return tuple(found | ({self.owner: None} if self.owner else {}))

    def __str__(self) -> str:
        asked = ", ".join(str(one) for one in self.objects) or "no object"
        what = f"{self.name} {self.type or '*'} {self.field} ({asked})"
        return f"{what}\n      ours:   {self.ours}\n      theirs: {self.theirs}"


def differences(sightings: Sequence[SourceSighting], theirs: Theirs) -> Iterator[Difference]:
    """All differences. Raises ValueError where one of our sources could not be read."""
    found = list(_found(sightings))
    wishes = [one for one in found if isinstance(one, Claim) and (one.name == ZONE or one.name.endswith(f".{ZONE}"))]
    complaints = tuple(one for one in found if isinstance(one, Complaint))
    asked: dict[str, list[Claim]] = {}
    for wish in wishes:
        asked.setdefault(wish.name, []).append(wish)
    ours: dict[tuple[str, str], RecordSet | Unknown] = {
        (wish.name, wish.type or ALL_TYPES): _record_set(wish) for wish in settle(definite(wishes, Registry())).claims
    }
    for name, record_type in sorted(_keys(ours, theirs.sets)):
        mine: Side = ours.get((name, record_type), ours.get((name, ALL_TYPES)))
        its = theirs.sets.get((name, record_type))
        owner = theirs.owners.get((name, record_type))
        base = Difference(name, record_type, "", mine, its, tuple(asked.get(name, ())), owner, complaints)
        for field in _fields(mine, its):
            yield replace(base, field=field)


def _found(sightings: Iterable[SourceSighting]) -> Iterator[Claim | Complaint]:
    for one in sightings:
        if isinstance(one.found, Unknown):
            raise ValueError(f"{one.source}: {one.found.reason}")  # noqa: TRY004 - the world is not as it should be
        yield from one.found.value


def _record_set(wish: Claim) -> RecordSet | Unknown:
    """The wish as records; proxied ones have the automatic TTL, as Cloudflare has it."""
    if isinstance(wish.targets, Unknown):
        return wish.targets
    if not isinstance(wish.targets, Known):
        raise TypeError(f"{wish.object} wants detected addresses, which no corpus asks for")
    proxied = bool(wish.proxied) and wish.type != "SRV"
    ttl = canonical.AUTOMATIC_TTL if proxied or wish.ttl is None else wish.ttl
    return RecordSet(tuple(sorted(wish.targets.value)), ttl, proxied, wish.comment or "")


def _keys(ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The names and types to be compared; what is wholly unknown counts by itself only where they have nothing."""
    there = {name for name, _ in theirs}
    return {*theirs, *((name, kind) for name, kind in ours if kind != ALL_TYPES or name not in there)}


def _fields(ours: Side, theirs: RecordSet | None) -> Iterator[str]:
    if ours == theirs:
        return
    if ours is None or theirs is None or isinstance(ours, Unknown):
        yield "presence"
        return
    for field in ("targets", "ttl", "proxied", "comment"):
        if getattr(ours, field) != getattr(theirs, field):
            yield field
