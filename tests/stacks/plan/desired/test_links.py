"""Names that point at several links, some of which cannot be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.campaigns.paper import carried_out
from stacks.model.errors import UserError
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import Family, Known, LinkAddresses, Sighting, Unknown, ZoneSnapshot
from stacks.plan.planner import make_plan
from tests.stacks.plan.worlds import ZONE, ZONE_ID, make_settings

if TYPE_CHECKING:
    from stacks.settings.stack import Settings

FIBRE, LTE = "198.51.100.1", "192.0.2.1"
BOTH = {"name": "www", "links": ["fibre", "lte"]}
DOWN = "the modem is off"
Seen = Mapping[str, str | None]
"""The address of each link; None where it cannot be seen."""


def described(*names: object) -> Settings:
    return make_settings(*(names or (BOTH,)), wan={"links": {"fibre": {}, "lte": {}}})


def observed(seen: Seen, before: Plan | None = None, *, forgotten: bool = False) -> Observation:
    """The world in which the plan before was carried out; forgotten: state does not say which address was whose."""
    zone, registry = carried_out(before) if before else (ZoneSnapshot(ZONE, ZONE_ID, ()), Registry())
    if forgotten:
        registry = replace(registry, links=())
    sightings = tuple(
        Sighting(link, Family.IPV4, Known((ip_address(address),)) if address else Unknown(DOWN))
        for link, address in seen.items()
    )
    return Observation(sightings, (zone,), registry)


def contents(plan: Plan) -> list[str]:
    return sorted(slot.target for one in plan.record_sets for slot in one.slots)


def planned(seen: Seen, before: Plan | None = None, *, forgotten: bool = False) -> Plan:
    return make_plan(described(), observed(seen, before, forgotten=forgotten))


class TestAName:
    def test_points_at_the_addresses_of_all_its_links(self) -> None:
        assert contents(planned({"fibre": FIBRE, "lte": LTE})) == [LTE, FIBRE]

    def test_without_links_points_at_the_machines_own_address_only(self) -> None:
        plan = make_plan(described("www"), observed({"": "203.0.113.7", "fibre": FIBRE}))
        assert contents(plan) == ["203.0.113.7"]

    def test_whose_links_share_an_address_has_one_record(self) -> None:
        assert contents(planned({"fibre": FIBRE, "lte": FIBRE})) == [FIBRE]


class TestALinkThatCannotBeSeen:
    def test_keeps_its_address_while_the_others_are_followed(self) -> None:
        before = planned({"fibre": FIBRE, "lte": LTE})
        plan = planned({"fibre": "198.51.100.2", "lte": None}, before)
        assert contents(plan) == [LTE, "198.51.100.2"]
        assert plan.frozen[0].kept == (LTE,)
        assert plan.frozen[0].reason == f"link lte: {DOWN}"

    def test_is_remembered_for_as_long_as_it_cannot_be_seen(self) -> None:
        plan = planned({"fibre": FIBRE, "lte": LTE})
        for number in range(2, 6):
            plan = planned({"fibre": f"198.51.100.{number}", "lte": None}, plan)
        assert contents(plan) == [LTE, "198.51.100.5"]
        assert LinkAddresses("lte", Family.IPV4, (LTE,)) in plan.links

    def test_from_the_start_leaves_a_record_for_the_others(self) -> None:
        assert contents(planned({"fibre": FIBRE, "lte": None})) == [FIBRE]

    def test_joins_the_others_when_it_is_seen(self) -> None:
        assert contents(planned({"fibre": FIBRE, "lte": LTE}, planned({"fibre": FIBRE, "lte": None}))) == [LTE, FIBRE]

    def test_keeps_all_where_none_can_be_seen(self) -> None:
        before = planned({"fibre": FIBRE, "lte": LTE})
        assert contents(planned({"fibre": None, "lte": None}, before)) == [LTE, FIBRE]

    def test_keeps_all_where_state_does_not_remember_which_address_was_whose(self) -> None:
        before = planned({"fibre": FIBRE, "lte": LTE})
        plan = planned({"fibre": "198.51.100.2", "lte": None}, before, forgotten=True)
        assert contents(plan) == [LTE, FIBRE]

    def test_keeps_the_address_that_another_link_has_left(self) -> None:
        before = planned({"fibre": FIBRE, "lte": FIBRE})
        assert contents(planned({"fibre": "198.51.100.2", "lte": None}, before)) == [FIBRE, "198.51.100.2"]


ADDRESS = st.sampled_from(["198.51.100.1", "198.51.100.2", "192.0.2.1", None])


@given(st.lists(st.fixed_dictionaries({"fibre": ADDRESS, "lte": ADDRESS}), min_size=1, max_size=8))
def test_what_is_known_is_published_and_nothing_unknown_is_taken_away(history: list[Seen]) -> None:
    plan: Plan | None = None
    latest: dict[str, str] = {}
    for seen in history:
        plan = planned(seen, plan)
        latest |= {link: address for link, address in seen.items() if address}
        assert set(contents(plan)) == set(latest.values())


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ([{"name": "www", "links": ["dsl"]}], "there is no link 'dsl'"),
        ([{"name": "www", "links": ["fibre"], "targets": ["203.0.113.7"]}], "has targets and links"),
    ],
)
def test_a_name_that_cannot_be_served_is_refused(names: list[object], why: str) -> None:
    with pytest.raises(UserError, match=why):
        described(*names)
