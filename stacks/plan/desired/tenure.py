"""Tenure: the objects that have a name, and those that wait for it, as state remembers them. Pure.

The mark of a record set names the object that has it, and state all objects that share it. Where several ask for a
name and cannot share it, state remembers the order in which they were first seen. How old an object is plays no part:
whoever may edit an old one could take any name with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from components.marks import ownership
from components.records.logical_name import MARK, LogicalName
from components.records.types import RECORD_TYPES
from stacks.model.claims import ObjectKey
from stacks.model.observation import Registry
from stacks.model.values import NameQueue, RegisteredRecord
from stacks.plan.records.record_sets import Key

SETTINGS = "settings/"
"""Before the resource of a name that the settings want."""
LONGEST_QUEUE = 20
"""Objects that are remembered of a name; those beyond come after them, by their keys."""


@dataclass(frozen=True, slots=True)
class HiddenHolder:
    """An object that has a name and cannot be seen now. namespace: None where its mark does not tell."""

    resource: str
    namespace: str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.resource} (not to be seen now: {self.reason})"


def _seen(_: str) -> str:
    return ""


def _nowhere(_: str) -> str | None:
    return None


@dataclass(frozen=True)
class Tenure:
    """The objects that have each name, by state; worked out once several ask for a name.

    hidden: returns the reason why an object, by its resource, may exist unseen, "" where it is known whether it does.
    namespace: returns the namespace of such an object, None for none that is known. all_seen: whether none is hidden.
    """

    registry: Registry = field(default_factory=Registry)
    hidden: Callable[[str], str] = _seen
    namespace: Callable[[str], str | None] = _nowhere
    all_seen: bool = True

    @cached_property
    def marks(self) -> Mapping[str, RegisteredRecord]:
        """The marks in state, by logical name."""
        return {one.logical_name: one for one in self.registry.records if one.logical_name.endswith(f"/{MARK}")}

    @cached_property
    def sharing(self) -> Mapping[Key, tuple[str, ...]]:
        """The objects with a part in a record set."""
        return {(one.name, one.type): tuple(who for who, _ in one.parts) for one in self.registry.shared}

    @cached_property
    def sets(self) -> frozenset[Key]:
        """The record sets in state."""
        return frozenset(_set_of(one.logical_name) for one in self.registry.records)

    @cached_property
    def queues(self) -> Mapping[str, tuple[str, ...]]:
        """The objects at each contested name, in the order in which they were first seen."""
        return {one.name: one.resources for one in self.registry.queues}

    def is_marked_for(self, key: Key, resource: str) -> bool:
        """Whether the mark of a record set names an object; cheaper than `holdings`, as it is asked for each name."""
        mark = self.marks.get(f"{key[0]}/{key[1]}/{MARK}")
        return mark is not None and any(f"/resource={resource}{end}" in mark.record.content for end in ('"', ","))

    def holdings(self, name: str, asking: Iterable[str] = ()) -> Mapping[str, frozenset[str]]:
        """Return the objects that have a name, by their resources, the one of the first mark first, with their types.

        asking: objects, each of which may have what state knows to be ours and does not say whose it is.
        """
        found: dict[str, set[str]] = {}
        forgotten: set[str] = set()
        for record_type in RECORD_TYPES:
            key = (name, record_type)
            if key not in self.sets:
                continue
            marked = self.marks.get(str(LogicalName(*key, MARK)))
            mark = ownership.parse(marked.record.content) if marked else None
            having = dict.fromkeys((*([mark.resource] if mark else []), *self.sharing.get(key, ())))
            for resource in having:
                if resource and not resource.startswith(SETTINGS):
                    found.setdefault(resource, set()).add(record_type)
            if not any(having):
                forgotten.add(record_type)
        for resource in asking if forgotten else ():
            found.setdefault(resource, set()).update(forgotten)
        return {resource: frozenset(types) for resource, types in found.items()}

    def hidden_holder(self, having: Iterable[str]) -> HiddenHolder | None:
        """Return the first unseen object among the holders of a name; None for none."""
        if self.all_seen:
            return None
        hidden = (HiddenHolder(one, self.namespace(one), reason) for one in having if (reason := self.hidden(one)))
        return next(hidden, None)

    def order(self, name: str, objects: Iterable[ObjectKey], having: Iterable[str]) -> list[ObjectKey]:
        """Return objects asking for a name: first the holders, then in order of arrival, then new ones by key."""
        known = {one: at for at, one in enumerate(dict.fromkeys((*having, *self.queues.get(name, ()))))}
        return sorted(objects, key=lambda one: (known.get(one.resource, len(known)), one))

    def queue(self, name: str, ordered: Iterable[ObjectKey]) -> NameQueue:
        """Return the entry in state for a contested name. ordered: the objects asking for the name."""
        now = [one.resource for one in ordered]
        there = set(now)
        before = self.queues.get(name, ())
        unseen = [one for one in before if one not in there and not self.all_seen and self.hidden(one)]
        known = {one: at for at, one in enumerate(before)}
        merged = sorted((*now, *unseen), key=lambda one: known.get(one, len(known))) if unseen else now
        return NameQueue(name, tuple(merged[:LONGEST_QUEUE]))


def _set_of(logical_name: str) -> Key:
    """Return the name and type in a logical name; cheaper than to take it apart, as there are many."""
    name, record_type = logical_name.split("/", 2)[:2]
    return name, record_type
