"""Puts the record sets of a zone that is written down into `records`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from cli.setup.moving.draft import Draft, put
from components.plain_text import listed
from components.records.types import RecordType

_KEPT = {"SOA": "the provider has an SOA of its own"}
_APEX_NS = "the provider's name servers are those of the zone"
_MARKS = ("heritage=",)
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class WrittenSet:
    """All records of a name and type. name: relative, @ for the zone itself; more: ttl, proxied, comment."""

    name: str
    type: str
    content: tuple[str, ...]
    more: Mapping[str, Any]


def carry_zone(draft: Draft, zone: str, sets: Iterable[WrittenSet], where: str = "") -> None:
    """Put a zone with its record sets into the settings: those that TrueNorth has, each as it is, to be taken over."""
    entry: dict[str, Any] = {"zone": zone}
    if not draft.fits(f"zone {zone}", "zones", [entry]):
        return
    carried: list[str] = []
    records: list[dict[str, Any]] = []
    for one in _merged(sets):
        what = f"{one.name} {one.type}"
        made = {"name": one.name, "type": one.type, "content": [*one.content], **one.more}
        if one.type in _KEPT or (one.type == "NS" and one.name == "@"):
            draft.otherwise(what, _KEPT.get(one.type, _APEX_NS))
        elif one.type == "TXT" and all(mark in text for mark in _MARKS for text in one.content):
            draft.otherwise(what, "the mark of a tool: `truenorth adopt --from` reads it")
        elif one.type not in get_args(RecordType):
            draft.lost(what, f"there are no {one.type} records here; make it elsewhere, nothing touches it")
        elif draft.fits(what, "zones", [{"zone": zone, "records": [made]}]):
            records.append(made)
            carried.append(what)
    if carried:
        number = f"{len(carried)} record set{'s' if len(carried) > 1 else ''}"
        draft.same(f"{number} of {zone}{where}", f"records: {listed(carried, _SHOWN)}")
        entry["records"] = records
        put(draft.settings, "adopt", "same-content")
    draft.settings.setdefault("zones", []).append(entry)


def _merged(sets: Iterable[WrittenSet]) -> Sequence[WrittenSet]:
    """Return the sets with those of one name and type as one; a zone file may list each record by itself."""
    merged: dict[tuple[str, str], WrittenSet] = {}
    for one in sets:
        key = (one.name, one.type)
        before = merged.get(key)
        content = one.content if before is None else tuple(dict.fromkeys((*before.content, *one.content)))
        merged[key] = WrittenSet(one.name, one.type, content, one.more if before is None else before.more)
    return [*merged.values()]
