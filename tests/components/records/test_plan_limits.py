from __future__ import annotations

import pytest

from components.records.plan_limits import NOT_KNOWN, limits_of
from lab.cloudflare.limits import PLANS, PlanName


@pytest.mark.parametrize("plan", PLANS)
def test_the_limits_are_those_that_the_api_enforces(plan: PlanName) -> None:
    found, real = limits_of(plan, "2025-01-01T00:00:00Z"), PLANS[plan]
    assert (found.plan, found.shortest_ttl, found.comment) == (plan, real.minimum_ttl, real.comment_length)
    assert (found.tags, found.batch) == (real.tags, real.operations)
    assert found.records in {real.records, None}


def test_a_free_zone_of_before_2024_has_more_records() -> None:
    assert limits_of("free", "2024-08-31T23:59:59Z").records == 1_000
    assert limits_of("free").records == limits_of("free", "2024-09-01T00:00:00Z").records == 200


def test_a_plan_that_a_partner_sold_is_the_same_and_of_an_unheard_one_nothing_is_known() -> None:
    assert limits_of("partners_pro") == limits_of("pro")
    assert limits_of("plus") == limits_of("") == NOT_KNOWN
