"""Puts the names and records of a stack without `zone`, written in full, into the zones that they lie in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from components.plain_text import listed, quoted
from components.records import canonical
from components.views import OUTSIDE
from stacks.model.errors import ObservationError, Problem, UserError
from stacks.settings.finding.selection import Found
from stacks.settings.zone import ZoneSettings
from stacks.settings.zones.entries import NameSettings, RecordSettings

MANY = 20
"""Zones that a message names."""
Written = NameSettings | RecordSettings
_Taken = Mapping[str, list[tuple[int, Written]]]
"""The entries of a zone with their positions in the settings, by kind."""


def placed(
    entries: Mapping[str, Sequence[Written]], zones: Sequence[ZoneSettings], found: Found, where: Callable[[str], str]
) -> tuple[ZoneSettings, ...]:
    """Return the zones with each of the entries in the zone with the longest suffix of its name.

    Of a zone with several views each has the records; names, which follow the WAN address, are those of everybody.
    entries: by kind. where: the place of a setting in words, by its path. Raises UserError for names in no zone,
    ObservationError where not all zones could be listed.
    """
    taken: dict[str, dict[str, list[tuple[int, Written]]]] = defaultdict(lambda: defaultdict(list))
    problems: list[Problem] = []
    for kind, written in entries.items():
        for position, entry in enumerate(written):
            if homes := _homes(kind, _spelled(entry.name), zones):
                for zone in homes:
                    taken[zone.zone][kind].append((position, entry))
                continue
            what = f"{quoted(entry.name)} lies in none of the zones: {listed([one.zone for one in zones], MANY)}"
            if found.unlisted:
                raise ObservationError(f"{what}, and there may be others: {found.unlisted}")
            do = f"write it in full, or under the entry of its zone{_left_out(found, entry.name)}"
            problems.append(Problem(what, where(f"{kind}[{position}]"), do))
    filled = []
    for number, zone in enumerate(zones):
        mine = taken[zone.zone]
        try:
            filled.append(_with(zone, mine))
        except ValidationError as error:
            problems += [_problem(one["ctx"], number, zone, mine, where) for one in error.errors()]
    if problems:
        raise UserError.of(problems)
    return tuple(filled)


def _homes(kind: str, name: str, zones: Sequence[ZoneSettings]) -> list[ZoneSettings]:
    """Return the zone with the longest suffix of a name, of each view that is to have it."""
    around: dict[str, list[ZoneSettings]] = defaultdict(list)
    for one in zones:
        if f".{name}".endswith(f".{one.domain}"):
            around[one.view].append(one)
    found = [max(of_view, key=lambda one: len(one.domain)) for of_view in around.values()]
    outside = [one for one in found if one.view == OUTSIDE]
    return outside if kind == "names" and outside else found


def _spelled(name: str) -> str:
    try:
        return canonical.ascii_name(name).rstrip(".")
    except ValueError:
        return ""


def _left_out(found: Found, name: str) -> str:
    around = [one for one in found.left_out if f".{_spelled(name)}".endswith(f".{one.subject}")]
    return f"; the zone {around[0].subject} {around[0].what}" if around else ""


def _with(zone: ZoneSettings, taken: _Taken) -> ZoneSettings:
    more = {kind: (*getattr(zone, kind), *(entry for _, entry in added)) for kind, added in taken.items()}
    return ZoneSettings.model_validate({**dict(zone), **more}) if more else zone


def _problem(
    context: Mapping[str, Any], number: int, zone: ZoneSettings, taken: _Taken, where: Callable[[str], str]
) -> Problem:
    """Return a fault of a zone with further entries. context: what `fault` has put into it."""
    kind, position, *_ = context["location"]
    own = len(getattr(zone, kind))
    path = f"zones[{number}].{kind}[{position}]" if position < own else f"{kind}[{taken[kind][position - own][0]}]"
    return Problem(str(context["what"]), where(path), str(context["remedy"]))
