"""Record sets that several objects share, of which some cannot be seen: theirs stay, the others are followed. Pure.

Which of a set's targets came from which object nobody can tell from the zone. State remembers it for the sets that
several objects share; of another set the mark says whose it all is. Without marks in the zone (`marks: comment` or
`none`) nobody knows: then nothing that the set has goes while something cannot be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from components import ownership
from stacks.plan.zone_index import Key, ZoneIndex
from stacks.values import Endpoint, Known, Observation, SharedSet, Unknown
from stacks.wishes import origin

ANYBODY = ""
"""The one who gave what nobody knows the giver of."""
SETTINGS = "settings/"

Gave = Mapping[str, tuple[str, ...]]
"""What each object gave to a set, by `ObjectKey.resource`."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Which objects can be seen: the origins of those that can and of those that cannot, and what state remembers."""

    read: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    """With the reason of each."""
    shared: Mapping[Key, Gave]

    @classmethod
    def of(cls, observation: Observation) -> Sight:
        read, unread = [], []
        for one in observation.sources:
            if isinstance(one.found, Unknown):
                unread.append((origin(one.cluster, one.kind), one.found.reason))
            else:
                read.append(origin(one.cluster, one.kind))
        return cls(
            tuple(read), tuple(unread), {(one.name, one.type): dict(one.parts) for one in observation.registry.shared}
        )

    def hidden(self, resource: str) -> str:
        """Why the object cannot be seen, if it is there at all; "" where it is known whether it is."""
        if not self.unread or resource.startswith(SETTINGS):
            return ""
        for begin, reason in self.unread:
            if resource.startswith(begin):
                return reason
        # Of a cluster that was renamed, or nobody knows whose: it may be one of those that cannot be seen.
        return "" if resource and resource.startswith(self.read) else self.unread[0][1]


def gave(key: Key, zone: ZoneIndex, held: tuple[str, ...], sight: Sight) -> Gave:
    """What each object gave to a set that is ours."""
    if key in sight.shared:
        return sight.shared[key]
    if not held:
        return {}
    mark = ownership.parse(zone.marks[key].record.content) if key in zone.marks else None
    return {mark.resource if mark else ANYBODY: held}


def with_hidden_parts(endpoint: Endpoint, given: Gave, sight: Sight) -> Endpoint:
    """The endpoint with a part for each object that cannot be seen and that gave to its set."""
    if not endpoint.parts or not sight.unread:
        return endpoint
    there = {resource for resource, _ in endpoint.parts}
    hidden = [(one, Unknown(reason)) for one in given if one not in there and (reason := sight.hidden(one))]
    if not hidden:
        return endpoint
    return replace(endpoint, parts=(*endpoint.parts, *hidden), targets=hidden[0][1])


def partly_known(endpoint: Endpoint, given: Gave, held: Iterable[str]) -> Known[tuple[str, ...]] | Unknown:
    """The targets where some parts are known and the others keep what they gave; else Unknown."""
    if isinstance(endpoint.targets, Known):
        return endpoint.targets
    known = {target for _, part in endpoint.parts if isinstance(part, Known) for target in part.value}
    remembered = {
        target
        for resource, part in endpoint.parts
        if isinstance(part, Unknown)
        for target in given.get(resource, given.get(ANYBODY, ()))
    }
    if not (known or remembered) or not remembered <= set(held):
        return endpoint.targets
    return Known(tuple(sorted(known | remembered)))


def remembered(endpoint: Endpoint, given: Gave) -> list[SharedSet]:
    """What to remember of an endpoint's set: nothing where one object alone gives to it."""
    parts: dict[str, set[str]] = {}
    for resource, part in endpoint.parts:
        values = part.value if isinstance(part, Known) else given.get(resource, given.get(ANYBODY, ()))
        parts.setdefault(resource, set()).update(values)
    several = {resource: tuple(sorted(values)) for resource, values in sorted(parts.items()) if values}
    return [SharedSet(endpoint.name, endpoint.type, tuple(several.items()))] if len(several) > 1 else []
