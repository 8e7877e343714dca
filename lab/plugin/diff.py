"""Differences between two states, as the bridge shows them: a property path to a kind of change.

After pulumi-terraform-bridge's `MakeDetailedDiffV2`: what appears or goes as a whole is one difference at its path,
what changes inside an object or a list is a difference at each inner path.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from lab.plugin.properties import Unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lab.plugin.properties import Value

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


class Kind(Enum):
    """A kind of difference; the value is its name in the protocol's `PropertyDiff.Kind`."""

    ADD = "ADD"
    ADD_REPLACE = "ADD_REPLACE"
    DELETE = "DELETE"
    DELETE_REPLACE = "DELETE_REPLACE"
    UPDATE = "UPDATE"
    UPDATE_REPLACE = "UPDATE_REPLACE"

    @property
    def replaces(self) -> bool:
        """Whether the change needs a new resource."""
        return self.value.endswith("_REPLACE")


def detailed_diff(
    prior: Mapping[str, Value], planned: Mapping[str, Value], replace_on: Collection[str]
) -> dict[str, Kind]:
    """Every difference between two states; a change of a name in `replace_on` is one that replaces.

    Names that begin with two underscores are the bridge's own bookkeeping and no difference.
    """
    found: dict[str, Kind] = {}
    for name in sorted({*prior, *planned}):
        if not name.startswith("__"):
            kinds = _differences(name, prior.get(name), planned.get(name))
            found |= {path: _replacing(kind) for path, kind in kinds.items()} if name in replace_on else kinds
    return found


def _replacing(kind: Kind) -> Kind:
    return kind if kind.replaces else Kind[f"{kind.name}_REPLACE"]


def _differences(path: str, old: Value, new: Value) -> dict[str, Kind]:
    if old is None or new is None:
        whole = None if old is new else Kind.ADD if old is None else Kind.DELETE
        return {} if whole is None else {path: whole}
    match old, new:
        case _, Unknown():
            return {path: Kind.UPDATE}
        case dict(), dict():
            inner = {_inside(path, name): (old.get(name), new.get(name)) for name in sorted({*old, *new})}
        case list(), list():
            length = max(len(old), len(new))
            inner = {
                f"{path}[{index}]": (
                    old[index] if index < len(old) else None,
                    new[index] if index < len(new) else None,
                )
                for index in range(length)
            }
        case _:
            return {} if old == new else {path: Kind.UPDATE}
    return {at: kind for place, pair in inner.items() for at, kind in _differences(place, *pair).items()}


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if _IDENTIFIER.fullmatch(name) else f'{path}["{name}"]'
