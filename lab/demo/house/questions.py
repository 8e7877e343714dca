"""Asks every name on both sides, and shows how many answers are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from lab.demo.house.routes import Route, counted
from lab.name_servers.asking import Answer, ask_all

_SHOWN = 3
"""Wrong answers that are told."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side was asked. wished, found: by name."""

    title: str
    wished: Mapping[str, Answer]
    found: Mapping[str, Answer]

    def is_right(self, route: Route) -> bool:
        """Return whether a route's name is answered as it should be."""
        return self.found[route.host] == self.wished[route.host]

    def wrong(self) -> str:
        """Return what is wrong in words; "" where all is right."""
        names = [name for name, answer in self.wished.items() if self.found[name] != answer]
        some = "; ".join(f"{name} is {self.found[name]}, not {self.wished[name]}" for name in names[:_SHOWN])
        return f"{self.title}: {len(names)} of {len(self.wished)} are wrong: {some}" if names else ""


def outside(server: str, estate: Sequence[Route], address: str) -> Side:
    """Ask the public name server, HOST:PORT, for every name. address: the address of the line."""
    return Side("outside", {one.host: one.outside(address) for one in estate}, _asked(server, estate))


def inside(server: str, estate: Sequence[Route]) -> Side:
    """Ask the resolver of the house for every name."""
    return Side("inside", {one.host: one.inside for one in estate}, _asked(server, estate))


def _asked(server: str, estate: Sequence[Route]) -> dict[str, Answer]:
    return ask_all(server, (one.host for one in estate))


def show(console: Console, estate: Sequence[Route], *sides: Side) -> None:
    """Print for each kind of route how many names are right, and one of them."""
    numbers, examples = _table("routes", ""), _table("for example")
    for side in sides:
        numbers.add_column(f"right {side.title}", justify="right")
        numbers.add_column("wrong", justify="right")
        examples.add_column(side.title)
    for kind, count in counted(estate).items():
        of_kind = [one for one in estate if one.kind == kind]
        cells = []
        for side in sides:
            right = sum(map(side.is_right, of_kind))
            cells += [str(right), str(count - right)]
        numbers.add_row(kind, str(count), *cells)
        for one in of_kind[:1]:
            examples.add_row(one.host, *(str(side.found[one.host]) for side in sides))
    console.print(numbers)
    console.print(examples)


def _table(*columns: str) -> Table:
    made = Table(box=None, pad_edge=True, padding=(0, 2))
    for one in columns:
        made.add_column(one, justify="left" if one else "right")
    return made
