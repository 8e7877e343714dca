"""The zones as they were some seconds ago: what a name server answers that a change has not reached yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from lab.dns.record import ZoneSource
from lab.dns.zone import Zone, key_of_text

SHORTEST_MEMORY = 10.0
"""Seconds; so much is remembered even where no lag is set yet."""


@dataclass(frozen=True, slots=True)
class _Entry:
    moment: float
    zones: Mapping[str, Zone]


class History:
    """Not thread-safe. Changes between two looks are one; `moment` is on the caller's clock, in seconds."""

    def __init__(self, source: ZoneSource, moment: float) -> None:
        self._source = source
        self._entries = deque([_Entry(moment, self._now({}))])

    def look(self, moment: float, lag: float) -> None:
        """Note how the zones are now, and forget what nobody will ask for with this lag."""
        last = self._entries[-1].zones
        now = self._now(last)
        if last.keys() != now.keys() or any(last[name] is not zone for name, zone in now.items()):
            self._entries.append(_Entry(moment, now))
        horizon = moment - max(lag, SHORTEST_MEMORY)
        while len(self._entries) > 1 and self._entries[1].moment <= horizon:
            self._entries.popleft()

    def at(self, moment: float) -> Mapping[str, Zone]:
        """The zones as they were then; the oldest that are known for a moment before."""
        for entry in reversed(self._entries):
            if entry.moment <= moment:
                return entry.zones
        return self._entries[0].zones

    def _now(self, last: Mapping[str, Zone]) -> dict[str, Zone]:
        now = {}
        for name, records in self._source().items():
            zone = last.get(key_of_text(name))
            if zone is None or zone.records is not records:
                zone = Zone(key_of_text(name), records, 1 if zone is None else zone.serial + 1)
            now[zone.name] = zone
        return now
