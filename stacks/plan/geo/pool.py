"""The own pool with its monitor: as it is to be, as it is, and as it is while it leaves. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from components.geo import canonical, names
from components.geo.marks import PoolMark, encode, parse, text
from components.geo.values import LoadShedding, Monitor, Origin, Pool
from stacks.model.geo import GeoWish, LiveMonitor, PlannedPool
from stacks.model.values import Known
from stacks.plan.geo.origins import Handover, handover, origins, slot_of
from stacks.plan.geo.view import LEFT, View, hosts_of
from stacks.settings.geo import GeoSettings, LocationSettings

_PLACE = re.compile(r"TrueNorth: .* in (?P<place>\S+)(?: \[truenorth |$)")


@dataclass(frozen=True, slots=True)
class OwnPool:
    """What is declared of the own pool; None: nothing can be. conflict: why it is not as wished."""

    planned: PlannedPool | None
    wait: tuple[str, ...] = ()
    again: str = ""
    conflict: str = ""
    notes: tuple[str, ...] = ()


def own_pool(
    settings: GeoSettings, place: LocationSettings, wishes: Mapping[str, GeoWish], seen: View, *, over: bool
) -> OwnPool:
    """The own pool as these wishes want it. wishes: by host name, none of them empty; over: see `geo_origins`."""
    held = _held(seen, place)
    foreign = foreign_origins(seen, place)
    wanted, unknown = _addresses(wishes, held)
    if not wanted and not foreign:
        return OwnPool(None, notes=(f"no pool is made: {unknown}",) if unknown else ())
    theirs = {one.address for one in foreign}
    mine = [one for one in wanted if one not in theirs]
    turn = handover(wanted, seen.own, list(held), over=over)
    turn = replace(turn, addresses=tuple(one for one in turn.addresses if one not in theirs))
    planned, told = _within(settings.origin_limit, turn, mine, foreign)
    if planned is None:
        return OwnPool(None if seen.own is None else as_it_is(seen), conflict=told)
    if seen.own is None and not seen.registered_pool and len(seen.account.pools) >= settings.pool_limit:
        said = (
            f"the account has {len(seen.account.pools)} pools, its plan {settings.pool_limit}: delete one that is not"
            " used, or, where the plan has more, say so with `pool_limit`"
        )
        return OwnPool(None, conflict=said)
    notes = [told] if told else []
    notes += [f"the origin at {one}, not ours, is in the pool already" for one in wanted if one in theirs]
    template = Origin("", "", canonical.weight(settings.weight / 100), host_header=settings.host_header)
    made = origins(planned.addresses, template, place.name, {one: number for one, (number, _) in held.items()})
    made = tuple(replace(one, enabled=held[one.address][1]) if one.address in held else one for one in made)
    pool = replace(
        seen.own.pool if seen.own else Pool("", ()),  # what no setting speaks of stays as it is
        name=seen.pool_name,
        origins=(*made, *foreign),
        latitude=place.latitude,
        longitude=place.longitude,
        minimum_origins=settings.minimum_origins,
        check_regions=settings.check_regions,
        notification_email=settings.notification_email,
        load_shedding=_shedding(settings),
        description=_marked(place, wishes, seen),
    )
    return OwnPool(
        _planned(pool, _monitor(settings, place, seen), seen), planned.wait, planned.again, notes=tuple(notes)
    )


def as_it_is(seen: View, *, leaving: bool = False) -> PlannedPool | None:
    """The own pool unchanged, but for its mark where it is leaving; None where the account has none."""
    if seen.own is None:
        return None
    pool, held = seen.own.pool, seen.marks.get(seen.own.id)
    if leaving:
        mark = PoolMark(seen.site.owner, held.hosts if held else (), leaving=True)
        pool = replace(pool, description=encode(said_in(pool.description), mark))
    monitor = monitor_of(seen)
    return _planned(pool, monitor.monitor if monitor else None, seen)


def monitor_of(seen: View) -> LiveMonitor | None:
    """The own monitor: that which state knows, else one with our mark, whose creation was cut off."""
    registered = {one.id for one in seen.of_kind("monitor")}
    known = [one for one in seen.account.monitors if one.id in registered]
    marks = ((one, parse(one.monitor.description)) for one in seen.account.monitors)
    ours = [one for one, mark in marks if mark and mark.owner == seen.site.owner]
    return min(known or ours, key=lambda one: one.id, default=None)


def left_monitor(seen: View) -> tuple[str, ...]:
    """What to say of a monitor of ours that state does not know, where none is declared."""
    left = monitor_of(seen)
    if left is None or seen.of_kind("monitor"):
        return ()
    return (f"the monitor {left.id} ({left.monitor.description}) was made by a run that was cut off: delete it",)


def _planned(pool: Pool, monitor: Monitor | None, seen: View) -> PlannedPool:
    """What is declared, with what is to be imported, and renamed."""
    registered, there = seen.registered_pool, monitor_of(seen)
    known = registered is not None and (seen.own is None or registered.id == seen.own.id)
    former = pool_in(registered.logical_name) if registered and known else pool.name
    new_monitor = there is not None and there.id not in {one.id for one in seen.of_kind("monitor")}
    return PlannedPool(
        pool=canonical.pool(pool),
        monitor=canonical.monitor(monitor) if monitor else None,
        pool_import_id="" if known else seen.own_id,
        monitor_import_id=there.id if there and monitor and new_monitor else "",
        former_name=former if former != pool.name else "",
    )


def pool_in(logical_name: str) -> str:
    """The name of the pool in the logical name of a pool or monitor."""
    return logical_name.removeprefix(names.pool_component("")).rpartition("/")[0]


def _addresses(wishes: Mapping[str, GeoWish], held: Collection[str]) -> tuple[list[str], str]:
    """What all wishes want together, and why not all is known: then what is there stays."""
    wanted: dict[str, None] = {}
    unknown = ""
    for _, wish in sorted(wishes.items()):
        if isinstance(wish.addresses, Known):
            wanted |= dict.fromkeys(wish.addresses.value)
        else:
            wanted |= dict.fromkeys(wish.known)
            unknown = wish.addresses.reason
    return [*wanted, *(one for one in held if unknown and one not in wanted)], unknown


def _held(seen: View, place: LocationSettings) -> dict[str, tuple[int, bool]]:
    """Our addresses that the pool has, or had when state was written, with the number and `enabled` of their origin."""
    registered = seen.registered_pool
    known = registered.value.origins if registered and isinstance(registered.value, Pool) else ()
    there = _live_origins(seen) if seen.own else known
    places = _places(seen, place)
    numbered = ((one, slot_of(one.name, places)) for one in there)
    return {one.address: (number, one.enabled) for one, number in numbered if number is not None}


def _live_origins(seen: View) -> tuple[Origin, ...]:
    return seen.own.pool.origins if seen.own else ()


def foreign_origins(seen: View, place: LocationSettings | None = None) -> tuple[Origin, ...]:
    """The origins of the own pool that are not ours. place: that of now; None for a stack that leaves."""
    places = _places(seen, place)
    return tuple(one for one in _live_origins(seen) if slot_of(one.name, places) is None)


def _places(seen: View, place: LocationSettings | None) -> frozenset[str]:
    """The locations that our origins are named after: the one of now, and the one before."""
    registered = seen.registered_pool
    values = [one for one in (seen.own.pool if seen.own else None, registered.value if registered else None) if one]
    found = [_PLACE.match(one.description) for one in values if isinstance(one, Pool)]
    return frozenset({*([place.name] if place else []), *(one["place"] for one in found if one)})


def _within(
    limit: int, turn: Handover, mine: Collection[str], foreign: Collection[Origin]
) -> tuple[Handover | None, str]:
    """What fits into the limit of origins: if need be without the old ones; and what to say of it."""
    if len(turn.addresses) + len(foreign) <= limit:
        return turn, ""
    if len(mine) + len(foreign) <= limit:
        return Handover(tuple(mine)), "old origins go at once: there is no room for them beside the new ones"
    beside = f" beside {len(foreign)} of others" if foreign else ""
    return None, (
        f"{len(mine)} addresses{beside} are too many for the pool, the account's plan has {limit}: give it fewer, or,"
        " where the plan has more, say so with `origin_limit`"
    )


def _marked(place: LocationSettings, wishes: Collection[str], seen: View) -> str:
    """The description of the own pool, with its mark: the host names wished for, and those that it has left.

    What has been left stays in the mark, because nobody knows who may still write an old plan; unless there is no room.
    """
    before = hosts_of(seen.marks.get(seen.own_id)) | {one.name for one in seen.memory.wished}
    before |= {live.balancer.name for live in seen.account.balancers if seen.registered_balancer(live)}
    left = [f"{LEFT}{one}" for one in before - set(wishes)]
    said = text(seen.site.cluster, place.name)
    marks = [PoolMark(seen.site.owner, (*wishes, *left)), PoolMark(seen.site.owner, tuple(wishes))]
    written = [encode(said, mark) for mark in marks]
    return next((one for one in written if (mark := parse(one)) and mark.hosts is not None), written[-1])


def said_in(description: str) -> str:
    """What a description says to a person, before the mark."""
    return description.partition("[truenorth ")[0].rstrip()


def _monitor(settings: GeoSettings, place: LocationSettings, seen: View) -> Monitor | None:
    wanted = settings.monitor
    if wanted is None:
        return None
    return Monitor(
        type=wanted.type,
        interval=wanted.interval,
        timeout=wanted.timeout,
        retries=wanted.retries,
        method=wanted.method,
        path=wanted.path,
        port=wanted.port,
        expected_codes=wanted.expected_codes,
        expected_body=wanted.expected_body,
        follow_redirects=wanted.follow_redirects,
        allow_insecure=wanted.allow_insecure,
        header=tuple(sorted(wanted.header.items())),
        probe_zone=wanted.probe_zone,
        consecutive_up=wanted.consecutive_up,
        consecutive_down=wanted.consecutive_down,
        description=encode(text(seen.site.cluster, place.name), PoolMark(seen.site.owner, ())),
    )


def _shedding(settings: GeoSettings) -> LoadShedding:
    return LoadShedding(
        default_percent=settings.load_shedding_percent, session_percent=settings.session_shedding_percent
    )
