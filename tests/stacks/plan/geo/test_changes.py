"""What a run would do to load balancing, in words, and what has to be refreshed first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.campaigns.geo.paper import Paper
from components.geo.values import Origin
from stacks.plan.geo.changes import GeoAction
from stacks.settings.geo import GeoSettings
from tests.stacks.plan.geo.worlds import HOST, addresses_of, move, pool_by_hand, pool_of, settle, stack


@pytest.fixture
def paper() -> Paper:
    return Paper()


def test_joining_in_words(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    first.run()
    assert list(map(str, first.changes)) == [
        "create monitor k8s-pool-amber-eu",
        "create pool k8s-pool-amber-eu",
        f"create load balancer {HOST}",
        f"remember load balancer {HOST}",
    ]
    second.run()
    assert list(map(str, second.changes)) == [
        "create monitor k8s-pool-birch-us_east",
        "create pool k8s-pool-birch-us_east",
        f"import load balancer {HOST}: k8s-pool-birch-us_east comes in",
        f"remember load balancer {HOST}",
    ]
    first.run()
    assert list(map(str, first.changes)) == [
        f"retain load balancer {HOST}: it stays when it leaves state",
        f"refresh load balancer {HOST}",
    ]


def test_leaving_in_words(paper: Paper) -> None:
    first, second = stack(paper, "amber"), stack(paper, "birch")
    settle(first, second)
    second.settings = None
    told = []
    while second.run():
        told.append(list(map(str, second.changes)))
    assert told == [
        [
            "update pool k8s-pool-birch-us_east: description",
            f"update load balancer {HOST}: k8s-pool-birch-us_east goes",
            "remember load balancer none",
        ],
        [
            f"drop load balancer {HOST}",
            "delete pool k8s-pool-birch-us_east",
            "delete monitor k8s-pool-birch-us_east",
        ],
    ]


def test_a_change_of_address_in_words(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    move(only, "192.0.2.9")
    only.run()
    assert [str(one) for one in only.changes] == ["update pool k8s-pool-amber-eu: 192.0.2.9 comes in"]
    only.run()
    assert [str(one) for one in only.changes] == ["update pool k8s-pool-amber-eu: 192.0.2.1 goes"]


def test_what_others_wrote_is_refreshed_only_where_a_run_is_needed_anyway(paper: Paper) -> None:
    first, second, third = (stack(paper, name) for name in ("amber", "birch", "cedar"))
    settle(first, second)
    settle(third)
    writes = paper.writes
    assert not first.run()
    assert first.state[f"geo/{HOST}"].value != next(iter(paper.balancers.values()))
    move(first, "192.0.2.9")
    first.run()
    assert [(one.action, one.refresh) for one in first.changes] == [
        (GeoAction.UPDATE, False),
        (GeoAction.REFRESH, True),
    ]
    assert paper.writes == writes + 1


def test_what_was_changed_by_hand_is_refreshed_and_put_right(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    identity = next(iter(paper.pools))
    paper.edit_pool(identity, replace(paper.pools[identity][0], origins=(Origin("origin-eu", "192.0.2.66"),)))
    paper.check()
    only.run()
    assert [(str(one), one.refresh) for one in only.changes] == [
        ("update pool k8s-pool-amber-eu: 192.0.2.1 comes in", True)
    ]
    paper.check()
    settle(only)
    assert list(addresses_of(paper, "amber").values()) == ["192.0.2.1"]


def test_origins_that_differ_otherwise_are_told_as_such(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    only.settings = GeoSettings(hostnames=(HOST,), weight=50)
    only.run()
    assert [str(one) for one in only.changes] == ["update pool k8s-pool-amber-eu: origins"]


def test_what_is_gone_is_forgotten(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    paper.balancers.clear()
    paper.pools.clear()
    only.settings = None
    only.run()
    assert [(one.action, one.kind, one.refresh) for one in only.changes[:3]] == [
        (GeoAction.FORGET, "balancer", True),
        (GeoAction.FORGET, "pool", True),
        (GeoAction.DELETE, "monitor", False),
    ]
    assert only.state == {}


def test_a_pool_that_is_left_to_others_leaves_state_only(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    pool = pool_of(paper, "amber")
    paper.edit_pool(next(iter(paper.pools)), replace(pool, origins=(*pool.origins, Origin("web", "198.51.100.7"))))
    pool_by_hand(paper)
    only.settings = None
    told = []
    while only.run():
        told.append({(one.action, one.kind) for one in only.changes})
    assert told[-1] == {(GeoAction.DROP, "balancer"), (GeoAction.DROP, "pool"), (GeoAction.DROP, "monitor")}


def test_a_new_name_that_the_pool_has_already_is_a_change_of_state(paper: Paper) -> None:
    only = stack(paper, "amber")
    settle(only)
    before = dict(only.state)
    only.place = only.place.model_copy(update={"name": "sa"})
    settle(only)
    only.state = {  # the pool was renamed, and the run was cut off before state had its new name
        key: replace(one, value=only.state[key.replace("-eu", "-sa")].value) for key, one in before.items()
    }
    writes = paper.writes
    assert only.run()
    assert [str(one) for one in only.changes] == ["update pool k8s-pool-amber-sa: in state it is k8s-pool-amber-eu"]
    assert (paper.writes, only.run()) == (writes, False)
    assert "geo/k8s-pool-amber-sa/pool" in only.state
