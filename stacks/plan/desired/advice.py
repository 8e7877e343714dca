"""Advice to the person who wrote the settings: what their zone does not keep, and what nobody outside reaches. Pure.

Unlike what objects ask for, what a person writes down is made as it is written, wherever it points: a record of a zone
that moved in may say 192.168.1.5 or 127.0.0.1 on purpose. It is told, unless `private_addresses` says that it is meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from components.plain_text import listed
from components.records import canonical, canonical_content
from stacks.model.advice import Advice
from stacks.model.scope import TargetScope, tunnel_of
from stacks.plan.desired.reachable import POINTING, pointed_at, reach_in
from stacks.settings.zones.entries import NameSettings, RecordSettings

if TYPE_CHECKING:
    from stacks.plan.desired.keeping import Keeping
    from stacks.settings.zone import ZoneSettings

_MEANT = "it is made as it is written; set private_addresses: true for the zone if that is meant"
_NOWHERE = "it is made as it is written, and leads nowhere: take it out, or move the zone to the tunnel's provider"


def advice(keeping: Keeping, *, has_objects: bool = False) -> Iterator[Advice]:
    """Yield what to tell about the settings of a zone. has_objects: whether names of objects have its defaults."""
    zone = keeping.zone
    entries: tuple[NameSettings | RecordSettings, ...] = (*zone.names, *zone.records)
    ttls: dict[int, list[str]] = defaultdict(list)
    comments: list[str] = []
    proxied: list[str] = []
    for entry in entries:
        ttl = zone.ttl if entry.ttl is None else entry.ttl
        if zone.wants_proxy(entry):
            proxied += [zone.fqdn(entry)] if entry.ttl not in {None, canonical.AUTOMATIC_TTL} else []
        elif keeping.ttl(ttl) != ttl:
            ttls[ttl].append(zone.fqdn(entry))
        comment = zone.comment if entry.comment is None else entry.comment
        if zone.traits.comments and len(comment) > keeping.room:
            comments.append(zone.fqdn(entry))
    if has_objects and zone.proxied is not True and keeping.ttl(zone.ttl) != zone.ttl:
        ttls[zone.ttl].append(f"the zone {zone.zone}")
    for ttl, names in sorted(ttls.items()):
        do = f"use {keeping.shortest_ttl} to {zone.traits.longest_ttl} seconds, or 1 for automatic"
        yield Advice(_listed(names), f"has a ttl of {keeping.ttl(ttl)}, not {ttl}: {keeping.plan} keeps no other", do)
    if proxied:
        yield Advice(_listed(proxied), "has an automatic ttl, not its own: it is proxied", "leave the ttl out")
    if comments:
        what = f"has its comment cut: {keeping.plan} keeps {keeping.room} characters"
        yield Advice(_listed(comments), what, "shorten it")
    yield from _about_targets(zone)


def _about_targets(zone: ZoneSettings) -> Iterator[Advice]:
    strange: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, target in _targets(zone):
        found, is_tunnel = reach_in(target, zone, [zone.domain]), bool(tunnel_of(target))
        if found.scope is not TargetScope.PUBLIC and (is_tunnel or not zone.private_addresses):
            strange[f"{target}, {found.what}", _NOWHERE if is_tunnel else _MEANT].append(name)
    for (what, do), names in strange.items():
        yield Advice(_listed(names), f"points at {what}, in the public zone {zone.zone}", do)
    bare = [
        zone.fqdn(one)
        for one in zone.records
        if one.type == "CNAME" and one.proxied is False and tunnel_of(_content(one)) == zone.provider
    ]
    if bare:
        yield Advice(_listed(bare), "is an alias of a tunnel and not proxied: it leads nowhere", "leave proxied out")


def _targets(zone: ZoneSettings) -> Iterator[tuple[str, str]]:
    for entry in zone.names:
        yield from ((zone.fqdn(entry), target) for target in entry.targets)
    for record in zone.records:
        if record.type in POINTING:
            for text in record.content:
                content = canonical_content.content(record.type, text, zone.domain)
                if target := pointed_at(record.type, content):
                    yield zone.fqdn(record), target


def _content(record: RecordSettings) -> str:
    return canonical_content.content(record.type, record.content[0])


def _listed(names: Iterable[str]) -> str:
    return listed(tuple(dict.fromkeys(names)))
