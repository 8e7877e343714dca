"""Sets that nobody can write: below a zone cut, or of records that the provider manages itself. Pure.

What is ours there stays as state has it, and its owner is told why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from stacks.model.values import Conflict, LiveRecord, RecordSet
from stacks.plan.records.record_sets import Key, as_registered

if TYPE_CHECKING:
    from stacks.plan.records.zone_index import ZoneIndex

STAYS = "ours stays as it is"
NOTHING = "nothing was declared"


def out_of_reach(record_set: Key, mark_name: str, zone: ZoneIndex) -> Conflict | None:
    """Return why a set cannot be written, as a conflict; None where it can. mark_name: "" for none."""
    managed = next((live for live in _live(record_set, zone) if live.managed_by), None)
    if managed:
        return managed_conflict(record_set, managed, zone, STAYS)
    name, record_type = record_set
    for place, kind in ((name, record_type), (mark_name, "TXT")):
        cut = zone.cut_of(place)
        if cut and not cut.answers(place, kind):
            what = "a record here" if place == name else f"its mark at {mark_name}"
            said = f"{cut}: {what} is never answered; {STAYS if zone.alive(record_set) else NOTHING}"
            way = f"make it at the name servers of {cut.name}, or take their NS records out of the zone"
            if place != name:
                way = f"set marks: comment, so that no text has to stand below {cut.name}"
            return Conflict(*record_set, f"NS {cut.name}", said, way)
    return None


def unwanted_but_managed(zone: ZoneIndex, planned: Collection[Key]) -> Iterator[tuple[RecordSet, Conflict]]:
    """Yield our unwanted sets that cannot be deleted, with a remark on each."""
    for key in sorted({live_key for live_key in zone.managed_keys if live_key not in planned}):
        if managed := next((live for live in _live(key, zone) if live.managed_by), None):
            ours = zone.registered[key]
            kept = as_registered(key, zone.settings.zone, ours, zone.registered_marks.get(key))
            yield kept, managed_conflict(key, managed, zone, f"it is not wanted any more; {STAYS}")


def managed_conflict(key: Key, live: LiveRecord, zone: ZoneIndex, then: str) -> Conflict:
    """Return the conflict of a set with a record of the provider's own. then: the consequence, in words."""
    title = zone.settings.traits.title
    held_by = f"{live.record.type} {live.record.content} (managed by {title}: {live.managed_by})"
    way = f"take the name out of the settings, or end {live.managed_by} for it at {title}"
    return Conflict(*key, held_by, f"{title} refuses every change of it; {then}", way)


def without_refused_proxy(record_set: RecordSet, zone: ZoneIndex) -> tuple[RecordSet, tuple[Conflict, ...]]:
    """Return a proxied set without the contents that the provider does not proxy, by its own word on a live record.

    Where it proxies none of them the set goes unproxied. A remark tells of either.
    """
    if not record_set.proxied:
        return record_set, ()
    refused = {
        live.record.content
        for live in zone.by_name.get(record_set.name, ())
        if live.record.type == record_set.type and not live.proxiable
    } & {slot.target for slot in record_set.slots}
    if not refused:
        return record_set, ()
    left = tuple(slot for slot in record_set.slots if slot.target not in refused)
    held_by = f"{record_set.type} {', '.join(sorted(refused))}"
    said = f"{zone.settings.traits.title} does not proxy it; it is {'left out' if left else 'not proxied'}"
    remark = Conflict(record_set.name, record_set.type, held_by, said)
    return (replace(record_set, slots=left) if left else replace(record_set, proxied=False)), (remark,)


def _live(key: Key, zone: ZoneIndex) -> Iterator[LiveRecord]:
    return (zone.live[one.id] for one in zone.registered.get(key, ()) if one.id in zone.live)
