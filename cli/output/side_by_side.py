"""The views of a zone beside each other: a row for each name and type, a column for each view.

Stacks without views use nothing of this. A terminal without room for the columns gets a row for each side, the sides of
a name together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.terminal import plain, styled
from components.views import OUTSIDE, bare, view_of
from stacks.plan.changes import Change

T = TypeVar("T")
NOTHING = "-"
_OTHERS, _SIDE = 40, 20
"""Columns of a terminal: what name, type and state need, and what a view needs at least."""


@dataclass(frozen=True, slots=True)
class Sides(Generic[T]):
    """The things that a name and type has in each view. name: without a view."""

    name: str
    type: str
    of: dict[str, list[T]]

    def each(self) -> Iterator[T]:
        """Yield all of it, view by view."""
        return (one for side in self.of.values() for one in side)


def fits(console: Console, views: Sequence[str]) -> bool:
    """Return whether a terminal has room for a column a view."""
    return console.width >= _OTHERS + _SIDE * len(views)


def columns(views: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Return the views of the settings, and after them further ones of names: their entry may have been taken out."""
    return tuple(dict.fromkeys((*views, *map(view_of, names))))


def together(items: Iterable[tuple[str, str, T]]) -> list[Sides[T]]:
    """Return what belongs to qualified names and types by bare name and type, the types of a name after each other."""
    found: dict[str, dict[str, Sides[T]]] = {}
    for name, kind, item in items:
        types = found.setdefault(bare(name), {})
        types.setdefault(kind, Sides(bare(name), kind, {})).of.setdefault(view_of(name), []).append(item)
    return [sides for types in found.values() for sides in types.values()]


def grouped(changes: Sequence[Change]) -> Sequence[Change]:
    """Return changes with the sides of a name together; as they are where all are of the view of everybody."""
    named = [(change.resource.name, change.resource.type, change) for change in changes]
    if all(view_of(name) == OUTSIDE for name, *_ in named):
        return changes
    return [change for sides in together(named) for change in sides.each()]


def table(views: Sequence[str], *others: str) -> Table:
    """Return a table with columns for name, type and each view, and then the others."""
    made = Table(box=None)
    for column in ("name", "type", *views, *others):
        made.add_column(column, overflow="fold")
    return made


def cell(lines: Sequence[str | Text]) -> Text:
    """Return what a view has of a name, a line for each of its contents."""
    return stacked(lines) if lines else plain(NOTHING, style="dim")


def stacked(lines: Iterable[str | Text]) -> Text:
    """Return texts below each other."""
    return plain("\n").join(one if isinstance(one, Text) else plain(one) for one in lines)


def alike(said: Iterable[Text]) -> Text:
    """Return the word of all views, once; those of each view, in the order of the columns, where they differ."""
    each = list(said)
    return plain(" | ").join(each[:1] if len({one.plain for one in each}) == 1 else each)


def by_view(said: Iterable[tuple[str, Text]]) -> Text:
    """Return the word of all views, once; a line for each view with a word, where they differ."""
    each = list(said)
    if len({one.plain for _, one in each}) <= 1:
        return each[0][1] if each else plain("")
    return stacked(styled(f"{view}: ", one) for view, one in each if one.plain)
