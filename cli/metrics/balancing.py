"""Metrics of geo load balancing: this stack's pool, its origins, and what was changed."""

from __future__ import annotations

from cli.events import Leadership, Role
from cli.metrics.levels import Maker
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from stacks.model.geo import Account, LivePool

_HEALTH = {"healthy": 1.0, "unhealthy": 0.0}


class BalancingMetrics:
    """The pool, origins and load balancers of this stack, and changes of them."""

    def __init__(self, make: Maker) -> None:
        self._updates = make.counter(
            "truenorth_pool_updates_total", "What was done to this stack's pool of a load balancer.", "pool", "action"
        )
        self._changes = make.counter(
            "truenorth_balancing_changes_total",
            "What was done to pools, monitors and load balancers.",
            "kind",
            "action",
        )
        self._origins = make.levels("truenorth_pool_origins", "Origins in this stack's pool.", "pool")
        self._healthy = make.levels(
            "truenorth_pool_healthy",
            "Whether this stack's pool is healthy (1) or not (0), where its health was asked for and is known.",
            "pool",
        )
        self._balancers = make.levels("truenorth_load_balancers", "Load balancers that this stack has a part in.")

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        match dispatch.event:
            case Convergence() as done:
                if done.runs:
                    self._count(done)
                self._tell_plan(done)
            case Leadership(role=Role.STANDBY):
                for levels in (self._origins, self._healthy, self._balancers):
                    levels.clear()
            case _:
                pass

    def _count(self, done: Convergence) -> None:
        for change in done.geo_changes:
            self._changes.labels(change.kind, change.action.value).inc()
            if change.kind == "pool":
                self._updates.labels(change.name, change.action.value).inc()

    def _tell_plan(self, done: Convergence) -> None:
        geo = done.plan.geo
        pool = geo.pool.pool if geo and geo.pool else None
        self._origins.replace({(pool.name,): len(pool.origins)} if pool else {})
        self._balancers.replace({(): len(geo.balancers)} if geo else {})
        health = _HEALTH.get(_live(done, pool.name)) if pool else None
        self._healthy.replace({(pool.name,): health} if pool and health is not None else {})


def _live(done: Convergence, name: str) -> str:
    """The health of the pool of this name; "" where the account has none."""
    sight = done.observation.geo
    account = sight.account if sight else None
    pools: tuple[LivePool, ...] = account.pools if isinstance(account, Account) else ()
    return next((one.health for one in pools if one.pool.name == name), "")
