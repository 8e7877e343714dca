"""Refusals of runs that leave nothing of a zone, or of what one source has asked for, however little there was. Pure.

A cluster that was built anew, a wrong context, a filter that matches nothing or a lost file shows like that. What makes
room for a set of another type at the same name is not counted.

| a source of the settings                                              | then                                     |
|-----------------------------------------------------------------------|------------------------------------------|
| has no name left                                                      | refused                                  |
| has other names only, and a setting that chooses its objects changed  | refused                                  |
| is not in the settings any more, nor are its names another cluster's  | refused                                  |
| has none but one that a setting or another object has, and for which  | that one counts as left                  |
| objects of the source ask, too                                        |                                          |
| has no name left: the last object that had any is gone, nothing else  | that object was deleted: it may go       |
| of the zone or the settings changed within the hour, and the cluster  |                                          |
| is the one that it was                                                |                                          |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from stacks.model.claims import DOCKER, WEBHOOK, Claim, SourceSighting, origin
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known, RecordSet
from stacks.plan.changes import Action, Change
from stacks.plan.records.alone import takes_the_place
from stacks.plan.records.record_sets import Key
from stacks.plan.records.zone_index import neighbour
from stacks.plan.safety.holders import Holder, holder, holders_of
from stacks.plan.safety.refusal import Refusal

_OF_THE_CLUSTER = frozenset({"kubeconfig", "context", "host", "certificates"})
"""The settings that choose the cluster or daemon; that it is another is told where they have changed."""
_UNSET = "not set"
DO = "the setting guard.emptying: true lets such runs pass unasked"


@dataclass(frozen=True)
class Emptying:
    """The deletions of a run, and the objects that the deleted sets were made for. gone: forgotten records too."""

    plan: Plan
    observation: Observation
    gone: Mapping[str, Change]
    deleted: Sequence[Change]

    @classmethod
    def of(cls, plan: Plan, found: Sequence[Change], observation: Observation) -> Emptying:
        """Return the deletions among the changes, without those that make room for another type."""
        ours = {one.urn for one in observation.registry.records if one.resource.is_record}
        gone = {one.urn: one for one in found if one.urn in ours and one.action in {Action.DELETE, Action.FORGET}}
        deferred = {one.name for one in plan.deferred}
        wanted: dict[str, list[RecordSet]] = defaultdict(list)
        for one in plan.record_sets:
            wanted[one.name].append(one)
        deleted = [
            one
            for one in gone.values()
            if one.action is Action.DELETE
            and one.record.name not in deferred
            and not any(takes_the_place(other, neighbour(one.record)) for other in wanted[one.record.name])
        ]
        return cls(plan, observation, gone, deleted)

    def of_zones(self, names: Mapping[str, str]) -> Iterator[Refusal]:
        """Yield the deletions that leave nothing of a zone. names: of the zones, by id."""
        owned: dict[str, set[str]] = defaultdict(set)
        for one in self.observation.registry.records:
            if one.resource.is_record:
                owned[one.zone_id].add(one.urn)
        declared = {one.zone_id for one in self.plan.record_sets if one.slots}
        for zone_id, urns in sorted(owned.items()) if self.deleted else ():
            here = tuple(one for one in self.deleted if one.urn in urns)
            if here and zone_id not in declared and urns <= self.gone.keys() and not self._is_last_object:
                zone = names.get(zone_id, zone_id)
                yield Refusal(zone, f"all that is ours in {zone} would be deleted: {_count(here)}", here, do=DO)

    def of_sources(self) -> Iterator[Refusal]:
        """Yield the deletions that leave no record of a source."""
        if not self.deleted:
            return
        by_key: dict[Key, list[Change]] = defaultdict(list)
        for one in self.deleted:
            by_key[one.resource.record_set].append(one)
        unread = tuple(origin(one.cluster, one.kind) for one in self.observation.sources if one.is_unread)
        for begin, keys in sorted(self._by_source.items()):
            if begin.startswith(unread):
                continue
            of = keys[min(keys)]
            here = tuple(chain.from_iterable(by_key.get(key, ()) for key in sorted(keys)))
            source = self._sources.get(begin)
            if here and self._is_emptied(begin, keys, source) and not self._is_last_object:
                what = f"all that {_named(of, source)} have asked for would be deleted: {_count(here)}"
                yield Refusal(here[0].zone, f"{what}; {self._why(begin, of, source)}", here, do=DO)

    @cached_property
    def _sources(self) -> Mapping[str, SourceSighting]:
        return {origin(one.cluster, one.kind): one for one in self.observation.sources if isinstance(one.found, Known)}

    @cached_property
    def _held(self) -> Mapping[Key, frozenset[str]]:
        return holders_of(self.observation.registry)

    @cached_property
    def _by_source(self) -> Mapping[str, Mapping[Key, Holder]]:
        """The sets made for the objects of each source, by its `origin`."""
        found: dict[str, dict[Key, Holder]] = defaultdict(dict)
        for key, resources in self._held.items():
            for one in filter(None, map(holder, sorted(resources))):
                found[origin(one.cluster, one.kind)][key] = one
        return found

    @cached_property
    def _declared(self) -> frozenset[Key]:
        return frozenset((one.name, one.type) for one in self.plan.record_sets if one.slots)

    @cached_property
    def _asked_by(self) -> Mapping[Key, frozenset[str]]:
        """The objects that ask for each declared set, each as its mark names it."""
        asked = ((key, objects) for key, objects in self.plan.asked_by if key in self._declared)
        return {key: frozenset(one.resource for one in objects) for key, objects in asked}

    def _is_emptied(self, begin: str, keys: Mapping[Key, Holder], source: SourceSighting | None) -> bool:
        if source is None:  # the cluster may have another name now: then such objects ask for the same names there
            now = {one for key in keys for one in self._asked_by.get(key, frozenset()) - self._held[key]}
            return not any(one.kind == keys[min(keys)].kind for one in filter(None, map(holder, now)))
        claimed = {one.name for one in _claims(source)}
        if any(_has(begin, self._asked_by.get(key, ())) for key in keys) or any(
            key in self._declared and key[0] in claimed for key in keys
        ):
            return False
        former = dict(self.observation.registry.memory.filters).get(begin, source.filters)
        return former != source.filters or not any(_has(begin, objects) for objects in self._asked_by.values())

    @cached_property
    def _is_last_object(self) -> bool:
        """Whether one object alone is gone, which was surely deleted: it would be seen if it were there."""
        objects = {one for change in self.deleted for one in self._held.get(change.resource.record_set, {""})}
        before = self.observation.registry.memory
        alone = holder(next(iter(objects), "")) if len(objects) == 1 else None
        if alone is None or any(one.deleted for one in before.within_the_hour(self.observation.now)):
            return False
        begin = origin(alone.cluster, alone.kind)
        source = self._sources.get(begin)
        if source is None or source.stale or any(one.object.resource in objects for one in _claims(source)):
            return False
        is_same_cluster = bool(source.uid) and dict(before.clusters).get(source.cluster) == source.uid
        return is_same_cluster and dict(before.filters).get(begin) == source.filters

    def _why(self, begin: str, of: Holder, source: SourceSighting | None) -> str:
        """Return the reason why the objects of a source are not seen, as far as the settings tell."""
        if source is None:
            if any(one.cluster == of.cluster for one in self.observation.sources):
                return f"the settings do not name the source {of.source} any more"
            kind = "Docker daemon" if of.source == DOCKER else "cluster"
            cluster = f"the {kind} {of.cluster}" if of.cluster else f"that {kind}"
            return f"the settings do not name {cluster if self.observation.sources else 'any source'} any more"
        place = DOCKER if source.source == DOCKER else "cluster"
        now, former = dict(source.filters), dict(self.observation.registry.memory.filters).get(begin)
        before = now if former is None else dict(former)
        changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
        if changed:
            told = [f"{name}: {now.get(name, _UNSET)} (before: {before.get(name, _UNSET)})" for name in changed]
            return f"none of the objects matches {place}.{f' and {place}.'.join(told)}"
        if {one.name for one in _claims(source)} & {name for name, _ in self._by_source[begin]}:
            return "its objects ask for these names, and do not get them"
        told = [f"{name}: {value}" for name, value in now.items() if name not in _OF_THE_CLUSTER]
        if not told:
            gone = "none of the objects is there any more, or taken by its controller"
            return "external-dns asks for none of it any more" if of.cluster == WEBHOOK else gone
        return f"none of the objects is left that matches {place}.{f' and {place}.'.join(told)}"


def _has(begin: str, resources: Iterable[str]) -> bool:
    return any(one.startswith(begin) for one in resources)


def _claims(source: SourceSighting) -> Iterator[Claim]:
    found = source.found.value if isinstance(source.found, Known) else ()
    return (one for one in found if isinstance(one, Claim))


def _named(of: Holder, source: SourceSighting | None) -> str:
    if of.cluster == WEBHOOK:
        return "the objects of external-dns's webhook"
    if of.source == DOCKER:
        return f"the containers of {of.cluster}"
    objects = f"the {source.kind} objects" if source else f"the objects of the source {of.source}"
    return objects + (f" of the cluster {of.cluster}" if of.cluster else "")


def _count(changes: Sequence[Change]) -> str:
    return "1 record" if len(changes) == 1 else f"{len(changes)} records"
