"""Leaving: a stack takes its pool out of a load balancer, or out of all and deletes it. Pure.

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
from dataclasses import dataclass, replace

from components.geo import canonical
from components.geo.marks import parse
from components.geo.values import OWN, LoadBalancer, Origin
from stacks.model.geo import GeoPlan, LiveBalancer, LivePool, PlannedBalancer
from stacks.plan.geo.balancer import merged_pools
from stacks.plan.geo.pool import as_it_is, foreign_origins, left_monitor, monitor_of, text_in
from stacks.plan.geo.view import AccountView, hosts_of, pools_of, replaced

LEAVES = "the pool {} is leaving its load balancers; the next run deletes it"
STAYS = "{} stays, and leaves state with the next run"
HANDS_OVER = "the pool {} is the fallback of {}, which another is now; the next run goes on"


@dataclass(frozen=True, slots=True)
class Released:
    """The declarations of load balancers that are left. holding: whether the own pool has to stay for now."""

    balancers: tuple[PlannedBalancer, ...] = ()
    again: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    holding: bool = False

    def __add__(self, other: Released) -> Released:
        return Released(
            self.balancers + other.balancers,
            self.again + other.again,
            self.conflicts + other.conflicts,
            self.holding or other.holding,
        )


def leave(seen: AccountView, hub: str = "") -> GeoPlan:
    """Return the plan of a stack that leaves altogether.

    hub: the owner of the stack that alone declares load balancers; "" for none.
    """
    own = seen.own
    concerned = {one.id: one for one in (*seen.with_own(), *_registered(seen))}.values()
    if own is None:
        return _plan(seen, release(seen, concerned, hub), notes=left_monitor(seen))
    if theirs := foreign_origins(seen):
        return _hand_over(seen, theirs)
    mark = seen.marks.get(own.id)
    marked = mark is not None and mark.leaving
    if not marked and not hub and (plan := _with_other_fallbacks(seen, own, concerned)):
        return plan
    released = release(seen, concerned, hub, delete=marked) + _named_in_rules(seen, own)
    if not marked:
        released = Released(again=(LEAVES.format(own.pool.name),)) + released
    elif not any(one.id == own.id for one in seen.of_kind("pool")):
        unknown = f"state does not know the pool {own.pool.name}: it comes into state, and goes then"
        released = Released(again=(unknown,), holding=True) + released
    if not marked or released.holding:
        return replace(_plan(seen, released), pool=as_it_is(seen, leaving=True))
    return _plan(seen, released)


def _with_other_fallbacks(seen: AccountView, own: LivePool, concerned: Iterable[LiveBalancer]) -> GeoPlan | None:
    """Return the plan of the run that gives load balancers another fallback; None where the own pool is none."""
    spared: list[LiveBalancer] = []
    balancers: list[PlannedBalancer] = []
    rest: list[PlannedBalancer] = []
    for live in concerned:
        if planned := _without_fallback(live, seen):
            spared.append(live)
            balancers.append(planned)
        elif known := seen.registered_balancer(live):
            rest.append(as_it_stands(live, seen, retain=known.retained))
    if not spared:
        return None
    names = ", ".join(sorted(one.balancer.name for one in spared))
    plan = _plan(seen, Released((*balancers, *rest)))
    return replace(plan, pool=as_it_is(seen), again=HANDS_OVER.format(own.pool.name, names))


def _named_in_rules(seen: AccountView, own: LivePool) -> Released:
    """Return the conflicts with rules that name the own pool; only a person can change rules."""
    named = sorted(one.balancer.name for one in seen.account.balancers if own.id in one.balancer.kept)
    advice = f"names the pool {own.pool.name}, which is leaving: take it out there"
    return Released(conflicts=tuple(f"a rule of {name} {advice}" for name in named), holding=bool(named))


def _hand_over(seen: AccountView, theirs: tuple[Origin, ...]) -> GeoPlan:
    """Return the plan that leaves a pool to others with origins in it, without our origins and mark."""
    pool = as_it_is(seen)
    ours = [one for one in seen.memory.registered if one.id in {seen.own_id, *_ids(seen)}]
    done = pool is not None and pool.pool.origins == theirs and parse(pool.pool.description) is None
    if pool is None or (done and all(one.retained for one in ours)):
        return _plan(seen, Released())
    said = ", ".join(one.name for one in theirs)
    value = replace(pool.pool, origins=theirs, description=text_in(pool.pool.description))
    stays = f"the pool {value.name} stays, because it has origins of others ({said}), and leaves state"
    balancers = tuple(as_it_stands(one, seen, retain=True) for one in _registered(seen))
    return replace(_plan(seen, Released(balancers, (stays,))), pool=replace(pool, pool=value, retain=True))


def _ids(seen: AccountView) -> list[str]:
    """Return the ids of the load balancers and the monitor that leave state with the pool."""
    monitor = monitor_of(seen)
    return [one.id for one in _registered(seen)] + ([monitor.id] if monitor else [])


def release(seen: AccountView, balancers: Iterable[LiveBalancer], hub: str = "", *, delete: bool = True) -> Released:
    """Return the declarations of load balancers that this stack does not want to be in.

    delete: whether a load balancer without other pools may be deleted.
    """
    released = Released()
    for live in sorted(balancers, key=lambda one: one.balancer.name):
        has_own = bool(seen.own_id) and seen.own_id in pools_of(live.balancer)
        if hub or not has_own:
            released += _retained(live, seen, hub if has_own else "")
        else:
            released += _without_own(live, seen, delete=delete)
    return released


def _retained(live: LiveBalancer, seen: AccountView, hub: str) -> Released:
    """Return the release of a load balancer that stays as it is and leaves state.

    hub: the owner of the stack that has yet to take the own pool out of it; "" where the pool is not in it.
    """
    name, registered = live.balancer.name, seen.registered_balancer(live)
    released = Released()
    if hub:
        waits = f"{hub} has yet to take the pool {seen.name_of(seen.own_id)} out of {name}"
        released += Released(again=(waits,), holding=True)
    if registered and not registered.retained:
        released += Released((as_it_stands(live, seen, retain=True),), (STAYS.format(name),))
    return released


def _without_own(live: LiveBalancer, seen: AccountView, *, delete: bool) -> Released:
    """Return the release of a load balancer that has the own pool: it goes out, or the load balancer is deleted."""
    name, registered = live.balancer.name, seen.registered_balancer(live)
    rest = merged_pools(live.balancer, seen, own=False)
    if rest is not None:
        return Released((_declared(live, rest, seen, retain=True),), (STAYS.format(name),))
    if registered is None and not _ours(live, seen):
        by_hand = f"{name} was made by hand and has no pool but ours, which is leaving: give it another, or delete it"
        return Released(conflicts=(by_hand,), holding=True)
    if registered is None or registered.retained or not delete:
        deleted = f"{name} has no other pool: the next run deletes it"
        return Released((as_it_stands(live, seen, retain=False),), (deleted,), holding=True)
    return Released()


def _registered(seen: AccountView) -> Iterable[LiveBalancer]:
    return (one for one in seen.account.balancers if seen.registered_balancer(one))


def _ours(live: LiveBalancer, seen: AccountView) -> bool:
    """Whether this stack wished for a load balancer that state does not know, as after a cut-off run."""
    name = live.balancer.name
    return name in hosts_of(seen.marks.get(seen.own_id)) or name in {one.name for one in seen.memory.wished}


def as_it_stands(live: LiveBalancer, seen: AccountView, *, retain: bool) -> PlannedBalancer:
    """Return a load balancer declared as it is."""
    return _declared(live, replaced(live.balancer, seen.own_id, OWN), seen, retain=retain)


def _declared(live: LiveBalancer, balancer: LoadBalancer, seen: AccountView, *, retain: bool) -> PlannedBalancer:
    """Return the declaration of a load balancer, imported where state does not know it."""
    import_id = "" if seen.registered_balancer(live) else live.id
    return PlannedBalancer(live.zone, live.zone_id, canonical.balancer(balancer), retain, import_id)


def _without_fallback(live: LiveBalancer, seen: AccountView) -> PlannedBalancer | None:
    """Return the load balancer with another fallback than the own pool; None where it has one, or can have none."""
    if live.balancer.fallback_pool != seen.own_id:
        return None
    spared, rest = (merged_pools(live.balancer, seen, own=own) for own in (True, False))
    if spared is None or rest is None:
        return None
    return _declared(live, replace(spared, fallback_pool=rest.fallback_pool), seen, retain=True)


def _plan(seen: AccountView, released: Released, notes: tuple[str, ...] = ()) -> GeoPlan:
    return GeoPlan(
        account_id=seen.account.account_id,
        balancers=tuple(sorted(released.balancers, key=lambda one: one.balancer.name)),
        again="; ".join(released.again),
        conflicts=tuple(released.conflicts),
        notes=notes,
    )
