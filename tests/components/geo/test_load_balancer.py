from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from components.geo.load_balancer import arguments
from components.geo.pool import imported
from components.geo.values import OWN, LoadBalancer

if TYPE_CHECKING:
    import pulumi

BALANCER = LoadBalancer("app.example.com", ("1", "2"), "2", pool_weights=(("1", 0.333),))


def test_a_load_balancer_without_the_own_pool_needs_none() -> None:
    args = arguments(BALANCER, "z", None)
    assert (args["default_pools"], args["fallback_pool"], args["pool_weights"]) == (["1", "2"], "2", {"1": 0.33})


@pytest.mark.parametrize(
    "balancer",
    [
        replace(BALANCER, default_pools=("1", OWN)),
        replace(BALANCER, fallback_pool=OWN),
        replace(BALANCER, region_pools=(("WEU", (OWN,)),)),
        replace(BALANCER, pool_weights=((OWN, 1.0),)),
    ],
)
def test_the_own_pool_has_to_be_there_where_it_is_named(balancer: LoadBalancer) -> None:
    with pytest.raises(ValueError, match="to have the own pool, and there is none"):
        arguments(balancer, "z", None)


def test_what_is_taken_over_is_named_with_its_account_or_zone() -> None:
    assert imported("zone", "id") == "zone/id"
    assert imported("zone", "") is None


def test_an_import_into_what_is_not_known_yet_is_refused() -> None:
    later = cast("pulumi.Output[str]", object())  # a real one needs an event loop
    assert imported(later, "") is None
    with pytest.raises(TypeError, match="give the account's or zone's id as a text"):
        imported(later, "id")
