"""Refusals of an empty state beside records that bear marks of our owner: another state may have made them. Pure.

| the marks beside an empty state bear                | then                                               |
|-----------------------------------------------------|----------------------------------------------------|
| the id of this state                                | the state was lost, and is rebuilt                 |
| the id of another state                             | another instance of this stack: nothing is changed |
| no id: an older version made them, as wished        | adopted                                            |
| no id, and more than a few records would be changed | nothing is changed                                 |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.marks import in_comments, ownership
from stacks.model.observation import Observation
from stacks.model.values import ZoneSnapshot
from stacks.plan.changes import Action, Change
from stacks.plan.records.record_sets import Key
from stacks.plan.records.zone_index import ZoneIndex, index
from stacks.plan.safety.refusal import Refusal
from stacks.settings.stack import Settings

FEW = 3
"""Records that may be adopted and changed although nothing proves that this state has made them."""
WAYS = (
    "use the state that made them (--state, PULUMI_BACKEND_URL, the setting backend; `truenorth state push` restores a "
    "copy); where it is lost for good, take them with `truenorth adopt`; a second stack in this zone needs an owner of "
    "its own (the setting owner)"
)


def of_other_states(settings: Settings, observation: Observation) -> Iterator[Refusal]:
    """Yield a refusal for each zone with marks of our owner and another state, where our own state is empty."""
    if observation.registry.records:
        return
    for zone in observation.zones:
        if isinstance(zone, ZoneSnapshot):
            there = _of_namesakes(index(settings, settings.of_zone(zone.zone), zone, observation))
            if there:
                ids = ", ".join(sorted({instance for _, instance in there}))
                what = (
                    f"another instance of this stack is at work here, or its state is not at hand: {len(there)} record "
                    f"sets bear marks of owner {settings.owner} by the state {ids}, and the state in use is empty"
                )
                names = tuple(sorted({name for name, _ in there}))
                yield Refusal(zone.zone, what, (), allowable=False, do=WAYS, beside=names)


def of_unproven(found: Sequence[Change], observation: Observation) -> Iterator[Refusal]:
    """Yield a refusal of many adoptions with other content, where state is empty and marks do not tell their state."""
    if observation.registry.records:
        return
    by_marks = proven(found, observation)
    changed = tuple(one for one in adoptions(found) if changes_content(one) and one.resource.record_set not in by_marks)
    if len(changed) > FEW:
        what = (
            f"{len(changed)} records bear our mark without the id of a state, and would be changed: the state in use "
            "is empty, and another one may have made them"
        )
        yield Refusal(changed[0].zone, what, changed, allowable=False, do=WAYS)


def adoptions(found: Sequence[Change]) -> tuple[Change, ...]:
    """Return the adoptions of records, without those of marks."""
    return tuple(one for one in found if one.action is Action.ADOPT and one.resource.is_record)


def changes_content(change: Change) -> bool:
    """Whether a record is adopted with another content than the zone has."""
    return bool(change.before and change.after and change.before.content != change.after.content)


def proven(found: Sequence[Change], observation: Observation) -> frozenset[Key]:
    """Return the sets that this state has made, by the id in their mark, or as it knows the mark."""
    keys = {one.resource.record_set for one in observation.registry.records if one.resource.is_mark}
    if observation.instance:
        for one in found:
            if one.action is Action.ADOPT and one.before:
                mark = ownership.parse(one.before.content) if one.resource.is_mark else None
                instance = mark.instance if mark else in_comments.instance(one.before.comment)
                if instance == observation.instance:
                    keys.add(one.resource.record_set)
    return frozenset(keys)


def _of_namesakes(zone: ZoneIndex) -> list[tuple[str, str]]:
    """Return the names with marks of another state of our owner, with the ids of these states."""
    marked = [(name, mark) for name, there in zone.marks_at.items() for mark, _ in there]
    found = {(name, mark.instance) for name, mark in marked if zone.writer.is_namesake_of(mark)}
    for name, records in zone.by_name.items():
        found |= {(name, instance) for live in records if (instance := zone.namesake_in_comment(live))}
    return sorted(found)
