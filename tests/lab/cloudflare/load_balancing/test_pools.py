"""Pools and their origins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.cloudflare.errors import ApiError
from lab.cloudflare.load_balancing.edits import add_pool
from lab.cloudflare.load_balancing.fields import number
from lab.cloudflare.load_balancing.model import NO_QUOTA
from lab.cloudflare.state import Cloudflare
from tests.lab.cloudflare.load_balancing.conftest import ASIA, EUROPE

if TYPE_CHECKING:
    from tests.lab.cloudflare.load_balancing.conftest import Asking, World
    from tests.lab.conftest import Clock


def origins(*addresses: str) -> list[dict[str, object]]:
    return [{"name": f"origin-{number}", "address": address} for number, address in enumerate(addresses)]


class TestStoring:
    def test_defaults_are_filled_in_and_what_is_unset_left_out(self, ask: Asking, world: World) -> None:
        made = ask("POST", world.pools, {"name": "least", "origins": [{"name": "a", "address": "192.0.2.9"}]})
        origin = {"name": "a", "address": "192.0.2.9", "enabled": True, "weight": 1, "flatten_cname": True}
        assert made == {
            "id": made["id"],
            "name": "least",
            "description": "",
            "enabled": True,
            "minimum_origins": 1,
            "notification_email": "",
            "check_regions": None,
            "networks": ["cloudflare"],
            "origins": [origin],
            "created_on": "2026-01-01T00:00:00.000000Z",
            "modified_on": "2026-01-01T00:00:00.000000Z",
        }

    def test_origins_come_back_sorted_by_name(self, ask: Asking, world: World) -> None:
        sent = [{"name": name, "address": f"192.0.2.{index}"} for index, name in enumerate("cab")]
        made = ask("POST", world.pools, {**EUROPE, "name": "x", "origins": sent})
        assert [one["name"] for one in made["origins"]] == ["a", "b", "c"]
        assert [one["address"] for one in made["origins"]] == ["192.0.2.1", "192.0.2.2", "192.0.2.0"]

    def test_what_was_partly_given_is_completed(self, ask: Asking, world: World) -> None:
        path = f"{world.pools}/{world.europe.id}"
        shedding = ask("PATCH", path, {"load_shedding": {"default_percent": 55}})["load_shedding"]
        assert shedding == {
            "default_percent": 55,
            "default_policy": "random",
            "session_percent": 0,
            "session_policy": "hash",
        }

    def test_put_resets_what_it_leaves_out_and_patch_keeps_it(self, ask: Asking, world: World, clock: Clock) -> None:
        path = f"{world.pools}/{world.europe.id}"
        clock.advance(60)
        patched = ask("PATCH", path, {"description": "new"})
        assert (patched["monitor"], patched["description"]) == (world.monitor.id, "new")
        assert patched["created_on"] < patched["modified_on"]
        put = ask("PUT", path, {"name": "europe", "origins": origins("192.0.2.1")})
        assert (put["description"], "monitor" in put, "latitude" in put) == ("", False, False)
        assert ask("GET", path) == put

    def test_disabling_is_dated_once(self, ask: Asking, world: World, clock: Clock) -> None:
        path = f"{world.pools}/{world.europe.id}"
        off = [{"name": "one", "address": "192.0.2.1", "enabled": False}]
        first = ask("PATCH", path, {"enabled": False, "origins": off})
        clock.advance(60)
        second = ask("PATCH", path, {"description": "later"})
        assert first["disabled_at"] == second["disabled_at"] == first["origins"][0]["disabled_at"]
        on = ask("PATCH", path, {"enabled": True, "origins": EUROPE["origins"]})
        assert "disabled_at" not in {**on, **on["origins"][0]}

    def test_a_hostname_is_an_address_too(self, ask: Asking, world: World) -> None:
        made = ask("POST", world.pools, {"name": "x", "origins": origins("Origin.Example.Net", "2001:DB8::1")})
        assert [one["address"] for one in made["origins"]] == ["origin.example.net", "2001:db8::1"]

    @given(st.integers(0, 100))
    def test_every_hundredth_is_a_weight(self, hundredths: int) -> None:
        rule = number(0, 1, 0.01)
        assert rule("weight", hundredths / 100) == hundredths / 100
        with pytest.raises(ApiError, match="validation failed"):
            rule("weight", hundredths / 100 + 0.005)


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"name": "with space"}, "may only contain alphanumeric characters"),
    ({"name": None}, "name must be set"),
    ({"origins": None}, "origins must be set"),
    ({"origins": []}, "the origin list length must be in range [1, 20]"),
    ({"origins": origins(*[f"192.0.2.{host}" for host in range(21)])}, "must be in range [1, 20]"),
    ({"origins": origins("192.0.2.1", "192.0.2.1")}, "address 192.0.2.1 is not unique"),
    ({"origins": [{"name": "a", "address": address} for address in ("192.0.2.1", "192.0.2.2")]}, "name a is not"),
    ({"origins": ["192.0.2.1"]}, "origins[0] must be an object"),
    ({"origins": [{"name": "a"}]}, "origins[0].address must be set"),
    ({"origins": origins("nonsense")}, "must be an IP address or a hostname"),
    ({"origins": origins("10.0.0.1")}, "internal address"),
    ({"origins": [{"name": "a", "address": "192.0.2.1", "virtual_network_id": "x"}]}, "does not belong to tunnel"),
    ({"origins": [{"name": "a", "address": "192.0.2.1", "weight": 1.5}]}, "weight must be in range [0, 1]"),
    ({"origins": [{"name": "a", "address": "192.0.2.1", "weight": 0.333}]}, "must be a multiple of 0.01"),
    ({"longitude": None}, "latitude and longitude must be set together"),
    ({"latitude": 91}, "latitude must be in range [-90, 90]"),
    ({"latitude": "north"}, "latitude must be a number"),
    ({"monitor": "0" * 32}, f"monitor {'0' * 32} does not exist"),
    ({"check_regions": ["EUROPE"]}, "must be one of [WNAM"),
    ({"check_regions": ["ALL_REGIONS"]}, "Probing from every data centre is not allowed with this subscription"),
    ({"load_shedding": []}, "load_shedding must be an object"),
    ({"enabled": "yes"}, "enabled must be a boolean"),
]


class TestRefusing:
    @pytest.mark.parametrize(("changes", "message"), REFUSED)
    def test_what_is_wrong_is_told(self, ask: Asking, world: World, changes: dict[str, object], message: str) -> None:
        status, code, text = ask.refused("POST", world.pools, {**EUROPE, "name": "new"} | changes)
        assert (status, code) == (400, 1002)
        assert message in text
        assert text.endswith(": validation failed")
        assert len(world.cloudflare.load_balancing.pools) == 2

    def test_a_name_is_given_once_an_account(self, ask: Asking, world: World) -> None:
        assert ask.refused("POST", world.pools, EUROPE) == (400, 1003, "value not unique")
        assert ask.refused("PATCH", f"{world.pools}/{world.asia.id}", {"name": "europe"})[1] == 1003
        other = world.cloudflare.add_account("Other")
        assert ask("POST", f"/accounts/{other.id}/load_balancers/pools", EUROPE)["name"] == "europe"

    def test_the_pool_after_the_last_of_the_quota_is_refused(self, ask: Asking, world: World) -> None:
        for number_ in range(18):
            ask("POST", world.pools, {**EUROPE, "name": f"pool-{number_}"})
        status, _, message = ask.refused("POST", world.pools, {**EUROPE, "name": "more"})
        assert (status, message) == (400, "pool quota of 20 exceeded: validation failed")
        world.cloudflare.load_balancing.quota = NO_QUOTA
        assert ask("POST", world.pools, {**EUROPE, "name": "more", "check_regions": ["ALL_REGIONS"]})

    def test_a_pool_in_use_is_not_deleted(self, ask: Asking, world: World) -> None:
        message = "This object is referenced by other objects, delete them first."
        assert ask.refused("DELETE", f"{world.pools}/{world.asia.id}") == (412, 1005, message)
        ask("DELETE", f"{world.load_balancers}/{world.load_balancer.id}")
        assert ask("DELETE", f"{world.pools}/{world.asia.id}") == {"id": world.asia.id}
        assert ask.refused("GET", f"{world.pools}/{world.asia.id}")[:2] == (404, 1001)

    def test_a_pool_of_another_account_is_not_found(self, ask: Asking, world: World) -> None:
        other = world.cloudflare.add_account("Other")
        path = f"/accounts/{other.id}/load_balancers/pools"
        assert ask("GET", path) == []
        assert ask.refused("GET", f"{path}/{world.asia.id}")[:2] == (404, 1001)

    def test_an_account_of_others_is_refused(self, ask: Asking, world: World) -> None:
        assert world.pools
        path = f"/accounts/{'0' * 32}/load_balancers/pools"
        assert ask.refused("GET", path) == (403, 10000, "Authentication error")


class TestListing:
    def test_a_page_beyond_the_last_is_empty(self, ask: Asking, world: World) -> None:
        assert [one["name"] for one in ask("GET", f"{world.pools}?per_page=1&page=2")] == ["asia"]
        assert ask("GET", f"{world.pools}?per_page=1&page=3") == []

    def test_the_pools_of_a_monitor(self, ask: Asking, world: World) -> None:
        ask("POST", world.pools, {**ASIA, "name": "unwatched"})
        listed = ask("GET", f"{world.pools}?monitor={world.monitor.id}")
        assert [one["name"] for one in listed] == ["europe", "asia"]

    def test_references_tell_who_uses_it_and_what_it_uses(self, ask: Asking, world: World) -> None:
        assert ask("GET", f"{world.pools}/{world.asia.id}/references") == [
            {
                "reference_type": "referrer",
                "resource_type": "load_balancer",
                "resource_id": world.load_balancer.id,
                "resource_name": "app.example.com",
            },
            {
                "reference_type": "referral",
                "resource_type": "monitor",
                "resource_id": world.monitor.id,
                "resource_name": "",
            },
        ]


def test_an_edit_of_somebody_else_goes_by_the_same_rules() -> None:
    cloudflare = Cloudflare()
    add_pool(cloudflare, EUROPE)
    with pytest.raises(ApiError, match="1003"):
        add_pool(cloudflare, EUROPE)
    assert len(cloudflare.requests) == 0
