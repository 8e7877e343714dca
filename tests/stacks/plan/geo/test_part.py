"""What a plan says of balanced objects that give no origin."""

from __future__ import annotations

from typing import Any

import pytest

from bench.campaigns.geo.paper import Paper
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.geo import GeoSight, GeoWish
from stacks.model.observation import Observation, Registry
from stacks.model.values import Known, Unknown, ZoneSnapshot
from stacks.plan.geo.part import geo_part
from stacks.settings.stack import Settings
from tests.stacks.plan.geo.worlds import HOST, settle, stack

NO_ADDRESS = Unknown("Ingress shop/web has no address")
KEPT = "the pool keeps the origins that it has: Ingress shop/web has no address"
UNLABELLED = "nothing is balanced: no object (ingress, service, gateway) has the label geo=yes"


def notes(*wishes: GeoWish, complaints: tuple[Complaint, ...] = (), unread: str = "", **geo: Any) -> tuple[str, ...]:  # noqa: ANN401 - any setting
    """The notes of a stack whose pool is there, with these wishes."""
    paper = Paper()
    only = stack(paper, "amber")
    settle(only)
    balancing = {"location": "eu", "cluster": "amber", "label_selector": "geo=yes", **geo}
    settings = Settings.model_validate({"zone": "example.com", "owner": only.owner, "geo": balancing})
    sight = GeoSight(paper.account(), wishes, "amber", complaints, unread)
    seen = Observation((), (ZoneSnapshot("example.com", "z", ()),), Registry(geo=only.memory()), geo=sight)
    plan = geo_part(settings, seen)
    assert plan is not None
    return plan.notes


def test_origins_that_stay_for_want_of_an_address_are_told_with_the_reason() -> None:
    assert KEPT in notes(GeoWish(HOST, NO_ADDRESS))


def test_a_cluster_that_is_unread_is_not_told_twice() -> None:
    assert notes(GeoWish(HOST, NO_ADDRESS), unread="the cluster is away") == ()


@pytest.mark.parametrize("wishes", [(), (GeoWish(HOST, Known(())),)], ids=["no host", "a host of the settings"])
def test_where_nothing_has_the_label_that_is_told(wishes: tuple[GeoWish, ...]) -> None:
    assert UNLABELLED in notes(*wishes)


def test_an_object_that_is_skipped_is_told_by_its_own_complaint_alone() -> None:
    complaint = Complaint(ObjectKey("", "Ingress", "shop", "web"), "", "", "", "it lacks a label")
    assert not [one for one in notes(complaints=(complaint,)) if "nothing is balanced" in one]


def test_addresses_of_the_settings_need_no_label() -> None:
    assert not [one for one in notes(addresses=["203.0.113.9"], hostname=HOST) if "label" in one]


def test_of_fewer_kinds_these_alone_are_named() -> None:
    assert any("no object (ingress) has" in one for one in notes(kinds=["ingress"]))
