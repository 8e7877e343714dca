"""Ownership marks in record comments, for zones in which no TXT record shall stand beside each record.

The mark follows the user's own comment: `the front door [truenorth owner=home id=1a2b3c4d]`. The id is that of the
state that made the record; older versions wrote none.
"""

from __future__ import annotations

import re

OWNER = re.compile(r"[A-Za-z0-9._/-]{1,63}")
BEGINNING = "[truenorthowner="
"""Of a mark, without its spaces."""
LONGEST_MARK = len("[truenorth owner=]") + 63
"""Characters of a mark without an id."""
MARKED = re.compile(
    rf"(?:(?P<comment>.+) )?\[truenorth owner=(?P<owner>{OWNER.pattern})(?: id=(?P<id>{OWNER.pattern}))?\]", re.DOTALL
)


def encode(comment: str, owner: str, limit: int, instance: str = "") -> str:
    """Return the user's comment with the owner's mark; the id of the instance is left out where it does not fit.

    limit: the longest comment that the zone's plan stores, in characters (100 on Free zones, 500 on others:
    https://developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes/).
    Raises ValueError, with what to do, where the owner cannot be read back or both do not fit.
    """
    if not OWNER.fullmatch(owner):
        raise ValueError(f"the owner {owner!r} cannot stand in a comment: use 1 to 63 letters, digits, . _ / and -")
    mark = f"[truenorth owner={owner}]"
    marked = f"{comment} {mark}" if comment else mark
    if instance and len(marked) + len(f" id={instance}") <= limit:
        return f"{marked.removesuffix(']')} id={instance}]"
    if len(marked) > limit:
        room = limit - len(mark) - 1
        advice = f"use at most {room} characters" if room > 0 else "use a shorter owner"
        raise ValueError(
            f"the comment {comment!r} and the mark {mark} are longer than {limit} characters together: {advice}"
        )
    return marked


def speaks_of_a_mark(comment: str) -> bool:
    """Whether a comment has the beginning of a mark in it, wherever it stands and however it is spelled."""
    return BEGINNING in "".join(comment.lower().split())


def parse(comment: str) -> tuple[str, str | None]:
    """Return the user's comment, and the owner in the mark behind it; None for no mark."""
    found = MARKED.fullmatch(comment)
    return (found["comment"] or "", found["owner"]) if found else (comment, None)


def instance(comment: str) -> str:
    """Return the id of the state in the mark of a comment; "" for none."""
    found = MARKED.fullmatch(comment)
    return (found["id"] or "") if found else ""
