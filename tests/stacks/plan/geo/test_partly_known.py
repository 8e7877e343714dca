"""Addresses of which only some are known; and a setting that only one kind of session has."""

from __future__ import annotations

from bench.campaigns.geo.paper import Paper
from components.geo.values import LoadBalancer
from stacks.model.geo import GeoPlan, GeoWish
from stacks.model.values import Known, Unknown
from stacks.plan.geo.balancer import wished
from stacks.plan.geo.plan import plan_geo
from stacks.plan.geo.view import Site
from stacks.settings.geo import BalancerSettings
from tests.stacks.plan.geo.worlds import ADDRESSES, HOST, PLACES, settle, stack

NEW = "192.0.2.77"
UNREAD = Unknown("an Ingress has no address")


def planned(known: tuple[str, ...], addresses: Known[tuple[str, ...]] | Unknown = UNREAD) -> GeoPlan:
    """The plan of a stack that is settled, and now wishes for this."""
    paper = Paper()
    only = stack(paper, "amber")
    settle(only)
    site = Site(only.owner, only.owner, PLACES["amber"], {HOST: ("example.com", "z")})
    return plan_geo(only.settings, site, (GeoWish(HOST, addresses, (), known),), paper.account(), only.memory())


def origins(plan: GeoPlan) -> set[str]:
    assert plan.pool is not None
    return {one.address for one in plan.pool.pool.origins}


def test_an_address_that_is_known_comes_in_though_others_are_not() -> None:
    assert origins(planned((NEW,))) == {ADDRESSES["amber"], NEW}


def test_where_none_is_known_those_that_are_there_stay() -> None:
    assert origins(planned(())) == {ADDRESSES["amber"]}


def test_the_headers_of_a_session_are_wished_for_where_headers_make_it() -> None:
    by_header = BalancerSettings(hostname=HOST, session_affinity="header", session_affinity_headers=("x-user",))
    found: LoadBalancer = wished(by_header, HOST)
    assert (found.session_affinity, found.session_affinity_headers) == ("header", ("x-user",))
    assert wished(by_header.model_copy(update={"session_affinity": "none"}), HOST).session_affinity_headers == ()
