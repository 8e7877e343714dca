"""Hand-set fields of records: by the setting `keep` they stay as people have set them at the provider. Pure.

| a field in `keep`, of a record of ours                  | is then                                         |
|---------------------------------------------------------|-------------------------------------------------|
| the zone has the record, or it is taken over            | as the zone has it                              |
| the record is made, for the first time or again         | as it is wished                                 |
| the ttl, while the proxy answers for the record         | the provider's                                  |
| the ttl, of a record whose proxy is taken away by us    | as it is wished                                 |
| the proxy, of an alias that stands beside other records | as it is wished: without it, it stands alone    |
| the comment, without our mark where marks are comments  | the zone's, with the mark                       |
| the comment, with a text that looks like a mark         | as it is wished                                 |
| the tags, where none are wished for                     | left alone, as they are without `keep`          |
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from components.marks import in_comments
from components.records import canonical
from stacks.model.values import HandField, LiveRecord, RecordSet, RegisteredRecord, Slot
from stacks.plan.records.record_sets import number, settings_of

if TYPE_CHECKING:
    from components.records.record import Record


def overlaid(wished: Record, there: Record, keep: Collection[HandField]) -> Record:
    """Return wished settings with the fields to keep as the zone's record has them, its comment without a mark."""
    if not keep:
        return wished
    proxied = there.proxied if "proxied" in keep else wished.proxied
    ttl = there.ttl if "ttl" in keep and not there.proxied else wished.ttl
    comment, _ = in_comments.parse(there.comment)
    is_kept = "comment" in keep and not in_comments.speaks_of_a_mark(comment)
    return replace(
        wished,
        proxied=proxied,
        ttl=canonical.AUTOMATIC_TTL if proxied else ttl,
        comment=comment if is_kept else wished.comment,
        tags=there.tags if wished.tags and "tags" in keep else wished.tags,
    )


def with_hand_set(
    record_set: RecordSet,
    ours: Iterable[RegisteredRecord],
    live: Mapping[str, LiveRecord],
    marked: Callable[[str], str],
) -> RecordSet:
    """Return the set with the fields to keep of each record as the zone has them.

    ours: those of the set in state. live: the zone's records by id. marked: returns a comment with our mark in it.
    """
    if not record_set.keep:
        return record_set
    ids = {number(one): one.id for one in ours}

    def kept(slot: Slot) -> Slot:
        there = live.get(slot.import_id or ids.get(slot.number, ""))
        return replace(slot, own=_own(record_set, there.record, marked)) if there else slot

    return replace(record_set, slots=tuple(map(kept, record_set.slots)))


def _own(record_set: RecordSet, there: Record, marked: Callable[[str], str]) -> Record | None:
    """Return the settings of a record that are not those of its set; None where all are."""
    wished = settings_of(record_set)
    found = overlaid(wished, there, record_set.keep)
    if found == wished:
        return None
    if found.comment == wished.comment:
        return replace(found, comment=record_set.comment)
    comment = marked(found.comment)
    # A mark of an older version, without the id of a state, is not written anew for that.
    is_marked = in_comments.parse(comment) == in_comments.parse(there.comment) and not in_comments.instance(
        there.comment
    )
    return replace(found, comment=there.comment if is_marked else comment)
