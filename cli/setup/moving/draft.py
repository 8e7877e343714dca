"""Drafts settings from a tool's file, with a row for each thing in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from components.plain_text import cut, quoted
from stacks.model.errors import Problem, UserError
from stacks.settings.stack import parse

LONGEST_SHOWN = 160
"""Characters of a value in a row."""
UNFILLED = re.compile(r"\$\{[^}$]*\}|\$\([^)$]*\)|\{\{|<(?:your|YOUR)[^<>]*>")
"""What stands for a value that is filled in later: by Flux, a shell, Helm, or a person."""
_TEMPLATES = "cluster.templates"
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
SIGNS = "=+?^#~-!$"
"""The first characters of ways: see `Draft.tell`."""
_TRUE, _FALSE = ("1", "t", "true", "yes", "on", ""), ("0", "f", "false", "no", "off")


class Fate(Enum):
    """The fate of a thing in a file."""

    CARRIED = "carried"
    OTHERWISE = "otherwise"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Row:
    """A thing in a file, and its fate. where: the file and place. how: the setting, the other way, or the reason."""

    what: str
    where: str
    fate: Fate
    how: str


@dataclass(slots=True)
class Draft:
    """The settings so far, by name. adopt: the options of `truenorth adopt`; faults: what has to be settled first."""

    tool: str
    where: str
    settings: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    adopt: list[str] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)

    def carry(self, what: str, path: str, value: object, how: str = "") -> bool:
        """Put a value at a path, `a.b` or `a.b[]` for one more of a list, and return whether a setting can be that."""
        if fits := self.fits(what, path, value):
            put(self.settings, path, value)
            self._tell(what, Fate.CARRIED, how or f"{path.removesuffix('[]')}: {shown(value)}")
        return fits

    def fits(self, what: str, path: str, value: object) -> bool:
        """Return whether a setting can be a value; tell it as lost where none can, note where it is still to come."""
        missing = UNFILLED.search(str(value)) if _TEMPLATES not in path else None
        if missing:
            do = "put the value in, render the chart (helm template), or set the variable for this command"
            self.faults.append(Problem(f"{what} is {quoted(missing[0])}, which is not filled in", self.where, do))
        elif refusal := refused(path, value):
            self.lost(what, f"{path.removesuffix('[]')} cannot be that: {refusal}")
        else:
            return True
        return False

    def same(self, what: str, how: str) -> None:
        """Tell what holds here without a setting."""
        self._tell(what, Fate.CARRIED, how)

    def otherwise(self, what: str, how: str) -> None:
        """Tell what is reached in another way."""
        self._tell(what, Fate.OTHERWISE, how)

    def lost(self, what: str, how: str) -> None:
        """Tell what has no counterpart."""
        self._tell(what, Fate.LOST, how)

    def secret(self, what: str, variable: str) -> None:
        """Tell where a secret goes. Its value is not looked at."""
        self.otherwise(what, f"a secret, not copied: set {variable}, or {variable}_FILE")

    def tell(self, what: str, way: str, value: object) -> None:
        """Tell one thing by its entry in a reader's table, which begins with a sign.

        `=` a text, `+` one more of a list, `?` a switch, `^` a switch the other way, `#` seconds, each with its path;
        `~` the other way, `-` the reason of a loss, `!` likewise where it is switched on, `$` the variable of a secret.
        """
        sign, rest = way[:1], way[1:]
        if sign == "$":
            self.secret(what, rest)
        elif sign == "~":
            self.otherwise(what, rest)
        elif sign == "-" or (sign == "!" and truth(value) is not False):
            self.lost(what, rest)
        elif sign == "!":
            self.same(what, "off here, too")
        elif value is None:
            self.lost(what, "it comes from a Secret: write the setting yourself")
        elif value == "":
            self.same(what, "empty here, too")
        elif sign not in "?^":
            self.carry(what, rest + ("[]" if sign == "+" else ""), seconds(value) if sign == "#" else value)
        elif (given := truth(value)) is None:
            self.lost(what, f"{quoted(str(value))} is neither true nor false")
        else:
            self.carry(what, rest, given if sign == "?" else not given)

    def _tell(self, what: str, fate: Fate, how: str) -> None:
        self.rows.append(Row(what if what.strip() else quoted(what), self.where, fate, how))


def put(settings: dict[str, Any], path: str, value: object) -> None:
    """Put a value at a path of nested settings; an entry of a list once."""
    *outer, last = path.removesuffix("[]").split(".")
    for part in outer:
        settings = settings.setdefault(part, {})
    if not path.endswith("[]"):
        settings[last] = value
    elif value not in settings.setdefault(last, []):
        settings[last].append(value)


def refused(path: str, value: object) -> str:
    """Return why a setting cannot be that; "" where it can."""
    alone: dict[str, Any] = {}
    put(alone, path, value)
    zone = {} if "zone" in alone or "zones" in alone else {"zones": "auto"}
    try:
        parse(zone | alone, {}, stack="moving", where="")
    except UserError as error:
        return error.problems[0].what
    return ""


def truth(value: object) -> bool | None:
    """Return whether a switch is on; None for a value that does not say."""
    text = str(value).strip().lower()
    return True if text in _TRUE else False if text in _FALSE else None


def seconds(value: object) -> object:
    """Return the seconds of a duration as Go writes it (1m30s), or of a number; another value as it is."""
    text = str(value).strip()
    parts = _DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return _whole(sum(float(number) * _SECONDS[unit] for number, unit in parts))
    try:
        return _whole(float(text))
    except ValueError:
        return value


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number


def shown(value: object) -> str:
    """Return a value as a row shows it, in one line."""
    if isinstance(value, Mapping):
        return cut(", ".join(f"{key}: {shown(inner)}" for key, inner in value.items()), LONGEST_SHOWN)
    if isinstance(value, list | tuple):
        return cut("[" + ", ".join(map(shown, value)) + "]", LONGEST_SHOWN)
    return cut(str(value).lower() if isinstance(value, bool) else str(value), LONGEST_SHOWN)
