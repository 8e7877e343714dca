"""Limits of what is made: of names for one namespace, and of records in one run. Pure.

The first costs nobody else anything: what is beyond it is not made, and the object's owner is told. What is there
already stays. The second is a refusal: a person decides. What one object may ask for is limited where it is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from stacks.model.claims import Complaint, ObjectKey
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.plan.changes import Action, Change
from stacks.plan.records.record_sets import Key
from stacks.plan.safety.refusal import Refusal
from stacks.settings.stack import GuardSettings

Namespace = tuple[str, str]
"""A cluster and a namespace in it."""


def within_limits(guard: GuardSettings, plan: Plan, observation: Observation) -> Plan:
    """Return the plan without new sets beyond the limit of their objects' namespaces, and complaints about them."""
    there = {one.resource.record_set for one in observation.registry.records if one.resource.is_record}
    asked = dict(plan.asked_by)
    by_namespace: Counter[Namespace] = Counter()
    for key in asked.keys() & there:
        by_namespace.update(_namespaces(asked[key]))
    if len(asked) <= guard.names_per_namespace:
        return plan
    beyond: dict[Key, tuple[ObjectKey, ...]] = {}
    for key in sorted((one.name, one.type) for one in plan.record_sets):
        objects = asked.get(key, ())
        if key in there or not objects:
            continue
        if all(by_namespace[one] >= guard.names_per_namespace for one in _namespaces(objects)):
            beyond[key] = objects
        else:
            by_namespace.update(_namespaces(objects))
    if not beyond:
        return plan
    return replace(
        plan,
        record_sets=tuple(one for one in plan.record_sets if (one.name, one.type) not in beyond),
        shared=tuple(one for one in plan.shared if (one.name, one.type) not in beyond),
        complaints=(*plan.complaints, *_complaints(guard, Counter(one for each in beyond.values() for one in each))),
    )


def too_many_new(guard: GuardSettings, found: Sequence[Change]) -> Iterator[Refusal]:
    """Yield a refusal where a run would make more records than the limit; marks are not counted."""
    made = tuple(one for one in found if one.action is Action.CREATE and one.resource.is_record)
    if len(made) > guard.creations:
        what = f"{len(made)} records would be made; a run may make {guard.creations} (guard.creations)"
        yield Refusal(made[0].zone, what, made)


def _namespaces(objects: Sequence[ObjectKey]) -> frozenset[Namespace]:
    return frozenset((one.cluster, one.namespace) for one in objects)


def _complaints(guard: GuardSettings, beyond: Counter[ObjectKey]) -> Iterator[Complaint]:
    for key, number in sorted(beyond.items()):
        text = (
            f"{key}: {number} of its names were not made: the objects of a namespace may have "
            f"{guard.names_per_namespace} record sets (guard.names_per_namespace)"
        )
        yield Complaint(key, "", "", "", text)
