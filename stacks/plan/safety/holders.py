"""The objects for which the sets in state were made, by their marks and by what state remembers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from components.marks import ownership
from stacks.model.observation import Registry
from stacks.plan.records.record_sets import Key


def holders_of(registry: Registry) -> Mapping[Key, frozenset[str]]:
    """Return the `ObjectKey.resource` of each object behind a set in state."""
    found: dict[Key, set[str]] = defaultdict(set)
    for one in registry.records:
        if one.resource.is_mark and (mark := ownership.parse(one.record.content)):
            found[one.resource.record_set].add(mark.resource)
    for shared in registry.shared:
        found[shared.name, shared.type] |= {resource for resource, _ in shared.parts}
    return {key: frozenset(resources) for key, resources in found.items()}
