"""Cases of ownership: every state of a wanted name, and the consequence of each. Pure.

"Ours" is what state holds, by the record's id; a mark in the zone speaks only for what state does not know.

| at the wanted name the zone has                           | case          | taken over if `adopt` is | else         |
|-----------------------------------------------------------|---------------|--------------------------|--------------|
| nothing                                                   | -             | -                        | made, marked |
| what state says is ours                                   | -             | -                        | kept right   |
| ours, its mark gone                                       | -             | -                        | marked again |
| our mark, its record gone, wanted                         | -             | -                        | record made  |
| our mark, its record gone, not wanted                     | -             | -                        | mark deleted |
| a record with our mark, state has lost it, wished content | OURS          | owned, same-content, all | conflict     |
| the only one of a set that a run was cut off in           | OURS          | owned, same-content, all | conflict     |
| a record with our mark, state has lost it, other content  | OURS_CHANGED  | all; `truenorth adopt`   | conflict     |
| another owner's mark, another stack's of TrueNorth        | ANOTHER_OWNER | -                        | conflict     |
| our owner's mark by another state: another instance       | ANOTHER_STATE | `truenorth adopt`        | conflict     |
| another tool's mark: external-dns, cloudflare-ddns        | ANOTHER_TOOL  | `truenorth adopt --from` | conflict     |
| no mark, as wished in all: content, proxy, ttl, comment   | SAME_CONTENT  | same-content, all        | conflict     |
| no mark, the wished content, its settings otherwise       | OTHER_SETTINGS | all                     | conflict     |
| no mark, other content (also: several records)            | OTHER_CONTENT | all                      | conflict     |
| a CNAME where A is wanted, and the reverse                | OTHER_TYPE    | -                        | conflict     |
| one that the provider manages itself and nobody can write | MANAGED       | -                        | conflict     |
| one more beside ours, which state does not know           | BESIDE_OURS   | -                        | ours goes on |
| ours was deleted, and somebody made another in its place  | REPLACED      | -                        | conflict     |
| ours beside one that has the wished content already: no   | OURS by a TXT | owned, same-content, all | ours makes   |
| API takes two of the same                                 | mark          |                          | way          |

Beside `adopt`, a person can name what nobody has marked: `truenorth adopt --name`, `--from-comment` or `--from` a tool
that marks nothing. `truenorth adopt` takes OURS whatever `adopt` says; after a crash so does a run, where
traces lead to it (`adoption.Traces`). A mark is never taken for a value of the set that it stands beside.
A conflict is reported; nothing is declared there, and the record stays as it is. Wildcards and the apex are names like
any other: a wildcard's record is only looked for at `*`, never at a name that it covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from components.marks import heritage, in_comments, ownership
from components.marks.heritage import HeritageMark
from stacks.plan.hand_set import overlaid

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from components.marks.writer import Writer
    from components.records.record import Record
    from stacks.model.values import HandField, LiveRecord


class Case(Enum):
    """The owner of a record at a wanted name, and its content compared with the wanted."""

    OURS = "ours by its mark"
    OURS_CHANGED = "ours by its mark, changed"
    ANOTHER_OWNER = "another owner's"
    ANOTHER_STATE = "another instance's of this stack"
    ANOTHER_TOOL = "another tool's"
    SAME_CONTENT = "nobody's, as wished"
    OTHER_SETTINGS = "nobody's, content as wished, settings otherwise"
    OTHER_CONTENT = "nobody's, otherwise"
    OTHER_TYPE = "of another type"
    MANAGED = "the provider's own"
    BESIDE_OURS = "beside ours"
    REPLACED = "in place of ours"


ADOPTED = {
    Case.OURS: frozenset({"owned", "same-content", "all"}),
    Case.OURS_CHANGED: frozenset({"all"}),
    Case.SAME_CONTENT: frozenset({"same-content", "all"}),
    Case.OTHER_SETTINGS: frozenset({"all"}),
    Case.OTHER_CONTENT: frozenset({"all"}),
}
"""The settings of `adopt` by which a record is taken over. Where a case is missing, none does."""
UNMARKED = frozenset({Case.SAME_CONTENT, Case.OTHER_SETTINGS, Case.OTHER_CONTENT})
"""The cases of records without a mark where nothing of ours is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wanted record set, and its records in state.

    registered: whether state has records of the set; alive: whether the zone still has one of them; cut_off: whether
    state has the set's mark and never had a record, so that the one record there was made by a run that was cut off.
    """

    type: str
    contents: frozenset[str]
    writer: Writer
    registered: bool
    alive: bool
    cut_off: bool
    believes_comments: bool = True
    """Whether a comment may say that a record is ours: where our marks stand in comments."""
    settings: Record | None = None
    """The wished ttl, proxy, comment without a mark, and tags; None: any are as wished."""
    keep: tuple[HandField, ...] = ()
    """The fields in which a record is as wished whatever it has."""


def judge(live: LiveRecord, wanted: Wanted, holders: Sequence[HeritageMark]) -> Case:
    """Return the case of a record unknown to state. holders: the marks in the zone that may speak of it."""
    if live.managed_by or live.record.type != wanted.type:
        return Case.MANAGED if live.managed_by else Case.OTHER_TYPE
    holder = holder_of(live, holders, wanted.writer, believes_comments=wanted.believes_comments)
    ours = holder is not None and wanted.writer.has_written(holder)
    same = live.record.content in wanted.contents
    if ours and (same or wanted.cut_off):
        return Case.OURS
    if wanted.registered:
        return Case.BESIDE_OURS if wanted.alive else Case.REPLACED
    if ours:
        return Case.OURS_CHANGED
    return _unmarked(live.record, wanted, same=same) if holder is None else _of_others(holder, wanted.writer)


def _unmarked(there: Record, wanted: Wanted, *, same: bool) -> Case:
    if not same:
        return Case.OTHER_CONTENT
    return Case.OTHER_SETTINGS if differing(there, wanted.settings, wanted.keep) else Case.SAME_CONTENT


def differing(there: Record, wished: Record | None, keep: Collection[HandField] = ()) -> tuple[str, ...]:
    """Return the settings of a record that are not as wished, each with both values, in words for a message.

    The ttl of a proxied record is the provider's. Tags that nobody wishes for are left alone. keep: as in `Wanted`.
    """
    if wished is None:
        return ()
    wished = overlaid(wished, there, keep)
    pairs: list[tuple[str, object, object]] = [("proxied", there.proxied, wished.proxied)]
    pairs += [] if there.proxied and wished.proxied else [("ttl", there.ttl, wished.ttl)]
    pairs += [("comment", in_comments.parse(there.comment)[0], wished.comment)]
    pairs += [("tags", ",".join(there.tags), ",".join(wished.tags))] if wished.tags else []
    return tuple(f"{name} {old!r} -> {new!r}" for name, old, new in pairs if old != new)


def _of_others(holder: HeritageMark, writer: Writer) -> Case:
    if holder.heritage != ownership.HERITAGE:
        return Case.ANOTHER_TOOL
    return Case.ANOTHER_STATE if writer.is_namesake_of(holder) else Case.ANOTHER_OWNER


def holder_of(
    live: LiveRecord, holders: Sequence[HeritageMark], writer: Writer, *, believes_comments: bool
) -> HeritageMark | None:
    """Return the mark of a record: the one in its own comment, else the surest beside it; None for none.

    An object's annotation can write any comment. So one that says that a record is ours counts only where our marks
    stand in comments, and no mark of another owner stands beside the record. writer: of our marks.
    """
    beside = holders[0] if holders else None
    commented = heritage.commented(live.record.comment)
    if commented is None:
        return beside
    contradicted = beside is not None and (beside.heritage, beside.owner) != (ownership.HERITAGE, writer.owner)
    if commented.owner == writer.owner and (contradicted or not believes_comments):
        return beside
    return commented


def explained(case: Case, holder: HeritageMark | None) -> str:
    """Return the owner of the record, in words for a message. holder: its mark."""
    if case is Case.OURS_CHANGED:
        return "it bears our mark, but state does not know it and it is not as wished: `truenorth adopt` takes it"
    if case is Case.ANOTHER_STATE and holder:
        return f"{heritage.described(holder)}: another instance of this stack, or its state; `truenorth adopt` takes it"
    return heritage.described(holder) if holder else "no owner's mark"
