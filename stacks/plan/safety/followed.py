"""The addresses that names follow: a change that only follows them is none that the guard counts. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from ipaddress import ip_address

from components.marks import in_comments
from components.records import canonical_content
from components.records.record import Record
from stacks.model.addresses.host_part import placed
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known, RegisteredRecord
from stacks.plan.changes import Action, Change, same

ADDRESS_TYPES = frozenset({"A", "AAAA"})
PUT_RIGHT = frozenset({Action.UPDATE, Action.CORRECT, Action.RESTORE})


@dataclass(frozen=True, slots=True)
class Followed:
    """The addresses that names follow: detected ones, of unknown links the last published, and hosts beside these."""

    addresses: Collection[str]
    pointing: frozenset[tuple[str, str]]
    """The record sets with such addresses only."""
    asked: frozenset[tuple[str, str]]
    """The record sets of cluster objects: they follow the addresses of these."""

    @classmethod
    def of(cls, plan: Plan, observation: Observation) -> Followed:
        seen = {a for one in observation.addresses if isinstance(one.addresses, Known) for a in one.addresses.value}
        unseen = {(one.link, one.family) for one in observation.addresses if not isinstance(one.addresses, Known)}
        remembered = {
            ip_address(address)
            for one in observation.registry.links
            if (one.link, one.family) in unseen
            for address in one.addresses
        }
        followed = seen | remembered
        addresses = frozenset((*placed(followed, ()), *placed(followed, plan.hosts)))
        pointing = frozenset(
            (one.name, one.type)
            for one in plan.record_sets
            if one.slots and all(addresses.issuperset(canonical_content.split(slot.target)) for slot in one.slots)
        )
        return cls(addresses, pointing, frozenset(key for key, _ in plan.asked_by))

    def has(self, name: str, record_type: str) -> bool:
        """Whether a record set has only targets that it follows."""
        key = (name, record_type)
        return key in self.asked or (record_type in ADDRESS_TYPES and key in self.pointing)

    def points(self, change: Change) -> bool:
        """Whether a record points at what it follows, after a change."""
        after = change.after
        if after is None:
            return False
        return (after.name, after.type) in self.asked or (
            after.type in ADDRESS_TYPES
            and all(address in self.addresses for address in canonical_content.split(after.content))
        )

    def updates(self, change: Change, ours: RegisteredRecord) -> bool:
        """Return whether a change gives a record only a target that it follows, another mark, or nothing new."""
        after, before = change.after, change.before
        if after is None or change.is_as_wished:
            return change.is_as_wished
        if change.action is Action.UPDATE and before and same(_unmarked(before), _unmarked(after)):
            return True
        moves = before is None or before.content != after.content
        # In fields that are kept the zone's record, not state's, is as wished.
        former = (ours.record, before or ours.record)
        return self.points(change) and moves and any(same(replace(one, content=after.content), after) for one in former)

    def shrinks(self, change: Change) -> bool:
        """Whether a deletion takes one address of a name that keeps others."""
        return self.has(*change.resource.record_set)


def _unmarked(record: Record) -> Record:
    """Return a record without a mark in its comment."""
    return replace(record, comment=in_comments.parse(record.comment)[0])
