from __future__ import annotations

from dataclasses import replace

from stacks.model.claims import Complaint, ObjectKey
from stacks.model.geo import Account, GeoSight, GeoWish
from stacks.model.values import Known
from stacks.plan.planner import make_plan
from tests.stacks.plan.shared_world import World, asks, source

BALANCED = GeoSight(Account("a1", (), (), ()), (GeoWish("www.example.com", Known(("192.0.2.9",))),))


def test_a_balanced_name_gets_no_records_of_its_objects() -> None:
    world = World()
    seen = world.observation([source("home", asks("192.0.2.1"), asks("192.0.2.1", host="api.example.com", name="api"))])
    plan = make_plan(world.settings, replace(seen, geo=BALANCED))
    assert [one.name for one in plan.record_sets] == ["api.example.com"]


def test_what_owners_of_balanced_objects_have_to_know_is_told() -> None:
    world = World()
    told = Complaint(ObjectKey("home", "Ingress", "shop", "web"), "", "", "", "it lacks the label cluster-name")
    seen = replace(world.observation([]), geo=replace(BALANCED, complaints=(told,)))
    assert make_plan(world.settings, seen).complaints == (told,)
