"""Carries out changes of several record sets by few messages.

A server makes all changes of a message or none. So where it makes none, the message is halved, until each change that
cannot be made has an outcome of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

import dns.rcode

from components.dns_update.changes import DoubtfulChange, carry_out, check_kept, doubtful, request
from components.dns_update.server import DnsFault, DnsServer, NoAnswer
from components.zone_set import SetChange, ZoneSet

MOST = 256
"""Changes of a message."""
MOST_BYTES = 60_000
"""Of a message, which has 65,535 at most."""
_OF_RECORD = 32
"""Bytes of a record beside its name and value, at most: type, class, TTL, lengths, an address that is short as text."""
_MENTIONS = 2
"""How often a change names its set at most, beside each value known or wanted: prerequisites, and what is removed."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
Outcome = DnsFault | None
"""What became of a change: None where it is made."""
Unit = tuple[SetChange, ...]
"""Changes that belong together, such as those of a set and its mark: what follows one that failed is not made."""


def carry_out_all(
    server: DnsServer, units: Sequence[Unit], may_send: Callable[[], bool] = lambda: True
) -> list[list[Outcome]]:
    """Make the changes of units and return their outcomes, in a unit up to the first failure.

    Of each name the changes are made in their order. may_send: called before each message; once it
    returns False, the changes that are left have no outcome.
    """
    owners = [{one.about.owner for one in unit} for unit in units]
    return in_turn(units, owners, lambda some: _carry_out(server, some, may_send))


def in_turn(
    items: Sequence[_Item],
    names: Sequence[AbstractSet[Hashable]],
    carry_out: Callable[[Sequence[_Item]], Sequence[_Result]],
) -> list[_Result]:
    """Carry items out together, those of one name one after the other: the order counts, since an alias stands alone.

    names: those of each item.
    """
    results: dict[int, _Result] = {}
    left = list(range(len(items)))
    while left:
        taken: set[Hashable] = set()
        first = []
        for at in left:
            if taken.isdisjoint(names[at]):
                first.append(at)
            taken |= names[at]
        results |= dict(zip(first, carry_out([items[at] for at in first]), strict=True))
        left = [at for at in left if at not in results]
    return [results[at] for at in range(len(items))]


def _carry_out(server: DnsServer, units: Sequence[Unit], may_send: Callable[[], bool]) -> list[list[Outcome]]:
    """Make units of different names. Where the server is not there, no more than one message finds out."""
    found: list[list[Outcome]] = []
    gone: NoAnswer | None = None
    for some in _messages(units):
        if gone:
            found += [[gone]] * len(some)
        elif may_send():
            outcomes = _together(server, some)
            last = outcomes[-1][-1]
            gone = last if isinstance(last, NoAnswer) and not last.was_sent else None
            found += outcomes
        else:
            found += [[]] * len(some)
    return found


def _messages(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Yield the units in parts that fit a message, each of one zone."""
    part: list[Unit] = []
    changes = size = 0
    for unit in units:
        of_unit = sum(map(_size, unit))
        is_full = changes + len(unit) > MOST or size + of_unit > MOST_BYTES
        if part and (is_full or unit[0].about.zone != part[0][0].about.zone):
            yield part
            part, changes, size = [], 0, 0
        part.append(unit)
        changes += len(unit)
        size += of_unit
    if part:
        yield part


def _size(change: SetChange) -> int:
    """Return the bytes of a change in a message, at most."""
    values = [value for there in (change.known, change.wanted) if there for value in there.values]
    name = len(change.about.name) + len(change.about.zone) + _OF_RECORD
    return name * (_MENTIONS + len(values)) + sum(len(value.encode()) for value in values)


def _together(server: DnsServer, units: Sequence[Unit]) -> list[list[Outcome]]:
    if len(units) == 1:
        return [_one_by_one(server, units[0])]
    try:
        answer = server.ask(request([one for unit in units for one in unit]))
    except NoAnswer as fault:
        return _lost(server, units, str(fault)) if fault.was_sent else [[fault]] * len(units)
    except DnsFault as fault:
        return [[fault]] * len(units)
    if answer.rcode() == dns.rcode.NOERROR:
        return [[_kept(server, one.wanted) for one in unit] for unit in units]
    half = len(units) // 2
    return _together(server, units[:half]) + _together(server, units[half:])


def _lost(server: DnsServer, units: Sequence[Unit], why: str) -> list[list[Outcome]]:
    """Look for the changes of units without an answer, until the server does not answer that either."""
    found: list[list[Outcome]] = []
    for unit in units:
        if found and isinstance(found[-1][-1], DoubtfulChange):
            found.append([doubtful(unit[0].about, why)])
        else:
            found.append(_one_by_one(server, unit, was_lost=why))
    return found


def _one_by_one(server: DnsServer, unit: Unit, *, was_lost: str = "") -> list[Outcome]:
    found: list[Outcome] = []
    for change in unit:
        try:
            carry_out(server, change, was_lost=was_lost)
        except DnsFault as fault:
            return [*found, fault]
        found.append(None)
    return found


def _kept(server: DnsServer, result: ZoneSet | None) -> Outcome:
    try:
        check_kept(server, result)
    except DnsFault as fault:
        return fault
    return None
