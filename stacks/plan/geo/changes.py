"""Changes of a run to load balancing: the plan compared with state and with the account. Pure.

No change means that no run is needed. Where the account is as planned and only state lags behind, because others have
written what we share, nothing is needed either: a run that changes anything else refreshes it, and so does not write
what was written already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum

from components.geo import canonical
from components.geo import names as geo_names
from components.geo.values import OWN, LoadBalancer, Monitor, Pool
from stacks.model.geo import Account, GeoMemory, GeoPlan, PlannedBalancer, RegisteredGeo
from stacks.plan.geo.view import replaced

Value = Monitor | Pool | LoadBalancer
NEW = "new"
"""The id of what is not made yet."""


class GeoAction(Enum):
    """The kind of a change; the value is its name in tables, JSON and metrics."""

    CREATE = "create"
    IMPORT = "import"
    """It is there and state does not know it: it comes into state and becomes as planned."""
    UPDATE = "update"
    RESTORE = "restore"
    """Ours, and gone behind our back: it is made again."""
    DELETE = "delete"
    FORGET = "forget"
    """Not wanted any more, and gone already: state forgets it."""
    RETAIN = "retain"
    """State alone changes: whether it stays when it leaves the program."""
    DROP = "drop"
    """It leaves state and stays where it is, because others use it."""
    REFRESH = "refresh"
    """State alone changes: it learns what others have written, because the run does something else anyway."""
    REMEMBER = "remember"
    """State alone changes: what was wished for last."""


@dataclass(frozen=True, slots=True)
class GeoChange:
    """A change of one resource. name: the pool's or the host name; says: the difference in words.

    refresh: whether state has to be refreshed first, because the account differs from it.
    """

    action: GeoAction
    kind: geo_names.Kind
    name: str
    says: str = ""
    urn: str = ""
    refresh: bool = False

    def __str__(self) -> str:
        kind = "load balancer" if self.kind == "balancer" else self.kind
        return f"{self.action.value} {kind} {self.name}" + (f": {self.says}" if self.says else "")


def geo_changes(plan: GeoPlan, account: Account, memory: GeoMemory) -> tuple[GeoChange, ...]:
    """Return the changes of a run with this plan, in the engine's order: deletions last."""
    world = _World(account, {one.logical_name: one for one in memory.registered})
    names = {one.id: one.pool.name for one in account.pools}
    found: list[GeoChange] = []
    declared: set[str] = set()
    monitor_id, pool_id = "", ""
    if plan.pool:
        name = plan.pool.former_name or plan.pool.pool.name
        if plan.pool.monitor:
            key = geo_names.logical_name("monitor", name)
            declared.add(key)
            monitor_id = world.identity(key, plan.pool.monitor_import_id)
            found += world.of("monitor", key, plan.pool.monitor, monitor_id, plan.pool.pool.name)
        key = geo_names.logical_name("pool", name)
        declared.add(key)
        pool_id = world.identity(key, plan.pool.pool_import_id)
        found += _pool(plan, key, pool_id, monitor_id, world)
        names |= {NEW: plan.pool.pool.name, pool_id: plan.pool.pool.name}
    for one in plan.balancers:
        key = geo_names.logical_name("balancer", one.balancer.name)
        declared.add(key)
        found += _balancer(one, key, pool_id, world, names)
    found += _gone(world, declared)
    if _remembered(plan.wished) != _remembered(memory.wished):
        found.append(GeoChange(GeoAction.REMEMBER, "balancer", ", ".join(one.name for one in plan.wished) or "none"))
    if found:
        goes = {GeoAction.DELETE, GeoAction.DROP}
        found += _lagging(world, {change.urn for change in found if change.refresh or change.action in goes})
    return tuple(found)


def _lagging(world: _World, changed: set[str]) -> Iterator[GeoChange]:
    """Yield the resources that are as planned in the account and otherwise in state."""
    for key, known in sorted(world.state.items()):
        live = world.live(known.id)
        if known.urn not in changed and live is not None and live != _canonical(known.value):
            yield GeoChange(GeoAction.REFRESH, known.kind, _name(key, known), urn=known.urn, refresh=True)


def _name(key: str, known: RegisteredGeo) -> str:
    return key.removeprefix(geo_names.pool_component("")).removesuffix(f"/{known.kind}")


@dataclass(frozen=True, slots=True)
class _World:
    account: Account
    state: Mapping[str, RegisteredGeo]

    def identity(self, key: str, import_id: str) -> str:
        """Return the id of a resource, or `NEW`."""
        known = self.state.get(key)
        return import_id or (known.id if known and self.live(known.id) else NEW)

    def live(self, identity: str) -> Value | None:
        """Return the account's resource of an id, in the form for comparison; None for none."""
        for monitor in self.account.monitors:
            if monitor.id == identity:
                return canonical.monitor(monitor.monitor)
        for pool in self.account.pools:
            if pool.id == identity:
                return canonical.pool(pool.pool)
        for balancer in self.account.balancers:
            if balancer.id == identity:
                return canonical.balancer(balancer.balancer)
        return None

    def of(self, kind: geo_names.Kind, key: str, wanted: Value, identity: str, name: str) -> Iterator[GeoChange]:
        """Yield the change of one declared resource, if there is one."""
        known, live = self.state.get(key), self.live(identity)
        urn = known.urn if known else ""
        if live is None:
            action = GeoAction.RESTORE if known else GeoAction.CREATE
            yield GeoChange(action, kind, name, urn=urn, refresh=known is not None)
        elif known is None or known.id != identity:
            yield GeoChange(GeoAction.IMPORT, kind, name, _differs(live, wanted), urn, refresh=known is not None)
        elif live != wanted:
            refresh = live != _canonical(known.value)
            yield GeoChange(GeoAction.UPDATE, kind, name, _differs(live, wanted), urn, refresh=refresh)


def _pool(plan: GeoPlan, key: str, pool_id: str, monitor_id: str, world: _World) -> Iterator[GeoChange]:
    if plan.pool is None:
        return
    name = plan.pool.pool.name
    found = list(world.of("pool", key, plan.pool.pool, pool_id, name))
    live = next((one for one in world.account.pools if one.id == pool_id), None)
    if live and live.monitor_id != monitor_id and not any(one.action is GeoAction.IMPORT for one in found):
        known = world.state.get(key)
        found = [GeoChange(GeoAction.UPDATE, "pool", name, "monitor", known.urn if known else "", refresh=True)]
    elif not found and plan.pool.former_name:
        found = [GeoChange(GeoAction.UPDATE, "pool", name, f"in state it is {plan.pool.former_name}")]
    elif not found:
        found = list(_retained(name, world, retain=plan.pool.retain))
    yield from found


def _retained(name: str, world: _World, *, retain: bool) -> Iterator[GeoChange]:
    """Yield the changes of pool and monitor where state alone changes: whether they stay when they leave it."""
    for known in world.state.values():
        if known.kind != "balancer" and known.retained != retain:
            yield GeoChange(GeoAction.RETAIN, known.kind, name, _stays(retain), known.urn)


def _balancer(
    one: PlannedBalancer, key: str, pool_id: str, world: _World, names: Mapping[str, str]
) -> Iterator[GeoChange]:
    name = one.balancer.name
    wanted = canonical.balancer(replaced(one.balancer, OWN, pool_id))
    identity = world.identity(key, one.import_id)
    live, known = world.live(identity), world.state.get(key)
    found = list(world.of("balancer", key, wanted, identity, name))
    if found and isinstance(live, LoadBalancer):
        found = [replace(change, says=_differs_in(live, wanted, names)) for change in found]
    if not found and known and known.retained != one.retain:
        found = [GeoChange(GeoAction.RETAIN, "balancer", name, _stays(one.retain), known.urn)]
    yield from found


def _stays(retain: bool) -> str:  # noqa: FBT001 - one word of a message
    return "it stays when it leaves state" if retain else "it is deleted when it leaves state"


def _gone(world: _World, declared: set[str]) -> Iterator[GeoChange]:
    order = {"balancer": 0, "pool": 1, "monitor": 2}
    for key, known in sorted(world.state.items(), key=lambda entry: (order[entry[1].kind], entry[0])):
        if key not in declared:
            name = _name(key, known)
            if world.live(known.id) is None:
                yield GeoChange(GeoAction.FORGET, known.kind, name, urn=known.urn, refresh=True)
            else:
                action = GeoAction.DROP if known.retained else GeoAction.DELETE
                yield GeoChange(action, known.kind, name, urn=known.urn)


def _canonical(value: Value) -> Value:
    if isinstance(value, Monitor):
        return canonical.monitor(value)
    return canonical.pool(value) if isinstance(value, Pool) else canonical.balancer(value)


def _differs(live: Value, wanted: Value) -> str:
    """Return the names of the fields that differ; of a pool's origins their addresses."""
    names = [one.name for one in fields(live) if getattr(live, one.name) != getattr(wanted, one.name)]
    if isinstance(live, Pool) and isinstance(wanted, Pool) and "origins" in names:
        before, after = ({one.address for one in pool.origins} for pool in (live, wanted))
        differences = [f"{address} comes in" for address in sorted(after - before)]
        differences += [f"{address} goes" for address in sorted(before - after)]
        names = [*(differences or ["origins"]), *(one for one in names if one != "origins")]
    return ", ".join(names)


def _differs_in(live: LoadBalancer, wanted: LoadBalancer, names: Mapping[str, str]) -> str:
    before, after = (dict.fromkeys(one.default_pools) for one in (live, wanted))
    differences = [f"{names.get(one, one)} comes in" for one in after if one not in before]
    differences += [f"{names.get(one, one)} goes" for one in before if one not in after]
    more = _differs(live, wanted).split(", ")
    differences += [one for one in more if one and not (one == "default_pools" and differences)]
    return ", ".join(differences)


def _remembered(wished: tuple[LoadBalancer, ...]) -> tuple[LoadBalancer, ...]:
    return tuple(sorted(wished, key=lambda one: one.name))
