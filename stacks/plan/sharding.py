"""Sharding: the stack of an estate that a record set belongs to, and the number of stacks. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from components import urns
from components.records.providers import PROVIDERS
from stacks.model.shards import Layout, label_of, stack_of

if TYPE_CHECKING:
    from stacks.model.claims import ObjectKey
    from stacks.model.observation import Registry
    from stacks.model.plan import Plan
    from stacks.model.values import RecordSet, SharedSet
    from stacks.plan.records.record_sets import Key

Shards = int | Literal["auto", "zone", "cluster", "namespace"]
"""The setting `shards`."""
SMALL = 100
"""Names up to which `auto` keeps one stack: a run takes two seconds longer for them than for one."""
USUAL = 40
"""Names a stack that `auto` aims at."""
MOST, LEAST = 55, 15
"""Names a stack between which `auto` leaves a number as it is: moving records between stacks takes time."""


def layout(wanted: Shards, record_sets: Collection[RecordSet], former: Layout) -> Layout:
    """Return the layout over which the names of these sets are to be spread. former: the present one."""
    if isinstance(wanted, int):
        return Layout("names", wanted)
    if wanted != "auto":
        return Layout(wanted)
    names = len({one.name for one in record_sets})
    if former.by == "names" and former.count > 1 and LEAST <= names / former.count <= MOST:
        return former
    return Layout("names", 1 if names <= SMALL else math.ceil(names / USUAL))


def homes(plan: Plan, registry: Registry, estate: str) -> dict[Key, str]:
    """Return the stack in which each set of the plan is run: where state has it, else where it belongs."""
    now = stacks_now(registry)
    return {key: now.get(key, stack) for key, stack in belonging(plan, estate).items()}


def belonging(plan: Plan, estate: str) -> dict[Key, str]:
    """Return the stack to which each set of the plan belongs."""
    asked = dict(plan.asked_by)
    return {
        (one.name, one.type): stack_of(estate, label(one, plan.layout, asked.get((one.name, one.type), ())))
        for one in plan.record_sets
    }


def stacks_now(registry: Registry) -> dict[Key, str]:
    """Return the stack of each set in state."""
    return {one.resource.record_set: urns.stack(one.urn) for one in registry.records}


def label(record_set: RecordSet, spread: Layout, asked_by: tuple[ObjectKey, ...]) -> str:
    """Return the label of the shard that a set belongs to; "" for the estate's own stack.

    A set that no object has claimed has no cluster or namespace: the estate's own stack holds it. It holds all of a
    zone that is written as one, too.
    """
    if PROVIDERS[record_set.provider].whole_zones:
        return ""
    if spread.by == "zone":
        return record_set.zone
    if spread.by == "names":
        return str(bucket(record_set.name, spread.count) + 1) if spread.count > 1 else ""
    first = min(asked_by, default=None)
    if first is None:
        return ""
    return (first.namespace if spread.by == "namespace" else first.cluster) or "none"


@cache
def bucket(name: str, count: int) -> int:
    """Return the bucket of a name, from 0: the same at every run; few names move where count changes.

    Jump consistent hashing: J. Lamping, E. Veach, https://arxiv.org/abs/1406.2294.
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    found, candidate = -1, 0
    while candidate < count:
        found = candidate
        key = (key * 2862933555777941757 + 1) & 0xFFFF_FFFF_FFFF_FFFF
        candidate = int((found + 1) * ((1 << 31) / ((key >> 33) + 1)))
    return found


def moves(plan: Plan, registry: Registry, estate: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the URNs of records outside of the stack they belong to, by the two stacks: from, to.

    A set without a claim, as its cluster cannot be read, stays where it is.
    """
    wished = belonging(plan, estate)
    if plan.layout.by in {"cluster", "namespace"}:
        wished = {key: wished[key] for key, _ in plan.asked_by if key in wished}
    found: dict[tuple[str, str], list[str]] = {}
    for one in registry.records:
        now, key = urns.stack(one.urn), one.resource.record_set
        if key in wished and wished[key] != now:
            found.setdefault((now, wished[key]), []).append(one.urn)
    return {between: tuple(urns) for between, urns in found.items()}


def split(plan: Plan, registry: Registry, estate: str, own: Mapping[Key, str] | None = None) -> dict[str, Plan]:
    """Return the plan of each stack, the estate's own included: its part of the sets.

    Links, queues, load balancing and address lists are in the estate's own stack. own: the `homes`, where they are
    known already.
    """
    own = own or homes(plan, registry, estate)
    sets: dict[str, list[RecordSet]] = {estate: []}
    shared: dict[str, list[SharedSet]] = {}
    for one in plan.record_sets:
        sets.setdefault(own[one.name, one.type], []).append(one)
    for part in plan.shared:
        shared.setdefault(own.get((part.name, part.type), estate), []).append(part)
    for urn in (*(one.urn for one in registry.records), *registry.interrupted):
        sets.setdefault(urns.stack(urn), [])  # of which nothing may be wanted any more
    return {
        stack: replace(
            plan,
            record_sets=tuple(found),
            shared=tuple(shared.get(stack, ())),
            links=() if label_of(stack) else plan.links,
            queues=() if label_of(stack) else plan.queues,
            geo=None if label_of(stack) else plan.geo,
            lists=None if label_of(stack) else plan.lists,
        )
        for stack, found in sets.items()
    }
