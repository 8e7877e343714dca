"""The own pool: its origins, a change of address, whose it is, and the account's limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.campaigns.geo.paper import Paper
from components.geo.marks import PoolMark, encode, parse
from components.geo.values import Origin, Pool
from stacks.model.geo import LivePool
from stacks.model.values import Known
from stacks.plan.geo.changes import GeoAction
from stacks.plan.geo.origins import NO_HEALTH, handover, origins, slot_of
from stacks.settings.geo import GeoSettings, LocationSettings
from tests.stacks.plan.geo.worlds import (
    HOST,
    OTHER,
    addresses_of,
    balancer,
    move,
    names,
    pool_by_hand,
    pool_of,
    settle,
    stack,
)

OLD, NEW, NEWER = "192.0.2.1", "192.0.2.77", "192.0.2.78"


@pytest.fixture
def paper() -> Paper:
    return Paper()


def own_id(paper: Paper) -> str:
    return next(one for one, (pool, _) in paper.pools.items() if pool.name.startswith("k8s-pool-amber"))


def test_a_new_address_comes_in_and_the_old_one_goes_when_the_new_one_is_healthy(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    paper.check()
    move(only, NEW)
    assert only.run()
    assert addresses_of(paper, "amber") == {"origin-eu": OLD, "origin-eu-2": NEW}
    assert only.plan.wait == (NEW,)
    assert not only.run()
    assert only.plan.wait == (NEW,)
    paper.check()
    assert only.run()
    assert addresses_of(paper, "amber") == {"origin-eu-2": NEW}
    assert not only.plan.wait
    assert not only.run()


def test_after_the_handover_time_the_old_address_goes_anyway(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    paper.check()
    paper.down.add(NEW)
    move(only, NEW)
    only.run()
    paper.check()
    assert not only.run()
    only.handed_over = True
    assert only.run()
    assert addresses_of(paper, "amber") == {"origin-eu-2": NEW}


def test_an_old_address_that_is_down_goes_at_once(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    paper.down.add(OLD)
    paper.check()
    move(only, NEW)
    settle(only)
    assert addresses_of(paper, "amber") == {"origin-eu": NEW}


def test_without_a_monitor_both_are_in_the_pool_for_one_run(paper: Paper) -> None:
    only = stack(paper, "amber", monitor=None)
    settle(only)
    move(only, NEW)
    only.run()
    assert addresses_of(paper, "amber") == {"origin-eu": OLD, "origin-eu-2": NEW}
    assert only.plan.again == NO_HEALTH
    only.run()
    assert addresses_of(paper, "amber") == {"origin-eu-2": NEW}
    assert not only.run()


def test_an_address_that_stays_keeps_its_origin_and_the_others_take_free_ones(paper: Paper) -> None:
    only = stack(paper, "amber", OLD, NEW)
    settle(only)
    paper.check()
    move(only, NEW, NEWER)
    settle(only)
    assert addresses_of(paper, "amber") == {"origin-eu-2": NEW, "origin-eu": NEWER}


def test_a_change_of_several_addresses_waits_for_one_that_is_healthy(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    paper.check()
    move(only, NEW, NEWER)
    only.run()
    assert len(addresses_of(paper, "amber")) == 3
    paper.down.add(NEWER)
    paper.check()
    settle(only)
    assert set(addresses_of(paper, "amber").values()) == {NEW, NEWER}


def test_foreign_origins_stay_and_their_address_is_not_there_twice(paper: Paper) -> None:
    only = stack(paper, "amber", OLD)
    settle(only)
    theirs = Origin("web", NEW, weight=0.5, enabled=False, port=8443)
    pool = pool_of(paper, "amber")
    paper.edit_pool(own_id(paper), replace(pool, origins=(*pool.origins, theirs)))
    assert not only.run()
    move(only, OLD, NEW)
    assert not only.run()
    assert only.plan.notes == (f"the origin at {NEW}, not ours, is in the pool already",)
    move(only, NEW)
    settle(only)
    assert pool_of(paper, "amber").origins == (theirs,)


def test_what_no_setting_speaks_of_stays_as_somebody_has_set_it(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    pool = pool_of(paper, "amber")
    drained = replace(pool.origins[0], enabled=False)
    paper.edit_pool(own_id(paper), replace(pool, enabled=False, origin_steering="hash", origins=(drained,)))
    assert not only.run()
    paper.edit_pool(own_id(paper), replace(pool_of(paper, "amber"), minimum_origins=3, latitude=1.0))
    assert only.run()
    assert (pool_of(paper, "amber").minimum_origins, pool_of(paper, "amber").latitude) == (1, 50.1)


def test_settings_of_pool_and_monitor_are_declared(paper: Paper) -> None:
    only = stack(
        paper,
        "amber",
        weight=29,
        host_header="shop.example.com",
        load_shedding_percent=10,
        session_shedding_percent=20,
        notification_email="ops@example.com",
        check_regions=("WEU",),
        minimum_origins=2,
        monitor={"type": "tcp", "port": 443, "interval": 30},
    )
    settle(only)
    pool, monitor = pool_of(paper, "amber"), next(iter(paper.monitors.values()))
    assert pool.origins == (Origin("origin-eu", OLD, weight=0.29, host_header="shop.example.com"),)
    assert (pool.load_shedding.default_percent, pool.load_shedding.session_percent) == (10, 20)
    assert (pool.notification_email, pool.check_regions, pool.minimum_origins) == ("ops@example.com", ("WEU",), 2)
    assert (pool.latitude, pool.longitude) == (50.1, 8.7)
    assert (monitor.type, monitor.port, monitor.interval, monitor.path) == ("tcp", 443, 30, "")
    assert not only.run()


def test_a_monitor_that_is_not_wished_for_any_more_goes(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    only.settings = GeoSettings(hostnames=(HOST,), monitor=None)
    settle(only)
    assert (paper.monitors, paper.pools[own_id(paper)][1]) == ({}, "")


def test_a_monitor_that_somebody_took_off_the_pool_is_put_back(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    paper.put_pool(pool_of(paper, "amber"), "", own_id(paper))
    assert only.run()
    assert paper.pools[own_id(paper)][1] in paper.monitors


def test_a_monitor_left_by_a_run_that_was_cut_off_is_told(paper: Paper) -> None:
    only = stack(paper, "amber")
    only.lose = 1
    only.run()
    only.settings = GeoSettings(hostnames=(HOST,), monitor=None)
    settle(only)
    told = "the monitor m001 (TrueNorth: amber in eu [truenorth owner=amber hosts=]) was made by a run that was cut off"
    assert only.plan.notes == (f"{told}: delete it",)
    only.settings = None
    settle(only)
    assert (paper.pools, paper.monitors) == ({}, {})


def test_a_monitor_left_without_a_pool_is_told(paper: Paper) -> None:
    only = stack(paper, "amber")
    only.lose = 1
    only.run()
    only.settings = None
    settle(only)
    assert only.plan.notes[0].endswith("was made by a run that was cut off: delete it")


def test_a_pool_of_our_name_without_a_mark_is_a_conflict(paper: Paper) -> None:
    theirs = pool_by_hand(paper, "k8s-pool-amber-eu")
    only = stack(paper, "amber")
    assert not only.run()
    assert "a pool k8s-pool-amber-eu exists and bears no mark of ours" in only.plan.conflicts[0]
    assert list(paper.pools) == [theirs]


def test_a_pool_of_our_name_is_taken_over_with_adopt_all_and_its_origins_stay(paper: Paper) -> None:
    theirs = pool_by_hand(paper, "k8s-pool-amber-eu")
    only = stack(paper, "amber", adopt="all")
    only.run()
    assert GeoAction.IMPORT in {change.action for change in only.changes}
    assert addresses_of(paper, "amber") == {"origin-eu": OLD, "web": "198.51.100.1"}
    assert balancer(paper).default_pools == (theirs,)
    assert not only.run()


def test_a_pool_that_is_taken_over_without_a_monitor_gets_one_where_it_is_asked_for_only(paper: Paper) -> None:
    theirs = pool_by_hand(paper, "k8s-pool-amber-eu")
    only = stack(paper, "amber", adopt="all")
    only.run()
    assert "the pool has no monitor, and gets none unless truenorth:geo.monitor is set" in only.plan.notes
    assert (paper.pools[theirs][1], paper.monitors) == ("", {})
    assert not only.run()
    assert not only.plan.notes
    only.settings = GeoSettings.model_validate({"hostnames": (HOST,), "monitor": {}})
    settle(only)
    assert list(paper.monitors) == [paper.pools[theirs][1]]
    only.settings = GeoSettings(hostnames=(HOST,))
    assert not only.run()


def test_a_pool_that_is_made_has_a_monitor_unasked(paper: Paper) -> None:
    settle(stack(paper, "amber"))
    ((_, monitor),) = paper.pools.values()
    assert list(paper.monitors) == [monitor]


def test_another_owners_pool_is_never_taken_over(paper: Paper) -> None:
    other = stack(paper, "amber")
    settle(other)
    twin = stack(paper, "amber", NEW, adopt="all")
    twin.owner, twin.cluster = "twin", "amber"
    assert not twin.run()
    assert "bears the mark of the owner amber, we are twin" in twin.plan.conflicts[0]


def test_two_stacks_with_one_owner_are_told_apart_before_anything_is_made(paper: Paper) -> None:
    first, twin = stack(paper, "amber"), stack(paper, "amber", NEW)
    settle(first)
    twin.cluster = "another"
    assert not twin.run()
    assert "state does not know it: give every stack an owner of its own" in twin.plan.conflicts[0]
    assert len(paper.pools) == 1


def test_a_pool_is_renamed_in_place_where_cluster_or_location_change(paper: Paper) -> None:
    only = stack(paper, "amber", OLD, NEW)
    settle(only)
    identity = own_id(paper)
    only.place = LocationSettings(name="us-west-2", latitude=45.8, longitude=-119.7)
    settle(only)
    assert own_id(paper) == identity
    assert addresses_of(paper, "amber") == {"origin-us-west-2": OLD, "origin-us-west-2-2": NEW}
    assert list(only.state) == [
        "geo/app.example.com",
        "geo/k8s-pool-amber-us-west-2/monitor",
        "geo/k8s-pool-amber-us-west-2/pool",
    ]
    only.place = LocationSettings(name="sa", latitude=1.0, longitude=2.0)
    settle(only)
    assert addresses_of(paper, "amber") == {"origin-sa": OLD, "origin-sa-2": NEW}


def test_a_pool_that_cannot_be_renamed_keeps_its_name_and_stays(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    pool_by_hand(paper, "k8s-pool-amber-sa")
    only.place = LocationSettings(name="sa", latitude=1.0, longitude=2.0)
    settle(only)
    assert "a pool k8s-pool-amber-sa exists" in only.plan.conflicts[0]
    assert pool_of(paper, "amber").name == "k8s-pool-amber-eu"
    assert names(paper, balancer(paper).default_pools) == ["amber"]


def test_a_pool_beyond_the_limit_is_not_made(paper: Paper) -> None:
    for number in range(3):
        pool_by_hand(paper, f"theirs-{number}")
    only = stack(paper, "amber", pool_limit=3)
    assert not only.run()
    assert list(only.plan.conflicts) == [
        (
            "the account has 3 pools, its plan 3: delete one that is not used, or, where the plan has more, say so"
            " with `pool_limit`"
        )
    ]
    only.settings = GeoSettings(hostnames=(HOST,), pool_limit=4)
    settle(only)
    assert len(paper.pools) == 4
    assert not only.plan.conflicts


def test_addresses_beyond_the_limit_leave_the_pool_as_it_is(paper: Paper) -> None:
    only = stack(paper, "amber", origin_limit=2)
    settle(only)
    move(only, OLD, NEW, NEWER)
    assert not only.run()
    assert only.plan.conflicts[0].startswith("3 addresses are too many for the pool, the account's plan has 2")
    fresh = stack(Paper(), "amber", OLD, NEW, NEWER, origin_limit=2)
    assert not fresh.run()
    assert fresh.plan.conflicts == only.plan.conflicts


def test_old_origins_go_at_once_where_there_is_no_room_for_both(paper: Paper) -> None:
    only = stack(paper, "amber", origin_limit=1)
    settle(only)
    paper.check()
    move(only, NEW)
    only.run()
    assert addresses_of(paper, "amber") == {"origin-eu": NEW}
    assert only.plan.notes == ("old origins go at once: there is no room for them beside the new ones",)


def test_the_addresses_of_all_host_names_are_in_the_one_pool(paper: Paper) -> None:
    only = stack(paper, "amber", hosts=(HOST, OTHER))
    only.hosts = {HOST: Known((OLD,)), OTHER: Known((OLD, NEW))}
    settle(only)
    assert addresses_of(paper, "amber") == {"origin-eu": OLD, "origin-eu-2": NEW}


def test_a_name_with_letters_that_the_api_refuses_is_written_without_them(paper: Paper) -> None:
    only = stack(paper, "amber")
    only.cluster = "prod.example/eu"
    settle(only)
    assert [pool.name for pool, _ in paper.pools.values()] == ["k8s-pool-prod-example-eu-eu"]


def test_too_many_host_names_for_a_mark_leave_out_those_left_first(paper: Paper) -> None:
    many = tuple(f"a-rather-long-name-of-a-host-{number}.example.com" for number in range(21))
    only = stack(paper, "amber", hosts=(HOST, OTHER, "www.shop.example.com"))
    settle(only)
    only.settings = GeoSettings(hostnames=many)
    only.hosts = dict.fromkeys(many, Known((OLD,)))
    settle(only)
    mark = parse(pool_of(paper, "amber").description)
    assert mark == PoolMark("amber", tuple(sorted(many)))


@pytest.mark.parametrize(
    ("name", "places", "slot"),
    [
        ("origin-eu", {"eu"}, 1),
        ("origin-eu-2", {"eu"}, 2),
        ("origin-us-west-2", {"us-west-2"}, 1),
        ("origin-us-west-2-3", {"us-west", "us-west-2"}, 3),
        ("origin-us", {"eu"}, None),
        ("origin-eu-0", {"eu"}, None),
        ("web", {"eu"}, None),
    ],
)
def test_our_origins_are_known_by_their_names(name: str, places: set[str], slot: int | None) -> None:
    assert slot_of(name, places) == slot


def test_two_origins_of_one_slot_get_one_each() -> None:
    made = origins(["a", "b", "c"], Origin("", ""), "eu", {"a": 2, "b": 2})
    assert {one.address: one.name for one in made} == {"a": "origin-eu-2", "b": "origin-eu", "c": "origin-eu-3"}


def test_health_that_says_nothing_of_ours_is_no_reason_to_wait() -> None:
    live = LivePool("p", Pool("x", ()), "m", origin_health=(("a", "unknown"), ("b", "unknown")))
    assert handover(["b"], live, ["a", "b"], over=False).addresses == ("b",)
    assert handover(["c"], live, ["a"], over=False).addresses == ("c", "a")


def test_a_mark_of_an_older_location_still_names_our_origins(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    assert encode("TrueNorth: amber in eu", PoolMark("amber", (HOST,))) == pool_of(paper, "amber").description
