"""Where a mark would stand something may stand already, which the API does not take beside it. Pure.

At Gandi that is any text at the mark's name, elsewhere one of the same content. The mark then stays where state has it,
or is not made; what stands there is deleted first if it is ours, and is a conflict if it is not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from components.records.logical_name import MARK, LogicalName
from stacks.model.values import LiveRecord, RecordSet

if TYPE_CHECKING:
    from stacks.plan.records.zone_index import ZoneIndex


def placed(record_set: RecordSet, zone: ZoneIndex) -> tuple[RecordSet, LiveRecord | None]:
    """The set with the mark that it can have now, and what stands in the place of the one that it should have."""
    if not record_set.mark_name or record_set.mark_import_id:
        return record_set, None
    registered = zone.registered_marks.get((record_set.name, record_set.type))
    held = str(LogicalName(record_set.name, record_set.type, MARK)) in zone.present
    own = registered.id if registered and held else ""
    at = zone.by_name.get(record_set.mark_name, ())
    there = next((live for live in at if live.id != own and _in_place(live, record_set, zone)), None)
    if there is None:
        return record_set, None
    if registered and held:
        mark = registered.record
        return replace(record_set, mark_name=mark.name, mark_content=mark.content, mark_ttl=mark.ttl), there
    return replace(record_set, mark_name="", mark_content=""), there


def _in_place(live: LiveRecord, record_set: RecordSet, zone: ZoneIndex) -> bool:
    same = zone.settings.traits.whole_sets or live.record.content == record_set.mark_content
    return live.record.type == "TXT" and same
