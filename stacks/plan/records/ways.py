"""Ways out of a conflict: what would take the record over, in words for a person. Pure."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from components.marks import ownership
from stacks.plan.records.cases import Case

if TYPE_CHECKING:
    from components.marks.heritage import HeritageMark

_BY_CASE = {
    Case.OTHER_TYPE: "nothing takes a record of another type over: delete it, or take the name out of the settings",
    Case.BESIDE_OURS: "delete it if nothing needs it; ours is not changed",
    Case.REPLACED: "delete it, and the next run makes ours again",
    Case.OURS: "`truenorth adopt` takes it over",
    Case.OURS_CHANGED: "",
    Case.ANOTHER_STATE: "",
}
"""The ways that are the same whoever has marked the record; "" where `explained` says it."""


def way_out(case: Case, holder: HeritageMark | None, name: str) -> str:
    """Return the command or setting that takes a conflicting record over. holder: its mark. name: of the record."""
    if case in _BY_CASE:
        return _BY_CASE[case]
    if holder is None:
        return f"`truenorth adopt --name {shlex.quote(name)}` takes it over"
    if holder.sealed:
        return "`truenorth adopt --from external-dns` takes it over, with its key in EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY"
    if holder.heritage != ownership.HERITAGE:
        owner = f" --from-owner {shlex.quote(holder.owner)}" if holder.owner else ""
        return f"`truenorth adopt --from {holder.heritage}{owner}` takes it over"
    return (
        "that stack gives it up once it does not want the name; if it is gone for good, "
        f"`truenorth:owner: {holder.owner}` and `truenorth adopt` make this stack its heir"
    )
