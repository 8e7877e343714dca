"""Claimants: the cluster objects that claim, or claimed until now, each record set. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.marks import ownership
from stacks.model.claims import Claim, ObjectKey, origin
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known, Unknown
from stacks.plan.changes import Change
from stacks.plan.desired.cluster_endpoints import zone_of
from stacks.plan.records.record_sets import Key


@dataclass(frozen=True, slots=True)
class Claimants:
    """The claiming objects by record set. Objects that cannot be seen are left out: nobody knows their claims."""

    now: Mapping[Key, tuple[ObjectKey, ...]]
    former: Mapping[Key, tuple[ObjectKey, ...]]
    """The objects that a set was made for, by its marks and state, and that claim it no more."""
    gave: Mapping[tuple[Key, ObjectKey], tuple[str, ...]]
    """The values that each of several objects gave to a set, as state remembers them."""
    unknown: tuple[Claim, ...]
    """The claims for names in our zones with neither targets nor types known."""

    @classmethod
    def of(cls, plan: Plan, changes: Iterable[Change], observation: Observation) -> Claimants:
        """Return the claimants in a run's plan, its changes, and the observation before it."""
        zones = frozenset(zone.zone for zone in observation.zones)
        unknown = tuple(one for one in _unknown_wishes(observation) if zone_of(one.name, zones))
        now = dict(plan.asked_by)
        by_name: dict[str, list[ObjectKey]] = defaultdict(list)
        for claim in unknown:
            by_name[claim.name].append(claim.object)
        for frozen in plan.frozen:
            if frozen.name in by_name:
                key = (frozen.name, frozen.type)
                now[key] = tuple(dict.fromkeys((*now.get(key, ()), *by_name[frozen.name])))
        former: dict[Key, dict[ObjectKey, None]] = defaultdict(dict)
        objects = _Objects.of(observation)
        for key, resource in _marked(changes, observation):
            found = objects.named(resource)
            if found is not None and resource not in {one.resource for one in now.get(key, ())}:
                former[key][found] = None
        gave = {
            ((one.name, one.type), found): values
            for one in observation.registry.shared
            for resource, values in one.parts
            if (found := objects.named(resource)) is not None
        }
        return cls(now, {key: tuple(found) for key, found in former.items()}, gave, unknown)

    def all(self, key: Key) -> tuple[ObjectKey, ...]:
        """Return the objects that claim a set, or claimed it until now."""
        return (*self.now.get(key, ()), *self.former.get(key, ()))


def _unknown_wishes(observation: Observation) -> Iterator[Claim]:
    for source in observation.sources:
        if isinstance(source.found, Known):
            for one in source.found.value:
                if isinstance(one, Claim) and one.type is None and isinstance(one.targets, Unknown):
                    yield one


def _marked(changes: Iterable[Change], observation: Observation) -> Iterator[tuple[Key, str]]:
    """Yield sets with the `ObjectKey.resource` they were made for, by changed marks and by state."""
    for change in changes:
        if change.resource.is_mark and change.before and (mark := ownership.parse(change.before.content)):
            yield change.resource.record_set, mark.resource
    for one in observation.registry.records:
        if one.resource.is_mark and (mark := ownership.parse(one.record.content)):
            yield one.resource.record_set, mark.resource
    for shared in observation.registry.shared:
        for resource, _ in shared.parts:
            yield (shared.name, shared.type), resource


@dataclass(frozen=True, slots=True)
class _Objects:
    """A parser of `ObjectKey.resource`, for objects that can be seen."""

    kinds: tuple[tuple[str, str, str], ...]
    """The prefixes of clusters and kinds, the longest first, each with its cluster and kind."""

    @classmethod
    def of(cls, observation: Observation) -> _Objects:
        seen = [one for one in observation.sources if isinstance(one.found, Known) and not one.stale]
        begins = {(origin(one.cluster, one.kind), one.cluster, one.kind) for one in seen}
        return cls(tuple(sorted(begins, key=lambda begin: (-len(begin[0]), begin))))

    def named(self, resource: str) -> ObjectKey | None:
        for begin, cluster, kind in self.kinds:
            if resource.startswith(begin):
                namespace, _, name = resource.removeprefix(begin).rpartition("/")
                return ObjectKey(cluster, kind, namespace, name) if name and "/" not in namespace else None
        return None
