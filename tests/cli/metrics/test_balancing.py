from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cli.events import Leadership, Role
from components.geo.values import LoadBalancer, Origin, Pool
from stacks.model.geo import Account, GeoPlan, GeoSight, Health, LivePool, PlannedBalancer, PlannedPool
from stacks.model.values import Unknown
from stacks.plan.geo.changes import GeoAction, GeoChange
from tests.cli.metrics.telling import UP, Told, settled

if TYPE_CHECKING:
    from cli.reconcile.result import Convergence

NAME = "k8s-pool-home-eu"
POOL = Pool(NAME, (Origin("origin-eu", "192.0.2.1"), Origin("origin-eu-2", "192.0.2.2")))
BALANCER = PlannedBalancer("example.com", "z", LoadBalancer("app.example.com", ("own",), "own"), retain=False)
UPDATE = GeoChange(GeoAction.UPDATE, "pool", NAME)


def balanced(health: Health = "unknown", *changes: GeoChange) -> Convergence:
    done = settled()
    plan = GeoPlan("a1", PlannedPool(POOL, None), (BALANCER,))
    sight = GeoSight(Account("a1", (LivePool("p1", POOL, "", health),), (), ()))
    runs = (UP,) if changes else ()
    observation = replace(done.observation, geo=sight)
    return replace(done, plan=replace(done.plan, geo=plan), observation=observation, geo_changes=changes, runs=runs)


def test_the_pool_has_its_origins_and_updates(told: Told) -> None:
    told.tell(balanced("unknown", UPDATE, GeoChange(GeoAction.CREATE, "balancer", "app.example.com")))
    assert told.value("truenorth_pool_origins", pool=NAME) == 2
    assert told.value("truenorth_load_balancers") == 1
    assert told.series("truenorth_pool_updates_total") == [({"pool": NAME, "action": "update"}, 1)]
    assert told.value("truenorth_balancing_changes_total", kind="balancer", action="create") == 1


def test_its_health_is_told_where_it_is_known(told: Told) -> None:
    told.tell(balanced())
    assert told.series("truenorth_pool_healthy") == []
    told.tell(balanced("unhealthy"))
    assert told.value("truenorth_pool_healthy", pool=NAME) == 0
    told.tell(balanced("healthy"))
    assert told.value("truenorth_pool_healthy", pool=NAME) == 1
    done = balanced("healthy")
    told.tell(replace(done, observation=replace(done.observation, geo=GeoSight(Unknown("away")))))
    assert told.series("truenorth_pool_healthy") == []


def test_what_was_planned_and_not_done_is_no_update(told: Told) -> None:
    told.tell(replace(balanced("unknown", UPDATE), runs=()))
    assert told.series("truenorth_pool_updates_total") == []


def test_it_is_silent_without_load_balancing_and_on_a_standby(told: Told) -> None:
    names = ("truenorth_pool_origins", "truenorth_load_balancers", "truenorth_pool_healthy")
    told.tell(balanced("healthy"), settled())
    assert not any(told.series(name) for name in names)
    told.tell(balanced("healthy"))
    assert all(told.series(name) for name in names)
    told.tell(Leadership(Role.STANDBY))
    assert not any(told.series(name) for name in names)
