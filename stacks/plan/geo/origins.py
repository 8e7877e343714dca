"""The origins of the own pool: a new address comes in before an old one goes out. Pure.

| an address of ours goes, and                                | then                                                  |
|-------------------------------------------------------------|-------------------------------------------------------|
| one of the wanted ones is healthy                           | the old one goes                                      |
| it is healthy, none of the wanted ones is                   | it stays until one is, at most for `handover` seconds |
| it is known to be down                                      | it goes                                               |
| nobody knows (no monitor, not checked yet), a new one comes | it stays for this run                                 |
| nobody knows, and the wanted ones are all in the pool       | it goes                                               |

An address that stays keeps its origin's name. Origins of other names are somebody else's: they stay as they are, and
where one of them has a wanted address, that address is in the pool already.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from components.geo.values import Origin
from stacks.model.geo import Health, LivePool

NO_HEALTH = "old and new origins are in the pool for one run, because nothing says whether they are healthy"


@dataclass(frozen=True, slots=True)
class Handover:
    """The own addresses of a pool in this run, with old ones that stay for now. wait, again: as in GeoPlan."""

    addresses: tuple[str, ...]
    wait: tuple[str, ...] = ()
    again: str = ""


def slot_of(name: str, places: Collection[str]) -> int | None:
    """Return the number of an origin of ours, made for any of these locations; None for somebody else's."""
    for place in sorted(places, key=len, reverse=True):
        found = re.fullmatch(rf"origin-{re.escape(place)}(?:-([1-9][0-9]*))?", name)
        if found:
            return int(found[1] or 1)
    return None


def handover(wanted: Collection[str], live: LivePool | None, held: Sequence[str], *, over: bool) -> Handover:
    """Return the addresses for this run. held: our addresses in the pool; over: whether the time for old ones is up."""
    health: dict[str, Health] = dict(live.origin_health) if live and live.monitor_id else {}
    healthy = {address for address, state in health.items() if state == "healthy"}
    going = [address for address in held if address not in wanted and health.get(address) != "unhealthy"]
    if over or not going or healthy.intersection(wanted):
        return Handover(tuple(wanted))
    both = (*wanted, *going)
    if healthy.intersection(going):
        return Handover(both, wait=tuple(wanted))
    present = {*held, *(origin.address for origin in (live.pool.origins if live else ()))}
    return Handover(both, again=NO_HEALTH) if set(wanted) - present else Handover(tuple(wanted))


def origins(addresses: Iterable[str], template: Origin, place: str, slots: Mapping[str, int]) -> tuple[Origin, ...]:
    """Return an origin for each address, in its present slot, else in the first free.

    template: an origin without name and address. slots: the numbers of the addresses that the pool has now.
    """
    taken: dict[int, str] = {}
    wanted = list(dict.fromkeys(addresses))
    for address in wanted:
        if address in slots:
            taken.setdefault(slots[address], address)
    for address in wanted:
        if address not in taken.values():
            taken[next(number for number in count(1) if number not in taken)] = address
    return tuple(replace(template, name=_name(place, number), address=one) for number, one in taken.items())


def _name(place: str, number: int) -> str:
    return f"origin-{place}" if number == 1 else f"origin-{place}-{number}"
