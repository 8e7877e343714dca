"""Advice about ttls that a provider does not keep, as state has learnt it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from components.plain_text import listed
from stacks.model.advice import Advice
from stacks.model.values import RegisteredRecord
from stacks.settings.zone import ZoneSettings


def kept_ttls(zone: ZoneSettings, records: Iterable[RegisteredRecord]) -> Iterator[Advice]:
    """Yield advice about the zone's records whose provider keeps another ttl than the wished one."""
    names: dict[tuple[int, int], list[str]] = defaultdict(list)
    for one in records:
        if one.kept_ttl is not None and one.zone_id == zone.zone and one.record.ttl != zone.traits.automatic_ttl:
            names[one.record.ttl, one.kept_ttl].append(one.record.name)
    for (wished, kept), those in sorted(names.items()):
        has = f"has a ttl of {kept}" if kept else "has no ttl of its own"
        what = f"{has}, not {wished}: {zone.traits.title} keeps no other"
        yield Advice(listed(sorted(set(those))), what, "leave the ttl out, or set the one that is kept")
