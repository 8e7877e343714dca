"""A stack of a cluster on paper: it reads the account, plans, and its engine writes, one step after another.

A turn is a generator that stops before every write, so that other stacks can write in between. It can be cut off
there, or right after a write whose answer is lost. What the engine or the API would refuse ends the turn; whatever
must never be planned raises WrongError.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bench.campaigns.geo.paper import ZONE, ZONE_ID, Paper, RefusedError
from bench.campaigns.wrong import WrongError
from components.geo import canonical, names
from components.geo.marks import parse
from components.geo.values import OWN, LoadBalancer, Monitor, Pool
from stacks.model.geo import Account, GeoMemory, GeoPlan, GeoWish, RegisteredGeo
from stacks.model.values import Known, Unknown
from stacks.plan.geo.changes import GeoAction, GeoChange, geo_changes
from stacks.plan.geo.plan import plan_geo
from stacks.plan.geo.view import Site, replaced
from stacks.settings.geo import GeoSettings, LocationSettings

ORDER = {"balancer": 0, "pool": 1, "monitor": 2}


class LostAnswerError(Exception):
    """A write has landed, and its answer did not come: the run fails, and state does not know."""


@dataclass
class Stack:
    """hosts: the addresses wished for at each host name; no entry, no wish."""

    paper: Paper
    owner: str
    settings: GeoSettings | None
    place: LocationSettings
    hosts: dict[str, Known[tuple[str, ...]] | Unknown] = field(default_factory=dict)
    state: dict[str, RegisteredGeo] = field(default_factory=dict)
    wished: tuple[LoadBalancer, ...] = ()
    monitors: dict[str, str] = field(default_factory=dict)
    """The monitor of each pool, as state has it, by the pool's id."""
    handed_over: bool = False
    plan: GeoPlan = field(default_factory=GeoPlan)
    changes: tuple[GeoChange, ...] = ()
    lose: int = 0
    """After how many writes an answer is lost; 0: never."""
    failure: str = ""
    cluster: str = ""
    outside: frozenset[str] = frozenset()
    """Host names that lie in none of our zones."""

    def memory(self) -> GeoMemory:
        """What state has."""
        return GeoMemory(tuple(self.state.values()), self.wished)

    def look(self, account: Account) -> GeoPlan:
        """The plan for an account as it was read, with what it would change."""
        wishes = tuple(GeoWish(host, addresses) for host, addresses in self.hosts.items())
        zones = {host.lower(): (ZONE, ZONE_ID) for host in self.hosts if host not in self.outside}
        site = Site(self.owner, self.cluster or self.owner, self.place, zones)
        self.plan = plan_geo(self.settings, site, wishes, account, self.memory(), handed_over=self.handed_over)
        self.changes = geo_changes(self.plan, account, self.memory())
        self._never(account)
        return self.plan

    def _never(self, account: Account) -> None:
        """What no plan may say."""
        leaving = {one.id for one in account.pools if (mark := parse(one.pool.description)) and mark.leaving}
        leaving -= {one.id for one in account.pools if self.plan.pool and one.pool.name == self.plan.pool.pool.name}
        own_mark = parse(self.plan.pool.pool.description) if self.plan.pool else None
        writes = {GeoAction.CREATE, GeoAction.UPDATE, GeoAction.IMPORT}
        written = {change.name for change in self.changes if change.action in writes and change.says}
        for one in self.plan.balancers:
            pools = {*one.balancer.default_pools, one.balancer.fallback_pool}
            wrong = pools & (leaving | ({OWN} if own_mark and own_mark.leaving else set()))
            if wrong and one.balancer.name in written:
                raise WrongError(f"{self.owner} writes {one.balancer.name} with {wrong}, which are leaving")

    def turn(self) -> Iterator[None]:
        """One run: read, plan, write."""
        account = self.paper.account()
        yield
        self.look(account)
        if not self.changes:
            return
        try:
            yield from self._run()
        except (RefusedError, LostAnswerError) as error:
            self.failure = str(error)
        else:
            self.failure, self.wished = "", self.plan.wished

    def run(self) -> bool:
        """One run without others in between; whether there was anything to do."""
        for _ in self.turn():
            pass
        return bool(self.changes)

    def _run(self) -> Iterator[None]:
        self._refresh()
        declared, pool_id = set(), ""
        if self.plan.pool:
            former, name = self.plan.pool.former_name, self.plan.pool.pool.name
            if former:
                self._rename("monitor", former, name)
                self._rename("pool", former, name)
            monitor_id = ""
            if self.plan.pool.monitor:
                key = names.logical_name("monitor", name)
                declared.add(key)
                yield from self._monitor(key, self.plan.pool.monitor, self.plan.pool.monitor_import_id)
                monitor_id = self.state[key].id
            key = names.logical_name("pool", name)
            declared.add(key)
            yield from self._pool(key, self.plan.pool.pool, monitor_id, self.plan.pool.pool_import_id)
            pool_id = self.state[key].id
            for one in [one for one in self.state.values() if one.logical_name in declared]:
                self.state[one.logical_name] = replace(one, retained=self.plan.pool.retain)
        for planned in self.plan.balancers:
            key = names.logical_name("balancer", planned.balancer.name)
            declared.add(key)
            value = canonical.balancer(replaced(planned.balancer, OWN, pool_id))
            yield from self._balancer(key, value, planned.import_id, retain=planned.retain)
        gone = [one for key, one in self.state.items() if key not in declared]
        for known in sorted(gone, key=lambda one: ORDER[one.kind]):
            yield
            if not known.retained:
                self.paper.delete(known.id)
                self._answered()
            del self.state[known.logical_name]

    def _refresh(self) -> None:
        """Let state know what the account has of the resources that the changes name."""
        urns = {change.urn for change in self.changes if change.refresh and change.urn}
        for key, known in list(self.state.items()):
            if known.urn not in urns:
                continue
            live = self.paper.value(known.id)
            if live:
                self.state[key] = replace(known, value=live)
                if known.id in self.paper.pools:
                    self.monitors[known.id] = self.paper.pools[known.id][1]
            else:
                del self.state[key]

    def _rename(self, kind: names.Kind, former: str, name: str) -> None:
        known = self.state.pop(names.logical_name(kind, former), None)
        if known:
            key = names.logical_name(kind, name)
            self.state[key] = replace(known, logical_name=key, urn=f"urn::{key}")

    def _monitor(self, key: str, value: Monitor, import_id: str) -> Iterator[None]:
        known = self._imported(key, "monitor", import_id, self.paper.monitors.get(import_id))
        if known is None or known.value != value:
            yield
            identity = self.paper.put_monitor(value, known.id if known else "")
            self._answered()
            self._keep(key, "monitor", identity, value)

    def _pool(self, key: str, value: Pool, monitor_id: str, import_id: str) -> Iterator[None]:
        there = self.paper.pools.get(import_id)
        known = self._imported(key, "pool", import_id, there[0] if there else None)
        if import_id and there:
            self.monitors[import_id] = there[1]
        if known is None or known.value != value or self.monitors.get(known.id) != monitor_id:
            yield
            identity = self.paper.put_pool(value, monitor_id, known.id if known else "")
            self._answered()
            self.monitors[identity] = monitor_id
            self._keep(key, "pool", identity, value)

    def _balancer(self, key: str, value: LoadBalancer, import_id: str, *, retain: bool) -> Iterator[None]:
        known = self._imported(key, "balancer", import_id, self.paper.balancers.get(import_id))
        identity = known.id if known else ""
        if known is None or known.value != value:
            yield
            identity = self.paper.put_balancer(value, identity)
            self._answered()
        self._keep(key, "balancer", identity, value, retained=retain)

    def _imported(
        self, key: str, kind: names.Kind, import_id: str, there: Monitor | Pool | LoadBalancer | None
    ) -> RegisteredGeo | None:
        known = self.state.get(key)
        if not import_id:
            return known
        if known:
            raise WrongError(f"importing {key}, which state has, deletes it")
        if there is None:
            raise RefusedError(f"{import_id} cannot be imported: it is not there")
        if import_id in {one.id for one in self.state.values()}:
            raise WrongError(f"{import_id} is imported twice")
        self._keep(key, kind, import_id, there)
        return self.state[key]

    def _keep(
        self,
        key: str,
        kind: names.Kind,
        identity: str,
        value: Monitor | Pool | LoadBalancer,
        *,
        retained: bool = False,
    ) -> None:
        self.state[key] = RegisteredGeo(f"urn::{key}", key, identity, kind, value, retained, ZONE_ID)

    def _answered(self) -> None:
        """An answer comes, or is lost."""
        self.lose -= 1
        if self.lose == 0:
            raise LostAnswerError("the answer did not come")
