"""Load balancing in the campaign `crash`: its check must be able to fail."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest

from bench.campaigns.crash.balancing import (
    ADDRESSES,
    FIRST,
    POOL,
    Balanced,
    add_others,
    draw,
    not_as_wished,
    of_others,
    writes,
)
from lab.cloudflare.load_balancing import edits
from lab.cloudflare.load_balancing.model import LoadBalancer, Pool
from lab.cloudflare.state import Cloudflare
from lab.world import ZONE


@pytest.fixture
def place() -> Cloudflare:
    """An account with load balancing as wished, and that of somebody else."""
    cloudflare = Cloudflare()
    zone = cloudflare.add_zone(ZONE, "pro")
    add_others(cloudflare, zone.id)
    monitor = edits.add_monitor(cloudflare, {"type": "https", "expected_codes": "2xx"})
    origins = [{"name": "one", "address": FIRST.addresses[0]}]
    pool = edits.add_pool(cloudflare, {"name": POOL, "origins": origins, "monitor": monitor.id})
    for host in FIRST.hosts:
        body = {"name": f"{host}.{ZONE}", "default_pools": [pool.id], "fallback_pool": pool.id}
        edits.add_load_balancer(cloudflare, zone.id, body)
    return cloudflare


def own_pool(place: Cloudflare) -> Pool:
    return next(one for one in place.load_balancing.pools.values() if one.name == POOL)


def theirs(place: Cloudflare) -> Pool:
    return next(one for one in place.load_balancing.pools.values() if one.name != POOL)


def own_balancer(place: Cloudflare) -> LoadBalancer:
    return next(one for one in place.load_balancing.load_balancers.values() if one.name == f"{FIRST.hosts[0]}.{ZONE}")


def change_pool(place: Cloudflare, changes: Mapping[str, object]) -> None:
    edits.change_pool(place, own_pool(place).id, changes)


class TestWhatIsAsWished:
    def test_is_right(self, place: Cloudflare) -> None:
        assert not_as_wished(place, FIRST) == ""

    def test_is_nothing_of_ours_where_it_is_to_end(self) -> None:
        cloudflare = Cloudflare()
        add_others(cloudflare, cloudflare.add_zone(ZONE, "pro").id)
        assert not_as_wished(cloudflare, None) == ""


class TestTheCheckTells:
    @pytest.mark.parametrize(
        ("spoil", "told"),
        [
            (lambda place: edits.remove_load_balancer(place, own_balancer(place).id), "hosts"),
            (lambda place: change_pool(place, {"origins": [{"name": "a", "address": ADDRESSES[1]}]}), "addresses"),
            (lambda place: change_pool(place, {"monitor": None}), "monitored"),
            (lambda place: edits.add_monitor(place, {"type": "https", "expected_codes": "2xx"}), "monitors"),
            (
                lambda place: edits.change_load_balancer(
                    place, own_balancer(place).id, {"default_pools": [own_pool(place).id, theirs(place).id]}
                ),
                "members",
            ),
        ],
        ids=[
            "a name without one",
            "another address",
            "no monitor",
            "one more monitor",
            "another member",
        ],
    )
    def test_what_is_wrong(self, spoil: Callable[[Cloudflare], object], told: str, place: Cloudflare) -> None:
        before = of_others(place)
        spoil(place)
        assert told in not_as_wished(place, FIRST)
        assert of_others(place) == before

    def test_a_pool_that_nobody_wished(self, place: Cloudflare) -> None:
        before = of_others(place)
        edits.add_pool(place, {"name": f"{POOL}-2", "origins": [{"name": "one", "address": ADDRESSES[0]}]})
        assert of_others(place) != before

    def test_what_was_to_end(self, place: Cloudflare) -> None:
        assert not_as_wished(place, None).startswith("load balancing has hosts")

    def test_what_somebody_else_has_and_was_changed(self, place: Cloudflare) -> None:
        before = of_others(place)
        edits.change_pool(place, theirs(place).id, {"enabled": False})
        assert of_others(place) != before


class TestAWish:
    def test_stays_ends_it_adds_and_takes_names_and_changes_addresses(self) -> None:
        drawn = [draw(random.Random(seed)) for seed in range(60)]  # noqa: S311 - a repeatable draw
        assert None in drawn
        assert FIRST in drawn
        wishes = [one for one in drawn if one]
        assert {len(one.hosts) for one in wishes} == {1, 2, 3}
        assert {one.is_monitored for one in wishes} == {True, False}
        assert any(one.addresses != FIRST.addresses for one in wishes)

    def test_that_stays_comes_to_no_write(self) -> None:
        assert writes(FIRST, Balanced(FIRST.hosts, FIRST.addresses, FIRST.is_monitored)) == 0
        assert writes(FIRST, None) > 0
