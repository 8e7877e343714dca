"""Shared record sets: the targets of objects that cannot be seen stay, the others are followed. Pure.

The zone does not tell which object gave a target. State remembers it for sets that several objects share; of other
sets the mark names the only giver. Where marks name none (`marks: comment` or `none`) state remembers it for all sets.
Targets without a known giver stay while any object cannot be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.marks import ownership
from components.records.aliases import ALIASES
from stacks.model.claims import LINK, Complaint, Detected, origin
from stacks.model.observation import Observation
from stacks.model.values import Endpoint, Known, SharedSet, Unknown
from stacks.plan.desired.tenure import SETTINGS
from stacks.plan.desired.ways import Ways, as_remembered, remembered
from stacks.plan.records.record_sets import Key
from stacks.plan.records.zone_index import ZoneIndex

ANYBODY = ""
"""The giver of targets whose giver is not known."""

Gave = Mapping[str, tuple[str, ...]]
"""The targets that each object gave to a set, by `ObjectKey.resource`."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The visible and hidden origins of objects, and the givers that state remembers. read: the visible origins."""

    read: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    """The hidden origins, each with the reason."""
    failure: str
    """The reason of a hidden origin that its cluster has; "" for none: a kind that it lacks hides no other objects."""
    shared: Mapping[Key, Gave]
    ways: Mapping[Key, Ways]
    doubted: Mapping[str, str]
    """Objects whose names may be unknown, as an annotation cannot be followed, say; with the reason."""

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
            if isinstance(one, Complaint) and (one.annotation or one.hides_names) and not one.minor
        }
        ways = {(one.name, one.type): remembered(one) for one in observation.registry.shared if one.ways}
        return cls(tuple(read), tuple(unread), next(failures, ""), shared, ways, doubted)

    @property
    def is_clear(self) -> bool:
        """Whether all objects can be seen."""
        return not (self.unread or self.doubted)

    def remembered(self, key: Key) -> SharedSet | None:
        """Return the givers that state remembers of a set; None for none."""
        if key not in self.shared:
            return None
        return SharedSet(*key, tuple(self.shared[key].items()), as_remembered(self.ways.get(key, {})))

    def hidden(self, resource: str) -> str:
        """Return the reason why an object may exist unseen; "" where it is known whether it does."""
        if resource in self.doubted:
            return self.doubted[resource]
        if not self.unread or resource.startswith(SETTINGS):
            return ""
        for begin, reason in self.unread:
            if resource.startswith(begin):
                return reason
        # Of a cluster that was renamed, or nobody knows whose: it may be one of those that cannot be seen.
        return "" if resource and resource.startswith(self.read) else self.failure

    def namespace(self, resource: str) -> str | None:
        """Return the namespace of an object, "" for one without any; None where its name does not tell."""
        for begin in (*(begin for begin, _ in self.unread), *self.read):
            if resource.startswith(begin):
                namespace, slash, _ = resource.removeprefix(begin).partition("/")
                return namespace if slash else ""
        return None


def gave(key: Key, zone: ZoneIndex, held: tuple[str, ...], sight: Sight) -> Gave:
    """Return the targets that each object gave to a set of ours. held: all its present values."""
    if key in sight.shared:
        return sight.shared[key]
    if not held:
        return {}
    mark = ownership.parse(zone.registered_marks[key].record.content) if key in zone.registered_marks else None
    return {mark.resource if mark else ANYBODY: held}


@dataclass(frozen=True, slots=True)
class Combined:
    """The claims of visible objects for one set, with the targets that hidden ones gave.

    endpoint: with Unknown targets where a giver is hidden. targets: of the set; Unknown where its values have to stay.
    """

    endpoint: Endpoint
    targets: Known[tuple[str, ...]] | Unknown
    shared: tuple[SharedSet, ...]


def combined(endpoint: Endpoint, zone: ZoneIndex, held: tuple[str, ...], sight: Sight, ways: Ways) -> Combined:
    """Return the endpoint with the targets that hidden objects gave.

    held: the present values of its set. ways: by the parents of the objects that claim it.
    """
    given = gave((endpoint.name, endpoint.type), zone, held, sight)
    there = {resource for resource, _ in endpoint.parts}
    unseen = {giver: reason for giver in given if giver not in there and (reason := sight.hidden(giver))}
    links = Detected(endpoint.links, endpoint.hosts).remembered
    giving = {*there, *unseen}
    former = {one: found for one, found in sight.ways.get((endpoint.name, endpoint.type), {}).items() if one in unseen}
    known = former | {one: found for one, found in ways.items() if one in giving}
    fewest = 2 if zone.settings.marks == "txt" and not known else 1
    shared = _remembered(endpoint, given, links, tuple(unseen), fewest, known)
    # What pointed at these links does so still; it is only remembered.
    staying = [giver for giver in unseen if not (links and set(given[giver]) <= set(links))]
    if staying:
        endpoint = replace(endpoint, targets=Unknown(unseen[staying[0]]))
    return Combined(endpoint, _with_those_that_stay(endpoint, given, held, staying), shared)


def _with_those_that_stay(
    endpoint: Endpoint, given: Gave, held: tuple[str, ...], staying: Sequence[str]
) -> Known[tuple[str, ...]] | Unknown:
    """Return the known targets with those of staying givers; the endpoint's own where these are not known."""
    unknown = [giver for giver, part in endpoint.parts if isinstance(part, Unknown)]
    if (endpoint.links and unknown) or (staying and endpoint.type in ALIASES):  # a name has one alias
        return endpoint.targets
    known = {target for _, part in endpoint.parts if isinstance(part, Known) for target in part.value}
    kept = {target for giver in (*staying, *unknown) for target in _targets(giver, given, held)}
    explained = kept <= set(held) and (known or kept)
    return Known(tuple(sorted(known | kept))) if explained else endpoint.targets


def _targets(resource: str, given: Gave, held: tuple[str, ...]) -> tuple[str, ...]:
    """Return the targets that an object gave; all present ones where it pointed at detected addresses."""
    values = given.get(resource, given.get(ANYBODY, ()))
    return held if any(value.startswith(LINK) for value in values) else values


def _remembered(
    endpoint: Endpoint, given: Gave, links: tuple[str, ...], unseen: tuple[str, ...], fewest: int, ways: Ways
) -> tuple[SharedSet, ...]:
    """Return the givers to remember of an endpoint's set; () where fewer objects than this give to it."""
    parts: dict[str, set[str]] = {}
    for resource, part in endpoint.parts:
        before = given.get(resource, given.get(ANYBODY, ()))
        parts.setdefault(resource, set()).update(links or (part.value if isinstance(part, Known) else before))
    parts |= {resource: set(given[resource]) for resource in unseen}
    several = tuple((resource, tuple(sorted(values))) for resource, values in sorted(parts.items()) if values)
    if len(several) < fewest:
        return ()
    return (SharedSet(endpoint.name, endpoint.type, several, as_remembered(ways)),)
