"""The plan of geo load balancing: several stacks share load balancers, and none of them is above the others. Pure.

Every stack declares its own pool, whose mark names the host names that it wants to be in; and each load balancer with
what is in it, with all pools whose marks name it, and without those that are leaving. So what a lost update has taken
out comes back with whoever writes next. `view` tells the owners of pools, `pool` and `origins` plan the own pool,
`balancer` merges a load balancer, `leave` plans how a stack leaves.

| when                                            | then                                                               |
|-------------------------------------------------|--------------------------------------------------------------------|
| no settings, or no host name with an address    | this stack leaves                                                  |
| a host name is not wished for any more          | the pool is taken out of its load balancer, and stays in others    |
| addresses are unknown                           | those that the pool has stay                                       |
| the pool cannot be as wished: a conflict        | it stays as it is; where there is none, nothing is made            |
| another stack is the `hub`                      | no load balancer is declared; those in state are retained, dropped |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from components.geo.values import OWN, LoadBalancer, Monitor, Pool
from stacks.model.geo import Account, GeoMemory, GeoPlan, GeoWish, PlannedBalancer, PlannedPool
from stacks.model.values import Known
from stacks.plan.geo.balancer import merged_pools, unplaced, wished, with_own_entries, with_settings
from stacks.plan.geo.leave import as_it_stands, leave, release
from stacks.plan.geo.pool import as_it_is, left_monitor, own_pool, pool_in
from stacks.plan.geo.view import AccountView, Site, hosts_of, pools_of, replaced, view
from stacks.settings.geo import BalancerDefaults, BalancerSettings, GeoSettings


@dataclass(slots=True)
class _Draft:
    """A plan of load balancers while it is made."""

    balancers: list[PlannedBalancer] = field(default_factory=list)
    wished: list[LoadBalancer] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    creations: int = 0


def plan_geo(
    settings: GeoSettings | None,
    site: Site,
    wishes: Iterable[GeoWish],
    account: Account,
    memory: GeoMemory,
    *,
    handed_over: bool = False,
) -> GeoPlan:
    """Return the plan for these wishes in this account. The same inputs give the same plan.

    settings: None where this stack is to leave. memory: what state has. handed_over: whether old origins have been
    waiting for new ones to be healthy for as long as the setting `handover` says.
    """
    wanted = {one.host_name.lower(): one for one in wishes if one.addresses != Known(())}
    hub = settings.hub if settings and settings.hub != site.owner else ""
    if settings is None or site.place is None or not wanted:
        return leave(view(replace(site, place=None), account, memory)[0], hub)
    seen, conflict = view(site, account, memory, adopt_all=settings.adopt == "all")
    if conflict and seen.own is None:
        return _standing(seen, conflicts=(conflict,))
    own = own_pool(settings, site.place, wanted, seen, over=handed_over)
    conflicts = tuple(filter(None, (conflict, own.conflict)))
    if own.planned is None:
        return _standing(seen, conflicts, own.notes)
    monitor_notes = left_monitor(seen) if own.planned.monitor is None else ()
    draft = _Draft(notes=[*own.notes, *monitor_notes], conflicts=[*conflicts])
    for host_name in sorted(wanted):
        if hub:
            _to_hub(draft, host_name, hub, seen)
        else:
            _balancer(draft, host_name, settings, seen)
    _leave_others(draft, wanted, seen, hub)
    return GeoPlan(
        account_id=account.account_id,
        pool=own.planned,
        balancers=tuple(sorted(draft.balancers, key=lambda one: one.balancer.name)),
        again="; ".join(filter(None, (own.again, *draft.again))),
        wait=own.wait,
        notes=tuple(draft.notes),
        conflicts=tuple(draft.conflicts),
        wished=tuple(draft.wished),
    )


def as_registered(memory: GeoMemory) -> GeoPlan:
    """Return the plan where the account could not be read: all that state has stays as state has it."""
    pools = [one for one in memory.registered if isinstance(one.value, Pool)]
    monitors = {pool_in(one.logical_name): one.value for one in memory.registered if isinstance(one.value, Monitor)}
    pool = pools[0] if pools else None
    held = pool_in(pool.logical_name) if pool else ""
    planned = None
    if pool and isinstance(pool.value, Pool):
        former = held if held != pool.value.name else ""
        planned = PlannedPool(pool.value, monitors.get(held), former_name=former)
    balancers = []
    for one in memory.registered:
        if isinstance(one.value, LoadBalancer):
            value = replaced(one.value, pool.id if pool else "", OWN)
            balancers.append(PlannedBalancer("", one.zone_id, value, one.retained))
    return GeoPlan(pool.account_id if pool else "", planned, tuple(balancers), wished=memory.wished)


def _standing(seen: AccountView, conflicts: tuple[str, ...], notes: tuple[str, ...] = ()) -> GeoPlan:
    """Return the plan where no pool can be made: all that is ours stays as it is."""
    balancers = ((one, seen.registered_balancer(one)) for one in seen.account.balancers)
    return GeoPlan(
        account_id=seen.account.account_id,
        pool=as_it_is(seen),
        balancers=tuple(as_it_stands(live, seen, retain=known.retained) for live, known in balancers if known),
        notes=notes,
        conflicts=conflicts,
        wished=seen.memory.wished,
    )


def _balancer(draft: _Draft, host_name: str, settings: GeoSettings, seen: AccountView) -> None:
    """Declare the load balancer of a host name, with the pools and settings that others have given it."""
    chosen = _settings_of(settings, host_name)
    mine, live = wished(chosen, host_name), seen.live(host_name)
    zone = (live.zone, live.zone_id) if live else seen.site.zones.get(host_name)
    if zone is None:
        draft.conflicts.append(f"{host_name} lies in none of this stack's zones at Cloudflare: add its zone")
        return
    if live is None and len(seen.account.balancers) + draft.creations >= settings.balancer_limit:
        draft.conflicts.append(
            f"{host_name}: the account has {len(seen.account.balancers) + draft.creations} load balancers, its plan"
            f" {settings.balancer_limit}: delete one that is not used, or, where the plan has more, say so with"
            " `balancer_limit`"
        )
        return
    draft.creations += live is None
    value = mine
    if live:
        base = next((one for one in seen.memory.wished if one.name == host_name), None)
        value, notes = with_settings(mine, base, live.balancer)
        draft.notes += notes
    merged = merged_pools(value, seen, own=True)
    if merged is None:
        raise ValueError(f"{host_name} has no pool, not even the own one")
    missing = unplaced(merged, seen) if merged.steering_policy == "proximity" else []
    if missing:
        draft.conflicts.append(
            f"{host_name} cannot steer by proximity: these pools have no coordinates: {', '.join(missing)}"
        )
        merged = replace(merged, steering_policy=live.balancer.steering_policy if live else "off")
        mine = replace(mine, steering_policy=merged.steering_policy)  # so that the wish stays one
    draft.wished.append(mine)
    draft.balancers.append(
        PlannedBalancer(
            *zone,
            balancer=with_own_entries(merged, chosen),
            retain=pools_of(merged) != {OWN},
            import_id=live.id if live and not seen.registered_balancer(live) else "",
        )
    )


def _settings_of(settings: GeoSettings, host_name: str) -> BalancerSettings:
    """Return the settings of a host name; an object's own host name has the defaults."""
    for one in settings.each_balancer():
        if one.hostname.lower() == host_name:
            return one
    defaults = {name: getattr(settings, name) for name in BalancerDefaults.model_fields}
    return BalancerSettings(hostname=host_name, **defaults)


def _to_hub(draft: _Draft, host_name: str, hub: str, seen: AccountView) -> None:
    """Let a load balancer that another stack declares leave state, and stay as it is."""
    live = seen.live(host_name)
    if live is None:
        draft.notes.append(f"{host_name}: the hub {hub} has not made its load balancer yet")
        return
    registered = seen.registered_balancer(live)
    if registered and not registered.retained:
        draft.balancers.append(as_it_stands(live, seen, retain=True))
        draft.again.append(f"{host_name} is the hub's, and leaves state with the next run")


def _leave_others(draft: _Draft, wanted: Mapping[str, GeoWish], seen: AccountView, hub: str) -> None:
    """Take the own pool out of the load balancers that it was in and is not wished for any more."""
    before = hosts_of(seen.marks.get(seen.own_id)) | {one.name for one in seen.memory.wished}
    before |= {live.balancer.name for live in seen.account.balancers if seen.registered_balancer(live)}
    found = release(seen, [live for name in before - set(wanted) if (live := seen.live(name))], hub)
    draft.balancers += found.balancers
    draft.again += found.again
    draft.conflicts += found.conflicts
