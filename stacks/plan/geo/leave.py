"""How a stack leaves: a load balancer, or all of them with its pool. Pure.

A pool goes in these runs, each of which looks at the account anew, so that one that is cut off is taken up again:

1. Where the pool is a fallback and others can be, one of them becomes it.
2. Its mark says that it is leaving, so that nobody puts it back, and it is taken out of every load balancer that has
   it, whoever made that. A load balancer that is in state only for this is retained. One in which nothing else would be
   left is not retained any more.
3. Pool and monitor leave the program, and so do load balancers that are ours alone: the engine deletes these first.
   Where another stack has put the pool back meanwhile, the engine takes it out first.

A pool in which others have origins is left to them: ours go, its mark goes, and it leaves state.

| a load balancer that this stack does not want to be in  | state    | is                                              |
|---------------------------------------------------------|----------|-------------------------------------------------|
| has our pool, and others                                | any      | declared without it, retained                   |
| has our pool alone                                      | retained | declared as it is, not retained; then dropped   |
| has our pool alone                                      | deletes  | dropped: the engine deletes it                  |
| has our pool alone, and was made by hand                | not ours | a conflict: the pool stays                      |
| has not our pool                                        | deletes  | declared as it is, retained; then dropped       |
| has not our pool                                        | retained | dropped from state; it stays                    |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from components.geo import canonical
from components.geo.marks import parse
from components.geo.values import OWN, Origin
from stacks.model.geo import GeoPlan, LiveBalancer, PlannedBalancer
from stacks.plan.geo.balancer import merged_pools
from stacks.plan.geo.pool import as_it_is, foreign_origins, left_monitor, monitor_of, said_in
from stacks.plan.geo.view import View, hosts_of, pools_of, replaced

LEAVES = "the pool {} is leaving its load balancers; the next run deletes it"
HANDS_OVER = "the pool {} is the fallback of {}, which another is now; the next run goes on"


@dataclass(slots=True)
class Released:
    """What is declared of the load balancers that are left. holding: whether the own pool has to stay."""

    balancers: list[PlannedBalancer] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    holding: bool = False


def leave(seen: View, hub: str = "") -> GeoPlan:
    """The plan of a stack that leaves altogether. hub: the owner of the stack that alone declares load balancers."""
    own = seen.own
    concerned = {one.id: one for one in (*seen.with_own(), *_registered(seen))}
    if own is None:
        found = release(seen, concerned.values(), hub)
        return _plan(seen, found, notes=left_monitor(seen))
    if theirs := foreign_origins(seen):
        return _hand_over(seen, theirs)
    mark = seen.marks.get(own.id)
    marked = mark is not None and mark.leaving
    if not marked and not hub:
        handing = {one.id: spared for one in concerned.values() if (spared := _without_fallback(one, seen))}
        if handing:
            rest = [
                as_it_stands(one, seen, retain=known.retained)
                for one in concerned.values()
                if one.id not in handing and (known := seen.registered_balancer(one))
            ]
            names = ", ".join(sorted(one.balancer.name for one in handing.values()))
            plan = _plan(seen, Released(balancers=[*handing.values(), *rest]))
            return replace(plan, pool=as_it_is(seen), again=HANDS_OVER.format(own.pool.name, names))
    found = release(seen, concerned.values(), hub, delete=marked)
    for name in sorted(one.balancer.name for one in seen.account.balancers if own.id in one.balancer.kept):
        found.conflicts.append(f"a rule of {name} names the pool {own.pool.name}, which is leaving: take it out there")
        found.holding = True
    if not marked:
        found.again.insert(0, LEAVES.format(own.pool.name))
    elif not any(one.id == own.id for one in seen.of_kind("pool")):
        found.again.insert(0, f"state does not know the pool {own.pool.name}: it comes into state, and goes then")
        found.holding = True
    if not marked or found.holding:
        return replace(_plan(seen, found), pool=as_it_is(seen, leaving=True))
    return _plan(seen, found)


def _hand_over(seen: View, theirs: tuple[Origin, ...]) -> GeoPlan:
    """Leave a pool in which others have origins to them: ours go, its mark too, and it stays where it is."""
    pool = as_it_is(seen)
    ours = [one for one in seen.memory.registered if one.id in {seen.own_id, *_ids(seen)}]
    done = pool is not None and pool.pool.origins == theirs and parse(pool.pool.description) is None
    if pool is None or (done and all(one.retained for one in ours)):
        return _plan(seen, Released())
    said = ", ".join(one.name for one in theirs)
    value = replace(pool.pool, origins=theirs, description=said_in(pool.pool.description))
    found = Released(
        balancers=[as_it_stands(one, seen, retain=True) for one in _registered(seen)],
        again=[f"the pool {value.name} stays, because it has origins of others ({said}), and leaves state"],
    )
    return replace(_plan(seen, found), pool=replace(pool, pool=value, retain=True))


def _ids(seen: View) -> list[str]:
    """The ids of what else of ours leaves state with the pool."""
    monitor = monitor_of(seen)
    return [one.id for one in _registered(seen)] + ([monitor.id] if monitor else [])


def release(seen: View, balancers: Iterable[LiveBalancer], hub: str = "", *, delete: bool = True) -> Released:
    """What is declared of load balancers that this stack does not want to be in. delete: whether any may be deleted."""
    found = Released()
    for live in sorted(balancers, key=lambda one: one.balancer.name):
        registered = seen.registered_balancer(live)
        has_own = bool(seen.own_id) and seen.own_id in pools_of(live.balancer)
        rest = merged_pools(live.balancer, seen, own=False) if has_own else live.balancer
        name = live.balancer.name
        if hub or not has_own:
            if has_own:
                found.again.append(f"{hub} has yet to take the pool {seen.name_of(seen.own_id)} out of {name}")
                found.holding = True
            if registered and not registered.retained:
                found.balancers.append(as_it_stands(live, seen, retain=True))
                found.again.append(f"{name} stays, and leaves state with the next run")
        elif rest is not None:
            import_id = "" if registered else live.id
            value = canonical.balancer(rest)
            found.balancers.append(PlannedBalancer(live.zone, live.zone_id, value, retain=True, import_id=import_id))
            found.again.append(f"{name} stays, and leaves state with the next run")
        elif registered is None and not _ours(live, seen):
            found.conflicts.append(
                f"{name} was made by hand and has no pool but ours, which is leaving: give it another, or delete it"
            )
            found.holding = True
        elif registered is None or registered.retained or not delete:
            found.balancers.append(as_it_stands(live, seen, retain=False))
            found.again.append(f"{name} has no other pool: the next run deletes it")
            found.holding = True
    return found


def _registered(seen: View) -> Iterable[LiveBalancer]:
    return (one for one in seen.account.balancers if seen.registered_balancer(one))


def _ours(live: LiveBalancer, seen: View) -> bool:
    """Whether we wished for a load balancer that state does not know: its creation was cut off, or state was lost."""
    name = live.balancer.name
    return name in hosts_of(seen.marks.get(seen.own_id)) or name in {one.name for one in seen.memory.wished}


def as_it_stands(live: LiveBalancer, seen: View, *, retain: bool) -> PlannedBalancer:
    """A load balancer declared as it is."""
    registered = seen.registered_balancer(live)
    value = canonical.balancer(replaced(live.balancer, seen.own_id, OWN))
    return PlannedBalancer(live.zone, live.zone_id, value, retain, import_id="" if registered else live.id)


def _without_fallback(live: LiveBalancer, seen: View) -> PlannedBalancer | None:
    """The load balancer with another fallback in place of the own pool; None where there is nothing to do, or none."""
    if live.balancer.fallback_pool != seen.own_id:
        return None
    spared, rest = (merged_pools(live.balancer, seen, own=own) for own in (True, False))
    if spared is None or rest is None:
        return None
    spared = replace(spared, fallback_pool=rest.fallback_pool)
    registered = seen.registered_balancer(live)
    value = canonical.balancer(spared)
    return PlannedBalancer(live.zone, live.zone_id, value, retain=True, import_id="" if registered else live.id)


def _plan(seen: View, found: Released, notes: tuple[str, ...] = ()) -> GeoPlan:
    return GeoPlan(
        account_id=seen.account.account_id,
        balancers=tuple(sorted(found.balancers, key=lambda one: one.balancer.name)),
        again="; ".join(found.again),
        conflicts=tuple(found.conflicts),
        notes=notes,
    )
