"""Record sets that several objects share, of which some cannot be seen: theirs stay, the others are followed. Pure.

Which of a set's targets came from which object nobody can tell from the zone. State remembers it for the sets that
several objects share; of another set the mark says whose it all is. Where marks do not say so (`marks: comment` or
`none`) state remembers it for all; of what it does not, nothing goes while something cannot be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.marks import ownership
from stacks.model.claims import Complaint, origin
from stacks.model.values import Endpoint, Known, Observation, SharedSet, Unknown
from stacks.plan.desired.claims import ALIAS
from stacks.plan.records.record_sets import Key
from stacks.plan.records.zone_index import ZoneIndex

ANYBODY = ""
"""The one who gave what nobody knows the giver of."""
SETTINGS = "settings/"

LINK = "link:"
"""What an object gave that points at the addresses that are detected on a link: this, and the link's name."""

Gave = Mapping[str, tuple[str, ...]]
"""What each object gave to a set, by `ObjectKey.resource`."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Which objects can be seen: the origins of those that can and of those that cannot, and what state remembers."""

    read: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    """With the reason of each."""
    failure: str
    """Why one cannot that its cluster has; "" where there is none: a kind that it has not hides nobody else's."""
    shared: Mapping[Key, Gave]
    doubted: Mapping[str, str]
    """The objects one of whose annotations does not say what can be done, with the reason: which names, say."""

    @classmethod
    def of(cls, observation: Observation) -> Sight:
        read, unread = [], []
        for one in observation.sources:
            if isinstance(one.found, Unknown):
                unread.append((origin(one.cluster, one.kind), one.found.reason))
            else:
                read.append(origin(one.cluster, one.kind))
        failures = (
            one.found.reason for one in observation.sources if isinstance(one.found, Unknown) and not one.waiting
        )
        shared = {(one.name, one.type): dict(one.parts) for one in observation.registry.shared}
        doubted = {
            one.object.resource: one.text
            for source in observation.sources
            if isinstance(source.found, Known)
            for one in source.found.value
            if isinstance(one, Complaint) and one.annotation
        }
        return cls(tuple(read), tuple(unread), next(failures, ""), shared, doubted)

    @property
    def is_clear(self) -> bool:
        """Whether everything can be seen."""
        return not (self.unread or self.doubted)

    def hidden(self, resource: str) -> str:
        """Why the object cannot be seen, if it is there at all; "" where it is known whether it is."""
        if resource in self.doubted:
            return self.doubted[resource]
        if not self.unread or resource.startswith(SETTINGS):
            return ""
        for begin, reason in self.unread:
            if resource.startswith(begin):
                return reason
        # Of a cluster that was renamed, or nobody knows whose: it may be one of those that cannot be seen.
        return "" if resource and resource.startswith(self.read) else self.failure


def gave(key: Key, zone: ZoneIndex, held: tuple[str, ...], sight: Sight) -> Gave:
    """What each object gave to a set that is ours."""
    if key in sight.shared:
        return sight.shared[key]
    if not held:
        return {}
    mark = ownership.parse(zone.registered_marks[key].record.content) if key in zone.registered_marks else None
    return {mark.resource if mark else ANYBODY: held}


@dataclass(frozen=True, slots=True)
class Combined:
    """What the objects that can be seen ask for, with what the others gave.

    endpoint: unknown where one is that cannot be seen. targets: of the set; Unknown where what it has has to stay.
    """

    endpoint: Endpoint
    targets: Known[tuple[str, ...]] | Unknown
    shared: tuple[SharedSet, ...]


def combined(endpoint: Endpoint, zone: ZoneIndex, held: tuple[str, ...], sight: Sight) -> Combined:
    """The endpoint of objects with what those gave that cannot be seen. held: what its set has now."""
    given = gave((endpoint.name, endpoint.type), zone, held, sight)
    there = {resource for resource, _ in endpoint.parts}
    unseen = {giver: reason for giver in given if giver not in there and (reason := sight.hidden(giver))}
    links = tuple(LINK + link for link in endpoint.links)
    fewest = 2 if zone.settings.marks == "txt" else 1
    shared = _remembered(endpoint, given, links, tuple(unseen), fewest)
    # What pointed at these links does so still; it is only remembered.
    staying = [giver for giver in unseen if not (links and set(given[giver]) <= set(links))]
    if staying:
        endpoint = replace(endpoint, targets=Unknown(unseen[staying[0]]))
    return Combined(endpoint, _with_those_that_stay(endpoint, given, held, staying), shared)


def _with_those_that_stay(
    endpoint: Endpoint, given: Gave, held: tuple[str, ...], staying: Sequence[str]
) -> Known[tuple[str, ...]] | Unknown:
    """Return the known targets with those of the givers that stay; those of the endpoint where that cannot be told."""
    unknown = [giver for giver, part in endpoint.parts if isinstance(part, Unknown)]
    if (endpoint.links and unknown) or (staying and endpoint.type == ALIAS):  # a name has one alias
        return endpoint.targets
    known = {target for _, part in endpoint.parts if isinstance(part, Known) for target in part.value}
    kept = {target for giver in (*staying, *unknown) for target in _targets(giver, given, held)}
    explained = kept <= set(held) and (known or kept)
    return Known(tuple(sorted(known | kept))) if explained else endpoint.targets


def _targets(resource: str, given: Gave, held: tuple[str, ...]) -> tuple[str, ...]:
    """What an object gave; where those were detected addresses, nobody knows which of them."""
    values = given.get(resource, given.get(ANYBODY, ()))
    return held if any(value.startswith(LINK) for value in values) else values


def _remembered(
    endpoint: Endpoint, given: Gave, links: tuple[str, ...], unseen: tuple[str, ...], fewest: int
) -> tuple[SharedSet, ...]:
    """What to remember of an endpoint's set: nothing where fewer objects give to it."""
    parts: dict[str, set[str]] = {}
    for resource, part in endpoint.parts:
        before = given.get(resource, given.get(ANYBODY, ()))
        parts.setdefault(resource, set()).update(links or (part.value if isinstance(part, Known) else before))
    parts |= {resource: set(given[resource]) for resource in unseen}
    several = tuple((resource, tuple(sorted(values))) for resource, values in sorted(parts.items()) if values)
    return (SharedSet(endpoint.name, endpoint.type, several),) if len(several) >= fewest else ()
