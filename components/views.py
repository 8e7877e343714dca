"""Views of a zone: what clients inside of a house or office are answered, where it differs from outside.

A name of another view than `outside` bears the view behind it, from the observation to the declaration, so that no two
views are ever confused: `www.example.com@inside` in state, plan, messages, metrics and on the page. Name servers and
providers know the bare name. No DNS name of ours has an @ in it (`canonical.check_name`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

OUTSIDE: Final = "outside"
"""The view of everybody: its names are as the DNS has them."""
SIGN: Final = "@"
VIEW = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\Z")


def qualified(name: str, view: str) -> str:
    """Return a name, or an id, as one of a view: with the view behind it, unless it is that of everybody."""
    return name if view == OUTSIDE or not name else f"{name}{SIGN}{view}"


def bare(name: str) -> str:
    """Return a name, or an id, as the DNS or the provider has it. An @ that no view stands behind stays."""
    return _parted(name)[0]


def view_of(name: str) -> str:
    """Return the view of a name, or of an id."""
    return _parted(name)[1]


def several(zones: Iterable[str]) -> tuple[str, ...]:
    """Return the views of zones, that of everybody first; none where no zone has several."""
    zones = tuple(dict.fromkeys(zones))
    if len({bare(zone) for zone in zones}) == len(zones):
        return ()
    views = dict.fromkeys(map(view_of, zones))
    return tuple(sorted(views, key=lambda view: view != OUTSIDE))


def _parted(name: str) -> tuple[str, str]:
    if SIGN not in name:  # nearly all names, several times each in a plan
        return name, OUTSIDE
    before, sign, view = name.rpartition(SIGN)
    return (before, view) if sign and VIEW.match(view) else (name, OUTSIDE)
