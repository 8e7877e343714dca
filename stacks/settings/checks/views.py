"""Checks zones and their views against each other, and against the clusters whose objects they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from components.plain_text import quoted
from components.records import canonical_content
from components.views import OUTSIDE
from stacks.model.scope import TargetScope, reach
from stacks.settings.checks.records import check_names
from stacks.settings.problems import fault

if TYPE_CHECKING:
    from stacks.settings.zone import ZoneSettings

_OWN_SERVERS = frozenset({"rfc2136", "webhook", "coredns"})
"""The providers whose servers are the user's own, so that they may answer only some clients."""
_INSIDE_ALONE = frozenset({"coredns"})
"""The providers whose servers nobody outside asks."""
PlacedZone = tuple[tuple[str | int, ...], "ZoneSettings"]
"""A zone with the path of its settings."""


def check_apart(zones: Sequence[PlacedZone]) -> None:
    """Raise a fault for a zone, or view of one, that stands twice, or a record whose name lies in another zone."""
    keys = Counter(zone.zone for _, zone in zones if zone.zone)
    domains = tuple(dict.fromkeys(zone.domain for _, zone in zones if zone.domain))
    for where, zone in zones:
        if where and keys[zone.zone] > 1:
            raise fault(f"the zone {zone.zone} stands twice", "keep one of the two", where)
        check_names(zone.records, zone.domain, domains, where)


def check_views(zones: Sequence[PlacedZone], givers: Collection[str], *, is_whole: bool, asks_outside: bool) -> None:
    """Raise a fault for a view that nobody can serve or fills, or that does not say whose objects it has.

    zones: entries whose zones are yet to be found have no domain. givers: the clusters and daemons with objects.
    is_whole: whether all names and records are in their zones already. asks_outside: whether others ask for names, too.
    """
    of_domain = Counter(zone.domain for _, zone in zones if zone.domain)
    known_givers = frozenset(givers)
    _check_config_maps(zones)
    for where, zone in zones:
        if zone.view != OUTSIDE and not where and len(zones) > 1:
            do = "write the zone and its view as an entry of zones, too"
            raise fault(f"the view {zone.view} of {zone.domain} stands beside zones", do, ("view",))
        for giver in () if isinstance(zone.objects, str) else zone.objects:
            if giver not in known_givers:
                known = ", ".join(one for one in givers if one) or "none that has a name"
                what = f"the zone {zone.zone} has the objects of {quoted(giver)}, which is no cluster of ours"
                raise fault(what, f"name clusters and Docker daemons: {known}", (*where, "objects"))
        if zone.view != OUTSIDE and zone.provider not in _OWN_SERVERS:
            what = f"the view {zone.view} of {zone.domain} is at {zone.traits.title}, which answers everybody"
            do = f"keep it at a server of your own (provider: {' or '.join(sorted(_OWN_SERVERS))}), or take view out"
            raise fault(what, do, (*where, "provider"))
        if zone.view == OUTSIDE and zone.provider in _INSIDE_ALONE and (zone.domain or where):
            what = f"{zone.domain} is in the view of everybody, and nobody outside asks {zone.traits.title}"
            do = f"write view: inside, or the zone as {zone.domain or 'example.com'}@inside"
            raise fault(what, do, (*where, "provider"))
        if of_domain[zone.domain] > 1:
            _check_beside_others(where, zone, givers)
        if zone.view != OUTSIDE or (of_domain[zone.domain] > 1 and not asks_outside):
            has_objects = bool(givers) if zone.objects == "all" else zone.objects != "none"
            if is_whole and not (zone.names or zone.records or has_objects):
                do = "give it names, records or objects, or take it out"
                raise fault(f"nobody fills the view {zone.view} of {zone.domain}", do, where)


def _check_config_maps(zones: Sequence[PlacedZone]) -> None:
    """Raise a fault for two zones in one ConfigMap: each has one of its own."""
    first: dict[tuple[str, ...], str] = {}
    for where, zone in zones:
        if zone.provider == "coredns" and (own := zone.coredns):
            other = first.setdefault((*own.place, own.namespace, own.config_map), zone.zone)
            if other != zone.zone:
                what = f"{other} and {zone.zone} are in one ConfigMap, {own.namespace}/{own.config_map}"
                raise fault(what, "give each a ConfigMap of its own", (*where, "coredns", "config_map"))


def _check_beside_others(where: tuple[str | int, ...], zone: ZoneSettings, givers: Collection[str]) -> None:
    """Raise a fault for what is only wrong where a zone has several views."""
    if givers and zone.objects == "all":
        known = ", ".join(one for one in givers if one)
        do = f"write objects: none, or some of the clusters and daemons: {known}"
        if not known:
            do = "list the cluster in clusters once for each view, with a name, and write objects: NAME"
        what = f"{zone.domain} has several views, and the view {zone.view} does not say whose objects it has"
        raise fault(what, do, (*where, "objects"))
    if zone.view == OUTSIDE and not zone.private_addresses:
        for path, name, target in _addresses(zone):
            found = reach(target)
            if found.scope is not TargetScope.PUBLIC:
                what = f"{name} points at {target}, {found.what}, in the view of everybody"
                do = "write it in the view for those who reach it, or set private_addresses: true for this one"
                raise fault(what, do, (*where, *path))


def _addresses(zone: ZoneSettings) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield the addresses that the settings of a zone spell out, each with its path and name."""
    for position, name in enumerate(zone.names):
        yield from ((("names", position, "targets"), zone.fqdn(name), target) for target in name.targets)
    for position, record in enumerate(zone.records):
        if record.type in canonical_content.ADDRESSES:
            yield from ((("records", position, "content"), zone.fqdn(record), text) for text in record.content)
