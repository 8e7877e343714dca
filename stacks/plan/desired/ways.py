"""Ways: the targets that an object with several parents gives to a record set, by parent. Pure.

Each parent speaks for itself, and one that is silent, not ready or unreadable takes nothing away: what it gave, as
state remembers it, stays in the set beside what the others give now. What a parent gave that refuses the object, or is
none of its parents any more, goes. The claim of an unheard parent so becomes one for what it gave, as if it had said
the same again: nothing changes while controllers overwrite each other's word.

| a parent that is                  | state remembers its targets | state does not (yet)                         |
|-----------------------------------|-----------------------------|----------------------------------------------|
| silent, or not ready              | they stay                   | those of its present ones that the set has   |
| without addresses, or unreadable  | they stay                   | all that the other parents do not explain    |
| unreadable, and new to state      | those of former parents     | likewise                                     |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from components.marks import ownership
from stacks.model.claims import Certainty, Claim, Detected, ObjectKey, Targets
from stacks.model.observation import Registry
from stacks.model.values import Known, RegisteredRecord, SharedSet, Unknown
from stacks.plan.records.record_sets import Key, contents, sets_of

_DETECTED_TYPES = ("A", "AAAA")

Ways = Mapping[str, Mapping[str, tuple[str, ...]]]
"""The targets of one record set by parent, by the `ObjectKey.resource` of their object."""


def remembered(shared: SharedSet) -> Ways:
    """Return the ways of a set that state remembers."""
    return {resource: dict(ways) for resource, ways in shared.ways}


def as_remembered(ways: Ways) -> tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]:
    """Return ways as state remembers them."""
    return tuple((resource, tuple(sorted(of_object.items()))) for resource, of_object in sorted(ways.items()))


@dataclass(frozen=True)
class _Memory:
    """The givers of targets by state; worked out when a parent cannot be heard."""

    registry: Registry

    @cached_property
    def ways(self) -> Mapping[Key, Ways]:
        return {(one.name, one.type): remembered(one) for one in self.registry.shared if one.ways}

    @cached_property
    def _sets(self) -> tuple[Mapping[Key, list[RegisteredRecord]], Mapping[Key, RegisteredRecord]]:
        return sets_of(self.registry.records)

    @cached_property
    def _parts(self) -> Mapping[Key, Mapping[str, tuple[str, ...]]]:
        return {(one.name, one.type): dict(one.parts) for one in self.registry.shared}

    @cached_property
    def types(self) -> Mapping[str, tuple[str, ...]]:
        """The types of the sets in state, by name."""
        found: dict[str, list[str]] = {}
        for name, record_type in self._sets[0]:
            found.setdefault(name, []).append(record_type)
        return {name: tuple(sorted(types)) for name, types in found.items()}

    def given(self, key: Key, resource: str) -> frozenset[str]:
        """Return the targets that an object gave to a set, through whichever parent."""
        records, marks = self._sets
        held = frozenset(contents(records.get(key, [])))
        if key in self._parts:
            return frozenset(self._parts[key].get(resource, ()))
        mark = ownership.parse(marks[key].record.content) if key in marks else None
        return held if mark is None or mark.resource == resource else frozenset()


def definite(claims: Iterable[Claim], registry: Registry) -> Iterator[Claim]:
    """Yield claims as they are if each parent was heard, else with the targets remembered in state."""
    memory = _Memory(registry)
    by_object: dict[tuple[ObjectKey, str], list[Claim]] = {}
    for claim in claims:
        if claim.through:
            by_object.setdefault((claim.object, claim.name), []).append(claim)
        else:
            yield _plain(claim)
    for found in by_object.values():
        yield from _of_object(found, memory)


def _plain(claim: Claim) -> Claim:
    """Return a claim without what it would be: nothing new is made of that."""
    if claim.certainty is Certainty.CERTAIN and not claim.would_be:
        return claim
    return replace(claim, certainty=Certainty.CERTAIN, would_be=())


def _unheard(claim: Claim) -> Claim:
    """Return a claim of an object of which no parent is heard. What `ways_of` remembers of an unseen one is its own."""
    return replace(claim, would_be=()) if claim.certainty is Certainty.UNSEEN else _plain(claim)


def _of_object(claims: Sequence[Claim], memory: _Memory) -> Iterator[Claim]:
    """Yield the claims of one object with several parents for one name."""
    heard = [one for one in claims if not isinstance(one.targets, Unknown)]
    if len(heard) == len(claims) or (not heard and not _has_left(claims, memory)):
        yield from map(_unheard, claims)  # where nobody can be heard, the whole name stays as it is
        return
    yield from heard
    for claim in claims:
        if isinstance(claim.targets, Unknown):
            yield from _as_given(claim, claims, memory)


def _has_left(claims: Sequence[Claim], memory: _Memory) -> bool:
    """Whether state remembers a parent that is known to give nothing to the object's name any more.

    What one gave that is no parent any more may be what one that cannot be seen gives now.
    """
    name, resource = claims[0].name, claims[0].object.resource
    there = {one.through for one in claims}
    seen = all(one.certainty is not Certainty.UNSEEN for one in claims)
    ways = (memory.ways.get((name, kind), {}).get(resource, {}) for kind in memory.types.get(name, ()))
    gone = (parent for way in ways for parent, values in way.items() if values and parent not in there)
    return any(seen or parent in claims[0].parents for parent in gone)


def _as_given(claim: Claim, others: Sequence[Claim], memory: _Memory) -> Iterator[Claim]:
    """Yield a claim for what an unheard parent gave, by type. others: the claims of all parents."""
    for kind in memory.types.get(claim.name, ()) if claim.type is None else (claim.type,):
        values = _gave(claim, kind, others, memory)
        if detected := Detected.of_memory(values):
            yield replace(_plain(claim), targets=detected)
        elif values:
            yield replace(_plain(claim), type=kind, targets=Known(tuple(sorted(values))))


def _gave(claim: Claim, kind: str, others: Sequence[Claim], memory: _Memory) -> frozenset[str]:
    """Return the targets that an unheard parent gave to a set, as far as state tells."""
    key, resource = (claim.name, kind), claim.object.resource
    ways = memory.ways.get(key, {}).get(resource)
    if ways is None:
        given = memory.given(key, resource)
        if claim.certainty is Certainty.TENTATIVE:
            return given & _values(dict(claim.would_be).get(kind))
        return given - frozenset[str]().union(*(_values(one.targets) for one in others if one.type == kind))
    return _remembered_of(claim, ways)


def _remembered_of(claim: Claim, ways: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the targets that state remembers of an unheard parent. ways: those of the claim's object.

    What former parents gave may be what a parent gives now that cannot be seen and is new to state.
    """
    if claim.certainty is Certainty.UNSEEN and claim.through not in ways:
        former = (values for parent, values in ways.items() if parent not in claim.parents)
        return frozenset(value for values in former for value in values)
    return frozenset(ways.get(claim.through, ()))


def _values(targets: Targets | None) -> frozenset[str]:
    return frozenset(targets.value) if isinstance(targets, Known) else frozenset()


def ways_of(claims: Iterable[Claim], registry: Registry) -> Mapping[Key, Ways]:
    """Return the ways to remember of definite claims, by set. Of a parent that cannot be heard they are the former."""
    found: dict[Key, dict[str, dict[str, set[str]]]] = {}
    before: Mapping[Key, Ways] | None = None

    def add(key: Key, claim: Claim, values: Iterable[str]) -> None:
        of_object = found.setdefault(key, {}).setdefault(claim.object.resource, {one: set() for one in claim.parents})
        of_object.setdefault(claim.through, set()).update(values)

    for claim in claims:
        if not claim.through:
            continue
        match claim.targets:
            case Known(value):
                add((claim.name, claim.type or ""), claim, value)
            case Detected() as detected:
                for kind in (claim.type,) if claim.type else _DETECTED_TYPES:
                    add((claim.name, kind), claim, detected.remembered)
            case Unknown():
                before = _Memory(registry).ways if before is None else before
                for kind in (claim.type,) if claim.type else ("A", "AAAA", "CNAME"):
                    key = (claim.name, kind)
                    if former := _remembered_of(claim, before.get(key, {}).get(claim.object.resource, {})):
                        add(key, claim, former)
    return {
        key: {
            resource: {parent: tuple(sorted(values)) for parent, values in ways.items()}
            for resource, ways in of_set.items()
        }
        for key, of_set in found.items()
    }
