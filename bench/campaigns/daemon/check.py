"""Whether a zone is as wished for: each name that nobody else has, once, with its mark; and nobody else's touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bench.campaigns.daemon.estate import Estate
from bench.campaigns.wrong import WrongError
from components.marks.ownership import mark_name, parse

Record = Mapping[str, Any]
_BLOCKING = ("A", "AAAA", "CNAME")


def foreign_untouched(estate: Estate) -> None:
    """Raise WrongError where a record of somebody else is not as they left it."""
    now = {one["id"]: one for one in estate.records()}
    for identity, record in estate.foreign.items():
        if now.get(identity) != record:
            raise WrongError(f"the foreign record {record['name']} became {now.get(identity)}, was {record}")


def differs(estate: Estate) -> str:
    """What is not as wished for in the zone; "" where all is."""
    ours = [one for one in estate.records() if one["id"] not in estate.foreign]
    theirs = {str(one["name"]) for one in estate.foreign.values() if one["type"] in _BLOCKING}
    return differing(estate.wished(), ours, theirs)


def differing(wished: Mapping[str, str], ours: Sequence[Record], theirs: set[str]) -> str:
    """What of ours is not as wished for. At a name of theirs, ours may be whole, or not there at all."""
    there = Counter((str(one["name"]), str(one["type"]), _content(one)) for one in ours)
    for (name, record_type, content), count in there.items():
        if count > 1:
            return f"{name} {record_type} {content} is there {count} times"
    for name, address in wished.items():
        whole = [(name, "A", address), (mark_name(name, "A"), "TXT", "mark")]
        found = [one for one in whole if there.pop(one, 0)]
        if found != whole and not (name in theirs and not found):
            return f"of {name} -> {address} there is {found or 'nothing'}; the zone has {sorted(there)}"
    return f"not wished for: {sorted(there)}" if there else ""


def _content(record: Record) -> str:
    mark = parse(str(record["content"])) if record["type"] == "TXT" else None
    return "mark" if mark else str(record["content"])
