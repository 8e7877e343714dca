"""What several stacks make of one load balancer: its settings, its order, regions, weights, limits, and the hub."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.campaigns.geo.paper import Paper
from bench.campaigns.geo.stack import Stack
from components.geo.values import LoadBalancer
from stacks.model.values import Known
from stacks.settings.geo import GeoSettings
from tests.stacks.plan.geo.worlds import ADDRESSES, HOST, OTHER, balancer, names, pool_by_hand, pool_of, settle, stack


@pytest.fixture
def paper() -> Paper:
    return Paper()


def change(one: Stack, **settings: object) -> None:
    assert one.settings
    one.settings = GeoSettings.model_validate({**one.settings.model_dump(), **settings})


def edit(paper: Paper, **changes: object) -> None:
    paper.edit_balancer(next(one for one, value in paper.balancers.items() if value.name == HOST), **changes)


def tables(paper: Paper, table: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, list[str]]:
    return {key: names(paper, pools) for key, pools in table}


def test_a_setting_that_a_stack_changes_is_written_and_all_else_is_as_it_is(paper: Paper) -> None:
    first, second = stack(paper, "amber", proxied=False), stack(paper, "birch", proxied=False)
    settle(first, second)
    edit(paper, ttl=120, description="by hand", location_mode="resolver_ip")
    settle(first, second)
    assert balancer(paper).ttl == 120
    change(second, session_affinity="cookie")
    settle(first, second)
    made = balancer(paper)
    assert (made.session_affinity, made.session_affinity_ttl) == ("cookie", 82800)
    assert (made.ttl, made.description, made.location_mode) == (120, "by hand", "resolver_ip")
    assert first.plan.notes == (
        f"{HOST}: ttl is 120, as another has it; the settings here say 30",
        f"{HOST}: session_affinity is cookie, as another has it; the settings here say none",
    )


def test_a_change_that_was_cut_off_is_made_by_the_next_run(paper: Paper) -> None:
    only = stack(paper, "amber", proxied=False)
    settle(only)
    change(only, ttl=60)
    only.lose = 1
    only.run()
    settle(only)
    assert (balancer(paper).ttl, only.wished[0].ttl) == (60, 60)
    edit(paper, ttl=90)
    assert not only.run()


def test_a_change_to_what_it_is_already_is_remembered(paper: Paper) -> None:
    only = stack(paper, "amber", proxied=False)
    settle(only)
    edit(paper, ttl=60)
    change(only, ttl=60)
    writes = paper.writes
    assert only.run()
    assert [str(one) for one in only.changes] == [f"remember load balancer {HOST}", f"refresh load balancer {HOST}"]
    assert paper.writes == writes
    assert not only.run()


def test_a_name_that_is_not_proxied_any_more_gets_the_ttl_of_the_settings(paper: Paper) -> None:
    only = stack(paper, "amber", ttl=60)
    settle(only)
    change(only, proxied=False)
    settle(only)
    assert (balancer(paper).proxied, balancer(paper).ttl) == (False, 60)
    assert only.plan.notes == ()


def test_the_last_change_of_two_stacks_stays(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    change(first, steering_policy="random")
    settle(first, second)
    change(second, steering_policy="off")
    settle(first, second)
    assert balancer(paper).steering_policy == "off"


def test_the_order_of_failover_stays_and_new_pools_come_last(paper: Paper) -> None:
    stacks = [stack(paper, name, steering_policy="off") for name in ("dune", "birch")]
    settle(*stacks)
    edit(paper, default_pools=balancer(paper).default_pools[::-1])
    more = [stack(paper, name, steering_policy="off") for name in ("cedar", "amber")]
    settle(*stacks, *more)
    assert names(paper, balancer(paper).default_pools) == ["birch", "dune", "cedar", "amber"]


def test_pools_that_a_lost_update_took_out_come_back_by_name(paper: Paper) -> None:
    stacks = [stack(paper, name) for name in ("dune", "birch", "cedar", "amber")]
    settle(*stacks)
    edit(paper, default_pools=balancer(paper).default_pools[2:3], fallback_pool=balancer(paper).default_pools[2])
    stacks[0].run()
    assert names(paper, balancer(paper).default_pools) == ["cedar", "amber", "birch", "dune"]


def test_a_foreign_fallback_outside_the_default_pools_stays(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    theirs = pool_by_hand(paper, "maintenance")
    edit(paper, fallback_pool=theirs)
    settle(only)
    assert (balancer(paper).fallback_pool, names(paper, balancer(paper).default_pools)) == (theirs, ["amber"])
    only.settings = None
    settle(only)
    assert balancer(paper).default_pools == (theirs,)


def test_regions_and_countries_have_the_own_pool_where_the_settings_say_so(paper: Paper) -> None:
    first = stack(paper, "amber", steering_policy="geo", regions=("WEU", "EEU"), countries=("DE",))
    second = stack(paper, "birch", steering_policy="geo", regions=("ENAM", "WEU"))
    settle(first, second)
    assert tables(paper, balancer(paper).region_pools) == {
        "EEU": ["amber"],
        "ENAM": ["birch"],
        "WEU": ["amber", "birch"],
    }
    assert tables(paper, balancer(paper).country_pools) == {"DE": ["amber"]}
    change(first, regions=("WEU",), countries=())
    settle(first, second)
    assert tables(paper, balancer(paper).region_pools) == {"ENAM": ["birch"], "WEU": ["amber", "birch"]}
    assert balancer(paper).country_pools == ()


def test_foreign_entries_of_regions_and_data_centres_stay(paper: Paper) -> None:
    only, theirs = stack(paper, "amber", steering_policy="geo", regions=("WEU",)), pool_by_hand(paper)
    settle(only)
    own = balancer(paper).default_pools[0]
    edit(paper, region_pools=(("OC", (theirs,)), ("WEU", (theirs, own))), pop_pools=(("FRA", (own, theirs)),))
    settle(only)
    assert tables(paper, balancer(paper).region_pools) == {"OC": ["theirs"], "WEU": ["theirs", "amber"]}
    assert tables(paper, balancer(paper).pop_pools) == {"FRA": ["amber", "theirs"]}
    only.settings = None
    settle(only)
    assert tables(paper, balancer(paper).pop_pools) == {"FRA": ["theirs"]}


def test_weights_are_the_own_ones_for_the_policies_that_weigh_pools(paper: Paper) -> None:
    first = stack(paper, "amber", steering_policy="random", pool_weight=29)
    second = stack(paper, "birch", steering_policy="random", pool_weight=57)
    settle(first, second)
    pools = dict(zip(names(paper, balancer(paper).default_pools), balancer(paper).default_pools, strict=True))
    assert dict(balancer(paper).pool_weights) == {pools["amber"]: 0.29, pools["birch"]: 0.57}
    change(first, pool_weight=30)
    settle(first, second)
    assert dict(balancer(paper).pool_weights)[pools["amber"]] == 0.3
    change(first, steering_policy="proximity")
    settle(first, second)
    assert balancer(paper).pool_weights == ()


def test_a_load_balancer_beyond_the_limit_is_not_made(paper: Paper) -> None:
    only = stack(paper, "amber", hosts=(HOST, OTHER), balancer_limit=1)
    settle(only)
    assert [one.name for one in paper.balancers.values()] == [OTHER]
    assert list(only.plan.conflicts) == [
        (
            f"{HOST}: the account has 1 load balancers, its plan 1: delete one that is not used, or, where the plan"
            " has more, say so with `balancer_limit`"
        )
    ]


def test_a_host_name_outside_our_zones_is_a_conflict(paper: Paper) -> None:
    only = stack(paper, "amber")
    only.hosts["www.example.org"] = Known((ADDRESSES["amber"],))
    only.outside = frozenset({"www.example.org"})
    settle(only)
    assert only.plan.conflicts == ("www.example.org lies in none of this stack's zones at Cloudflare: add its zone",)
    assert [one.name for one in paper.balancers.values()] == [HOST]


def test_proximity_is_not_asked_for_where_a_pool_has_no_coordinates(paper: Paper) -> None:
    theirs = pool_by_hand(paper, placed=False)
    paper.put_balancer(LoadBalancer(HOST, (theirs,), theirs, "off"))
    only = stack(paper, "amber", steering_policy="off")
    settle(only)
    change(only, steering_policy="proximity")
    settle(only)
    assert balancer(paper).steering_policy == "off"
    assert only.plan.conflicts == (f"{HOST} cannot steer by proximity: these pools have no coordinates: theirs",)


def test_an_objects_own_host_name_has_the_defaults(paper: Paper) -> None:
    only = stack(paper, "amber", proxied=False, ttl=60)
    only.hosts["Shop.Example.com"] = only.hosts[HOST]
    settle(only)
    assert (balancer(paper, "shop.example.com").ttl, balancer(paper, "shop.example.com").proxied) == (60, False)


def test_only_the_hub_has_the_load_balancers(paper: Paper) -> None:
    hub, other = stack(paper, "amber", hub="amber"), stack(paper, "birch", hub="amber")
    settle(other)
    assert not paper.balancers
    assert other.plan.notes == (f"{HOST}: the hub amber has not made its load balancer yet",)
    settle(hub, other)
    assert sorted(names(paper, balancer(paper).default_pools)) == ["amber", "birch"]
    assert list(other.state) == ["geo/k8s-pool-birch-us_east/monitor", "geo/k8s-pool-birch-us_east/pool"]


def test_a_pool_that_leaves_waits_until_the_hub_has_taken_it_out(paper: Paper) -> None:
    hub, other = stack(paper, "amber", hub="amber"), stack(paper, "birch", hub="amber")
    settle(hub, other)
    other.hosts = {}
    settle(other)
    assert other.plan.again == f"amber has yet to take the pool k8s-pool-birch-us_east out of {HOST}"
    assert "leaving" in pool_of(paper, "birch").description
    settle(hub, other)
    assert names(paper, balancer(paper).default_pools) == ["amber"]
    assert not other.state


def test_load_balancers_pass_over_to_a_hub_that_the_settings_name(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    change(first, hub="birch")
    change(second, hub="birch")
    settle(first, second)
    assert [f"geo/{HOST}" in one.state for one in (first, second)] == [False, True]
    assert sorted(names(paper, balancer(paper).default_pools)) == ["amber", "birch"]


def test_a_load_balancer_that_is_ours_alone_passes_over_to_a_hub_too(paper: Paper) -> None:
    first = stack(paper, "amber")
    settle(first)
    change(first, hub="birch")
    settle(first)
    assert (f"geo/{HOST}" in first.state, names(paper, balancer(paper).default_pools)) == (False, ["amber"])


def test_a_load_balancer_that_was_made_anew_is_imported_in_place_of_the_old_one(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    old = next(iter(paper.balancers))
    value = balancer(paper)
    paper.delete(old)
    paper.put_balancer(replace(value, description="made anew"))
    settle(first, second)
    assert first.state[f"geo/{HOST}"].id == next(iter(paper.balancers))
    assert balancer(paper).description == "made anew"
