"""The objects for which the sets in state were made, by their marks and by what state remembers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from components.marks import ownership
from stacks.model.observation import Registry
from stacks.plan.records.record_sets import Key
from stacks.settings.cluster import SourceName

_OF_GATEWAYS = "gateway-"
_SOURCES: Mapping[str, str] = {name.removeprefix(_OF_GATEWAYS): name for name in get_args(SourceName)}
"""The names of sources in the settings, by the kinds of their objects in marks."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The cluster and the kind of an object that a set was made for. kind: in lower case, as in marks."""

    cluster: str
    kind: str

    @property
    def source(self) -> str:
        """The name of the source in the settings."""
        return _SOURCES[self.kind]


def holder(resource: str) -> Holder | None:
    """Return the holder in an `ObjectKey.resource`; None for a name of the settings, and for an unknown kind.

    Before the kind is the cluster's name, which may have slashes; after it a namespace, if any, and a name.
    """
    parts = resource.split("/")
    for place in (-3, -2):
        if len(parts) >= -place and parts[place] in _SOURCES:
            return Holder("/".join(parts[:place]), parts[place])
    return None


def holders_of(registry: Registry) -> Mapping[Key, frozenset[str]]:
    """Return the `ObjectKey.resource` of each object behind a set in state."""
    found: dict[Key, set[str]] = defaultdict(set)
    for one in registry.records:
        if one.resource.is_mark and (mark := ownership.parse(one.record.content)):
            found[one.resource.record_set].add(mark.resource)
    for shared in registry.shared:
        found[shared.name, shared.type] |= {resource for resource, _ in shared.parts}
    return {key: frozenset(resources) for key, resources in found.items()}
