"""Clusters that share load balancers: they join in any order, at any time, and leave nothing behind."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from bench.campaigns.geo.paper import Paper
from bench.campaigns.geo.stack import Stack
from components.geo.values import LoadBalancer, Origin
from stacks.model.values import Known, Unknown
from stacks.plan.geo.changes import GeoAction
from stacks.plan.geo.plan import as_registered, plan_geo
from stacks.plan.geo.view import Site
from tests.stacks.plan.geo.worlds import (
    ADDRESSES,
    HOST,
    OTHER,
    PLACES,
    addresses_of,
    balancer,
    move,
    names,
    pool_by_hand,
    pool_of,
    settle,
    stack,
)

ORDERS = list(permutations(PLACES))


@pytest.fixture
def paper() -> Paper:
    return Paper()


def all_there(paper: Paper, *stacks: Stack) -> None:
    """The load balancer has exactly these clusters' pools, each with its address once; nothing is left to do."""
    assert sorted(names(paper, balancer(paper).default_pools)) == sorted(one.owner for one in stacks)
    for one in stacks:
        assert list(addresses_of(paper, one.owner).values()) == [ADDRESSES[one.owner]]
    writes = paper.writes
    for one in [*stacks, *stacks]:
        assert not one.run(), f"{one.owner} has something to do: {one.changes}"
        assert (one.plan.again, one.plan.wait, one.plan.conflicts) == ("", (), ())
    assert paper.writes == writes


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(name[0] for name in order))
def test_four_clusters_start_one_after_another(paper: Paper, order: tuple[str, ...]) -> None:
    stacks = [stack(paper, name) for name in order]
    assert settle(*stacks) <= 2
    all_there(paper, *stacks)
    assert names(paper, balancer(paper).default_pools) == list(order)
    assert names(paper, (balancer(paper).fallback_pool,)) == [order[0]]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(name[0] for name in order))
def test_four_clusters_start_at_once_from_the_same_stale_listing(paper: Paper, order: tuple[str, ...]) -> None:
    stacks = [stack(paper, name) for name in order]
    turns = [one.turn() for one in stacks]
    for turn in turns:
        next(turn)  # each has read the empty account
    for turn in turns:
        list(turn)
    assert [bool(one.failure) for one in stacks] == [False, True, True, True]  # the name was taken
    assert settle(*stacks) <= 2
    all_there(paper, *stacks)


def test_four_clusters_that_always_read_at_the_same_moment_agree_in_two_rounds(paper: Paper) -> None:
    stacks = [stack(paper, name) for name in PLACES]
    for _ in range(3):
        turns = [one.turn() for one in stacks]
        for turn in turns:
            next(turn)
        for turn in turns:
            list(turn)
    all_there(paper, *stacks)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(name[0] for name in order))
def test_four_clusters_leave_one_after_another_and_the_last_deletes_the_load_balancer(
    paper: Paper, order: tuple[str, ...]
) -> None:
    stacks = {name: stack(paper, name) for name in PLACES}
    settle(*stacks.values())
    for count, name in enumerate(order, start=1):
        stacks[name].settings = None
        settle(*stacks.values())
        assert not stacks[name].state
        if order[count:]:
            all_there(paper, *(stacks[one] for one in order[count:]))
    assert (paper.pools, paper.monitors, paper.balancers) == ({}, {}, {})


def test_clusters_that_leave_at_the_same_moment_leave_nothing_behind(paper: Paper) -> None:
    stacks = [stack(paper, name) for name in PLACES]
    settle(*stacks)
    for one in stacks:
        one.settings = None
    for _ in range(6):
        turns = [one.turn() for one in stacks]
        for turn in turns:
            next(turn, None)
        for turn in turns:
            list(turn)
    assert (paper.pools, paper.monitors, paper.balancers) == ({}, {}, {})
    assert [one.state for one in stacks] == [{}, {}, {}, {}]


def test_the_fallback_is_never_a_pool_that_is_leaving(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    assert names(paper, (balancer(paper).fallback_pool,)) == ["amber"]
    seen: list[tuple[bool, str]] = []

    def watch(_: str) -> None:
        leaving = any("leaving" in pool.description for pool, _ in paper.pools.values())
        seen.append((leaving, names(paper, (balancer(paper).fallback_pool,))[0]))

    paper.watch = watch
    first.settings = None
    settle(first, second)
    assert (True, "amber") not in seen
    assert (True, "birch") in seen


def test_the_last_cluster_leaves_the_load_balancer_to_a_foreign_pool(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    theirs = pool_by_hand(paper)
    identity = next(iter(paper.balancers))
    paper.edit_balancer(identity, default_pools=(*balancer(paper).default_pools, theirs))
    settle(only)
    only.settings = None
    settle(only)
    assert (balancer(paper).default_pools, balancer(paper).fallback_pool) == ((theirs,), theirs)
    assert list(paper.pools) == [theirs]


def test_a_pool_with_a_foreign_origin_is_left_to_it(paper: Paper) -> None:
    only, theirs = stack(paper, "amber"), Origin("web", "198.51.100.7")
    settle(only)
    identity = next(iter(paper.pools))
    paper.edit_pool(identity, replace(paper.pools[identity][0], origins=(*pool_of(paper, "amber").origins, theirs)))
    only.settings = None
    settle(only)
    assert only.state == {}
    assert paper.pools[identity][0].origins == (theirs,)
    assert "[truenorth" not in paper.pools[identity][0].description
    assert balancer(paper).default_pools == (identity,)


def test_a_pool_that_a_late_writer_puts_back_is_taken_out_before_it_is_deleted(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    first.settings, late = None, balancer(paper)
    first.run()
    first.run()
    paper.put_balancer(late, next(iter(paper.balancers)))
    settle(first, second)
    all_there(paper, second)


def test_a_pool_that_joins_while_the_last_one_leaves_keeps_the_load_balancer(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first)
    first.settings = None
    first.run()
    turn = second.turn()
    for _ in range(3):
        next(turn)  # its monitor and its pool are there, and it is not in the load balancer yet
    settle(first)
    list(turn)
    settle(first, second)
    all_there(paper, second)


def test_a_host_name_that_is_not_wished_for_any_more_keeps_the_others(paper: Paper) -> None:
    first, second = stack(paper, "amber", hosts=(HOST, OTHER)), stack(paper, "birch", hosts=(HOST, OTHER))
    settle(first, second)
    del first.hosts[OTHER]
    settle(first, second)
    assert names(paper, balancer(paper, OTHER).default_pools) == ["birch"]
    assert names(paper, balancer(paper).default_pools) == ["amber", "birch"]
    assert f"geo/{OTHER}" not in first.state


def test_a_late_writer_does_not_bring_a_pool_back_that_has_left_a_host_name(paper: Paper) -> None:
    first, second = stack(paper, "amber", hosts=(HOST, OTHER)), stack(paper, "birch", hosts=(HOST, OTHER))
    settle(first, second)
    late = balancer(paper, OTHER)
    identity = next(one for one, value in paper.balancers.items() if value.name == OTHER)
    del first.hosts[OTHER]
    settle(first, second)
    paper.put_balancer(late, identity)
    assert second.run()
    assert names(paper, balancer(paper, OTHER).default_pools) == ["birch"]


def test_the_last_host_name_that_goes_is_deleted_with_its_load_balancer(paper: Paper) -> None:
    only = stack(paper, "amber", hosts=(HOST, OTHER))
    settle(only)
    del only.hosts[OTHER]
    settle(only)
    assert [one.name for one in paper.balancers.values()] == [HOST]


def test_no_addresses_at_all_is_leaving(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    move(only)
    settle(only)
    assert not paper.pools
    assert not only.state


def test_a_cluster_that_comes_back_while_it_leaves_stays(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    settings, first.settings = first.settings, None
    first.run()
    first.run()
    assert "leaving" in pool_of(paper, "amber").description
    first.settings = settings
    settle(first, second)
    all_there(paper, first, second)


@pytest.mark.parametrize("lost", range(1, 4))
def test_an_answer_that_is_lost_is_made_up_for(paper: Paper, lost: int) -> None:
    only = stack(paper, "amber")
    only.lose = lost
    only.run()
    assert only.failure
    settle(only)
    assert (len(paper.pools), len(paper.monitors), len(paper.balancers)) == (1, 1, 1)
    all_there(paper, only)


@pytest.mark.parametrize("lost", range(1, 7))
def test_a_leave_whose_answer_is_lost_goes_on(paper: Paper, lost: int) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    first.settings, first.lose = None, lost
    settle(first, second)
    assert not first.state
    all_there(paper, second)


def test_lost_state_comes_back_from_the_marks(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    first.state, first.monitors, first.wished = {}, {}, ()
    first.run()
    assert {change.action for change in first.changes} == {GeoAction.IMPORT, GeoAction.REMEMBER}
    all_there(paper, first, second)


def test_what_was_deleted_by_hand_is_made_again(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    paper.balancers.clear()
    paper.pools.clear()
    only.run()
    assert [change.action for change in only.changes] == [GeoAction.RESTORE, GeoAction.RESTORE]
    all_there(paper, only)


def test_a_load_balancer_made_by_hand_for_the_host_is_joined_with_its_settings(paper: Paper) -> None:
    theirs = pool_by_hand(paper)
    paper.put_balancer(LoadBalancer(HOST, (theirs,), theirs, "off", proxied=False, ttl=120, description="by hand"))
    only = stack(paper, "amber")
    only.run()
    assert only.plan.notes == (
        f"{HOST}: steering_policy is off, as another has it; the settings here say proximity",
        f"{HOST}: proxied is false, as another has it; the settings here say true",
        f"{HOST}: ttl is 120, as another has it; the settings here say 30",
    )
    made = balancer(paper)
    assert (made.steering_policy, made.proxied, made.ttl, made.description) == ("off", False, 120, "by hand")
    assert (names(paper, made.default_pools), made.fallback_pool) == (["theirs", "amber"], theirs)
    assert not only.run()


def test_unknown_addresses_change_nothing(paper: Paper) -> None:
    only = stack(paper, "amber", "192.0.2.1", "192.0.2.2")
    settle(only)
    only.hosts = {HOST: Unknown("the API server does not answer")}
    assert not only.run()
    only.hosts[OTHER] = Known(("192.0.2.3",))
    only.run()
    assert set(addresses_of(paper, "amber").values()) == {"192.0.2.1", "192.0.2.2", "192.0.2.3"}
    assert names(paper, balancer(paper, OTHER).default_pools) == ["amber"]


def test_unknown_addresses_make_no_pool(paper: Paper) -> None:
    only = stack(paper, "amber")
    only.hosts = {HOST: Unknown("the API server does not answer")}
    assert not only.run()
    assert only.plan.notes == ("no pool is made: the API server does not answer",)


def test_a_pool_deleted_by_hand_comes_back_with_the_addresses_that_state_has(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    paper.balancers.clear()
    paper.pools.clear()
    only.hosts = {HOST: Unknown("the API server does not answer")}
    settle(only)
    assert addresses_of(paper, "amber") == {"origin-eu": "192.0.2.1"}


def test_an_account_that_cannot_be_read_leaves_state_as_it_is(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    plan = as_registered(first.memory())
    assert plan.pool
    assert plan.pool.pool == pool_of(paper, "amber")
    assert plan.pool.monitor == next(iter(paper.monitors.values()))
    declared = plan.balancers[0]
    assert (declared.retain, declared.zone_id, plan.wished) == (True, "zone", first.wished)
    assert "own" in declared.balancer.default_pools


def test_a_rule_that_names_the_pool_keeps_it_and_says_so(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    identity = next(iter(paper.balancers))
    own = next(one for one, (pool, _) in paper.pools.items() if "amber" in pool.name)
    paper.edit_balancer(identity, kept=f'{{"rules": [{{"overrides": {{"default_pools": ["{own}"]}}}}]}}')
    first.settings = None
    settle(first, second)
    assert first.plan.conflicts == (
        f"a rule of {HOST} names the pool k8s-pool-amber-eu, which is leaving: take it out there",
    )
    assert own in paper.pools
    paper.edit_balancer(identity, kept="")
    settle(first, second)
    all_there(paper, second)


def test_a_load_balancer_made_by_hand_that_has_only_the_leaving_pool_is_left_alone(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    own = next(iter(paper.pools))
    made = paper.put_balancer(LoadBalancer("shop.example.com", (own,), own, "off"))
    assert not only.run()
    only.settings = None
    settle(only)
    assert only.plan.conflicts == (
        "shop.example.com was made by hand and has no pool but ours, which is leaving: give it another, or delete it",
    )
    paper.delete(made)
    settle(only)
    assert not paper.pools


def test_a_stack_without_load_balancing_has_nothing_to_declare(paper: Paper) -> None:
    only = stack(paper, "amber")
    only.settings = None
    assert not only.run()
    plan = plan_geo(None, Site("amber"), (), paper.account(), only.memory())
    assert (plan.pool, plan.balancers, plan.again) == (None, (), "")
