"""The own pool with its monitor: as wished, as it is, and while it leaves. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from components.geo import canonical, names
from components.geo.marks import PoolMark, encode, parse, text
from components.geo.values import LoadShedding, Monitor, Origin, Pool
from stacks.model.geo import GeoWish, LiveMonitor, PlannedPool
from stacks.model.values import Known
from stacks.plan.geo.origins import Handover, handover, origins, slot_of
from stacks.plan.geo.view import LEFT, AccountView, hosts_of
from stacks.settings.geo import GeoSettings, LocationSettings

_PLACE = re.compile(r"TrueNorth: .* in (?P<place>\S+)(?: \[truenorth |\Z)")


@dataclass(frozen=True, slots=True)
class OwnPool:
    """The declaration of the own pool, None where nothing can be declared. conflict: "" where it is as wished."""

    planned: PlannedPool | None
    wait: tuple[str, ...] = ()
    again: str = ""
    conflict: str = ""
    notes: tuple[str, ...] = ()


def own_pool(
    settings: GeoSettings, place: LocationSettings, wishes: Mapping[str, GeoWish], seen: AccountView, *, over: bool
) -> OwnPool:
    """Return the own pool as these wishes want it.

    wishes: by host name, none of them empty. over: whether the time for old addresses is up, as in `origins.handover`.
    """
    held = _held(seen, place)
    foreign = foreign_origins(seen, place)
    wanted, unknown = _addresses(wishes, held)
    if not wanted and not foreign:
        return OwnPool(None, notes=(f"no pool is made: {unknown}",) if unknown else ())
    theirs = {origin.address for origin in foreign}
    turn = handover(wanted, seen.own, list(held), over=over)
    turn = replace(turn, addresses=tuple(address for address in turn.addresses if address not in theirs))
    mine = [address for address in wanted if address not in theirs]
    fitting, remark = _within(settings.origin_limit, turn, mine, foreign)
    if fitting is None:
        return OwnPool(as_it_is(seen), conflict=remark)
    if full := _without_room(settings, seen):
        return OwnPool(None, conflict=full)
    notes = [remark] if remark else []
    notes += [f"the origin at {address}, not ours, is in the pool already" for address in wanted if address in theirs]
    if seen.registered_pool is None and settings.monitor and _stays_unchecked(settings, seen):
        notes.append("the pool has no monitor, and gets none unless truenorth:geo.monitor is set")
    pool = replace(
        seen.own.pool if seen.own else Pool("", ()),  # what no setting speaks of stays as it is
        name=seen.pool_name,
        origins=(*_own_origins(settings, place, fitting.addresses, held), *foreign),
        latitude=place.latitude,
        longitude=place.longitude,
        minimum_origins=settings.minimum_origins,
        check_regions=settings.check_regions,
        notification_email=settings.notification_email,
        load_shedding=_shedding(settings),
        description=_marked(place, wishes, seen),
    )
    planned = _planned(pool, _monitor(settings, place, seen), seen)
    return OwnPool(planned, fitting.wait, fitting.again, notes=tuple(notes))


def _own_origins(
    settings: GeoSettings, place: LocationSettings, addresses: Collection[str], held: Mapping[str, tuple[int, bool]]
) -> Iterator[Origin]:
    """Yield the origins of these addresses. held: number and `enabled` of those that the pool has."""
    template = Origin("", "", canonical.weight(settings.weight / 100), host_header=settings.host_header)
    numbers = {address: number for address, (number, _) in held.items()}
    for origin in origins(addresses, template, place.name, numbers):
        yield replace(origin, enabled=held[origin.address][1]) if origin.address in held else origin


def _without_room(settings: GeoSettings, seen: AccountView) -> str:
    """Return the conflict with the account's limit of pools, where a pool would be made; "" for none."""
    there = len(seen.account.pools)
    if seen.own is not None or seen.registered_pool or there < settings.pool_limit:
        return ""
    return (
        f"the account has {there} pools, its plan {settings.pool_limit}: delete one that is not"
        " used, or, where the plan has more, say so with `pool_limit`"
    )


def as_it_is(seen: AccountView, *, leaving: bool = False) -> PlannedPool | None:
    """Return the own pool unchanged, but for its mark where it is leaving; None where the account has none."""
    if seen.own is None:
        return None
    pool, held = seen.own.pool, seen.marks.get(seen.own.id)
    if leaving:
        mark = PoolMark(seen.site.owner, held.hosts if held else (), leaving=True)
        pool = replace(pool, description=encode(text_in(pool.description), mark))
    monitor = monitor_of(seen)
    return _planned(pool, monitor.monitor if monitor else None, seen)


def monitor_of(seen: AccountView) -> LiveMonitor | None:
    """Return the own monitor: the one in state, else one with our mark, left by a creation that was cut off."""
    registered = {one.id for one in seen.of_kind("monitor")}
    known = [one for one in seen.account.monitors if one.id in registered]
    marks = ((one, parse(one.monitor.description)) for one in seen.account.monitors)
    ours = [one for one, mark in marks if mark and mark.owner == seen.site.owner]
    return min(known or ours, key=lambda one: one.id, default=None)


def left_monitor(seen: AccountView) -> tuple[str, ...]:
    """Return the note on a monitor of ours that state does not know, where none is declared; () for none."""
    left = monitor_of(seen)
    if left is None or seen.of_kind("monitor"):
        return ()
    return (f"the monitor {left.id} ({left.monitor.description}) was made by a run that was cut off: delete it",)


def _planned(pool: Pool, monitor: Monitor | None, seen: AccountView) -> PlannedPool:
    """Return the declaration of pool and monitor, with the ids to import and the name to rename."""
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
    """Return the name of the pool in the logical name of a pool or monitor."""
    return logical_name.removeprefix(names.pool_component("")).rpartition("/")[0]


def _addresses(wishes: Mapping[str, GeoWish], held: Collection[str]) -> tuple[list[str], str]:
    """Return the addresses of all wishes, and the reason where not all are known: then present ones stay."""
    wanted: dict[str, None] = {}
    unknown = ""
    for _, wish in sorted(wishes.items()):
        if isinstance(wish.addresses, Known):
            wanted |= dict.fromkeys(wish.addresses.value)
        else:
            wanted |= dict.fromkeys(wish.known)
            unknown = wish.addresses.reason
    return [*wanted, *(one for one in held if unknown and one not in wanted)], unknown


def _held(seen: AccountView, place: LocationSettings) -> dict[str, tuple[int, bool]]:
    """Return our addresses in the pool, or in state, with the number and `enabled` of their origins."""
    registered = seen.registered_pool
    known = registered.value.origins if registered and isinstance(registered.value, Pool) else ()
    there = _live_origins(seen) if seen.own else known
    places = _places(seen, place)
    numbered = ((one, slot_of(one.name, places)) for one in there)
    return {one.address: (number, one.enabled) for one, number in numbered if number is not None}


def _live_origins(seen: AccountView) -> tuple[Origin, ...]:
    return seen.own.pool.origins if seen.own else ()


def foreign_origins(seen: AccountView, place: LocationSettings | None = None) -> tuple[Origin, ...]:
    """Return the origins of others in the own pool. place: the present one; None for a stack that leaves."""
    places = _places(seen, place)
    return tuple(one for one in _live_origins(seen) if slot_of(one.name, places) is None)


def _places(seen: AccountView, place: LocationSettings | None) -> frozenset[str]:
    """Return the locations that our origins are named after: the present one, and the former."""
    registered = seen.registered_pool
    values = [one for one in (seen.own.pool if seen.own else None, registered.value if registered else None) if one]
    found = [_PLACE.match(one.description) for one in values if isinstance(one, Pool)]
    return frozenset({*([place.name] if place else []), *(one["place"] for one in found if one)})


def _within(
    limit: int, turn: Handover, mine: Collection[str], foreign: Collection[Origin]
) -> tuple[Handover | None, str]:
    """Return the origins that fit into the limit, if need be without old ones, and a remark; None where none fit."""
    if len(turn.addresses) + len(foreign) <= limit:
        return turn, ""
    if len(mine) + len(foreign) <= limit:
        return Handover(tuple(mine)), "old origins go at once: there is no room for them beside the new ones"
    beside = f" beside {len(foreign)} of others" if foreign else ""
    return None, (
        f"{len(mine)} addresses{beside} are too many for the pool, the account's plan has {limit}: give it fewer, or,"
        " where the plan has more, say so with `origin_limit`"
    )


def _marked(place: LocationSettings, wishes: Collection[str], seen: AccountView) -> str:
    """Return the description of the own pool, with its mark: the host names wished for, and those that it has left.

    Those stay in the mark where there is room, because somebody may still write an old plan.
    """
    before = hosts_of(seen.marks.get(seen.own_id)) | {one.name for one in seen.memory.wished}
    before |= {live.balancer.name for live in seen.account.balancers if seen.registered_balancer(live)}
    left = [f"{LEFT}{one}" for one in before - set(wishes)]
    said = text(seen.site.cluster, place.name)
    marks = [PoolMark(seen.site.owner, (*wishes, *left)), PoolMark(seen.site.owner, tuple(wishes))]
    written = [encode(said, mark) for mark in marks]
    return next((one for one in written if (mark := parse(one)) and mark.hosts is not None), written[-1])


def text_in(description: str) -> str:
    """Return the text of a description before the mark."""
    return description.partition("[truenorth ")[0].rstrip()


def _monitor(settings: GeoSettings, place: LocationSettings, seen: AccountView) -> Monitor | None:
    wanted = settings.monitor
    if wanted is None or _stays_unchecked(settings, seen):
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


def _stays_unchecked(settings: GeoSettings, seen: AccountView) -> bool:
    """Return whether the pool was there without a monitor, and nobody has asked for one.

    Origins that answer the default check with a redirect or an error would lose their traffic.
    """
    asked = "monitor" in settings.model_fields_set or monitor_of(seen) or seen.of_kind("monitor")
    return seen.own is not None and not seen.own.monitor_id and not asked


def _shedding(settings: GeoSettings) -> LoadShedding:
    return LoadShedding(
        default_percent=settings.load_shedding_percent, session_percent=settings.session_shedding_percent
    )
