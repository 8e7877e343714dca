"""The objects for which the sets in state were made, by their marks and by what state remembers. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from components.marks import ownership
from stacks.model.claims import CONTAINER, DOCKER, WEBHOOK
from stacks.model.observation import Registry
from stacks.plan.desired.tenure import SETTINGS
from stacks.plan.records.record_sets import Key
from stacks.settings.cluster import SourceName

_SOURCES: Mapping[str, str] = {
    **{name.rpartition("-")[2]: name for name in get_args(SourceName) if name != "crd"},
    "dnsendpoint": "crd",
    CONTAINER.lower(): DOCKER,
}
"""The names of sources in the settings, by the kinds of their objects in marks."""
_KIND = re.compile(r"[a-z][a-z0-9]{0,62}")
"""A kind that the settings describe (`cluster.kinds`), in lower case."""
_OF_A_NAMESPACE = 3
"""Parts of the resource of an object with a namespace: kind, namespace and name."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The cluster and the kind of an object that a set was made for. kind: in lower case, as in marks."""

    cluster: str
    kind: str

    @property
    def source(self) -> str:
        """The name of the source in the settings; the kind where the settings describe it."""
        return _SOURCES.get(self.kind, self.kind)


def holder(resource: str) -> Holder | None:
    """Return the holder in an `ObjectKey.resource`; None for a name of the settings, and where no kind can be read.

    Before the kind is the cluster's name, which may have slashes; after it a namespace, if any, and a name.
    """
    parts = resource.split("/")
    if parts[0] == WEBHOOK:
        return Holder(WEBHOOK, "")
    for place in (-3, -2):
        if len(parts) >= -place and parts[place] in _SOURCES:
            return Holder("/".join(parts[:place]), parts[place])
    if len(parts) < _OF_A_NAMESPACE or resource.startswith(SETTINGS) or not _KIND.fullmatch(parts[-_OF_A_NAMESPACE]):
        return None
    return Holder("/".join(parts[:-_OF_A_NAMESPACE]), parts[-_OF_A_NAMESPACE])


def holders_of(registry: Registry) -> Mapping[Key, frozenset[str]]:
    """Return the `ObjectKey.resource` of each object behind a set in state."""
    found: dict[Key, set[str]] = defaultdict(set)
    for one in registry.records:
        if one.resource.is_mark and (mark := ownership.parse(one.record.content)):
            found[one.resource.record_set].add(mark.resource)
    for shared in registry.shared:
        found[shared.name, shared.type] |= {resource for resource, _ in shared.parts}
    return {key: frozenset(resources) for key, resources in found.items()}
