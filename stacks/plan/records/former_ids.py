"""Marks of older versions, which bear no id of a state: each is written anew when its set is, and not before. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from components.marks import in_comments, ownership
from stacks.plan.records.record_sets import declared_records

if TYPE_CHECKING:
    from stacks.model.values import RecordSet
    from stacks.plan.records.zone_index import ZoneIndex


def unless_untouched(record_set: RecordSet, zone: ZoneIndex) -> RecordSet:
    """Return the set; with its mark as state has it where only the id of the instance would be added."""
    key = (record_set.name, record_set.type)
    mark, ours = zone.registered_marks.get(key), zone.registered.get(key, [])
    if not zone.writer.instance or not ours:
        return record_set
    if mark is not None and record_set.mark_name:
        said = ownership.parse(mark.record.content)
        former = replace(record_set, mark_content=mark.record.content)
        new = ownership.parse(record_set.mark_content)
        is_the_same = said is not None and new is not None and said == replace(new, instance="")
    else:
        comment = ours[0].record.comment
        former = replace(record_set, comment=comment)
        is_the_same = in_comments.parse(comment) == in_comments.parse(record_set.comment) and not (
            in_comments.instance(comment)
        )
    registered = {one.logical_name: one.record for one in (*ours, *([mark] if mark else []))}
    return former if is_the_same and declared_records(former) == registered else record_set
