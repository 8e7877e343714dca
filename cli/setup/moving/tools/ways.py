"""Reads the tables of what becomes of each thing that a tool can be told, from ways.txt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources

from cli.setup.moving.draft import SIGNS, Draft

UNKNOWN = "-nothing of this name is known here: is it of a newer version, or misspelt?"


@cache
def table(section: str) -> Mapping[str, str]:
    """Return the ways of a section, by name."""
    found: dict[str, str] = {}
    for line in _lines(section):
        words = line.split()
        first = next(number for number, word in enumerate(words) if word[0] in SIGNS and not word.startswith("--"))
        found |= dict.fromkeys(words[:first], line[line.index(f" {words[first]}") + 1 :])
    return found


@cache
def names(section: str) -> frozenset[str]:
    """Return the names of a section that lists names alone."""
    return frozenset(" ".join(_lines(section)).split())


def told(draft: Draft, section: str, said: Mapping[str, object], apart: Collection[str] = ()) -> None:
    """Tell all that was said by the table of a section. apart: names that are told elsewhere."""
    for name, value in said.items():
        if name not in apart:
            draft.tell(name, table(section).get(name, UNKNOWN), value)


def _lines(section: str) -> list[str]:
    text = resources.files(__package__).joinpath("ways.txt").read_text(encoding="utf-8")
    return text.partition(f"\n[{section}]\n")[2].partition("\n\n")[0].strip().splitlines()
