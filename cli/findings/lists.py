"""Findings about address lists: unread ones, notes, what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cli.findings.finding import Finding
from stacks.model.lists.lists import ListSight, ListsPlan
from stacks.model.values import Unknown
from stacks.plan.lists.changes import ListAction, ListChange

_DONE = {
    ListAction.CREATE: "made",
    ListAction.IMPORT: "taken over",
    ListAction.UPDATE: "updated",
    ListAction.RESTORE: "restored",
    ListAction.RETAIN: "noted in state",
    ListAction.DELETE: "deleted",
    ListAction.DROP: "let go",
    ListAction.FORGET: "forgotten",
}
_UNREAD = "It stays as it is, and is tried again by itself."


def of_list_sights(sights: Iterable[ListSight]) -> Iterator[Finding]:
    """Yield the findings about lists that could not be read."""
    for one in sights:
        if isinstance(one.found, Unknown):
            yield Finding("lists", "bad", f"the list {one.key.name}", "could not be read", one.found.reason, _UNREAD)


def of_lists_plan(plan: ListsPlan | None) -> Iterator[Finding]:
    """Yield the findings about what is planned of address lists."""
    for text in plan.notes if plan else ():
        yield Finding("lists", "note", "address lists", "", text)


def of_list_change(change: ListChange) -> Finding:
    """Return the finding that a list or an item was changed."""
    return Finding("change", "note", f"the {change.subject}", f"was {_DONE[change.action]}", change.says)
