"""Each way of running a program of load balancing, through the real engine: operations, and what the API is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from lab.cloudflare.load_balancing.edits import change_load_balancer
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from lab.plugin.cloudflare.provider import version
from tests.lab.plugin.cloudflare.recording_balancing import ACCOUNT, MONITORS, POOLS, BalancingApi
from tests.lab.plugin.program import Kind, Program, new_program
from tests.lab.plugin.recording_api import ZONE, recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("attached")]

LOAD_BALANCERS = f"/zones/{ZONE}/load_balancers"
ORIGIN = {"name": "origin-eu", "address": "192.0.2.1"}
SENT_ORIGIN = {**ORIGIN, "enabled": True, "flatten_cname": True, "weight": 1}
GERMANY = {"latitude": 50.1109, "longitude": 8.6821}


def monitor(resource: str) -> dict[str, object]:
    del resource
    return {"accountId": ACCOUNT, "type": "https", "expectedCodes": "200"}


def pool(resource: str) -> dict[str, object]:
    return {"accountId": ACCOUNT, "name": resource, "origins": [ORIGIN], **GERMANY}


def load_balancer(resource: str) -> dict[str, object]:
    return {"zoneId": ZONE, "name": f"{resource}.example.com", "proxied": True, "steeringPolicy": "proximity"}


MONITOR = Kind("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor", version(), monitor)
POOL = Kind("cloudflare:index/loadBalancerPool:LoadBalancerPool", version(), pool)
LOAD_BALANCER = Kind("cloudflare:index/loadBalancer:LoadBalancer", version(), load_balancer)


@pytest.fixture
def balancing() -> Iterator[BalancingApi]:
    balancing = BalancingApi()
    with recording(balancing, "/client/v4"):
        yield balancing


@pytest.fixture
def program(
    environment: dict[str, str],
    balancing: BalancingApi,
    tmp_path: Path,
    loops_closed: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    del environment, loops_closed
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", balancing.url)
    return new_program(POOL, balancing, tmp_path)


def whole(program: Program, *pools: str, **changes: Any) -> None:  # noqa: ANN401 - inputs of any type
    """A monitor, pools with it, and a load balancer over the pools."""
    program.records.clear()
    program.put("monitor", of=MONITOR)
    for name in pools:
        program.put(name, monitor=lambda: program.made["monitor"].id)
    program.put(
        "app",
        of=LOAD_BALANCER,
        **{
            "defaultPools": lambda: [program.made[name].id for name in pools],
            "fallbackPool": lambda: program.made[pools[-1]].id,
            **changes,
        },
    )


def the_id(program: Program, name: str) -> str:
    return str(program.state(name)["id"])


class TestCreating:
    def test_defaults_are_filled_in_and_what_is_unset_is_not_sent(self, program: Program) -> None:
        whole(program, "eu")
        run = program.up()
        assert run.error == ""
        assert run.operations == [("create", name) for name in ("monitor", "eu", "app")]
        assert run.lines == [f"POST {path}" for path in (MONITORS, POOLS, LOAD_BALANCERS)]
        pool_id = the_id(program, "eu")
        assert [request.body for request in run.requests] == [
            {
                "allow_insecure": False,
                "description": "",
                "expected_body": "",
                "expected_codes": "200",
                "follow_redirects": False,
                "interval": 60,
                "probe_zone": "",
                "retries": 2,
                "timeout": 5,
                "type": "https",
            },
            {
                "description": "",
                "enabled": True,
                "minimum_origins": 1,
                "monitor": the_id(program, "monitor"),
                "name": "eu",
                "notification_email": "",
                "origins": [SENT_ORIGIN],
                **GERMANY,
            },
            {
                "default_pools": [pool_id],
                "enabled": True,
                "fallback_pool": pool_id,
                "name": "app.example.com",
                "proxied": True,
                "session_affinity": "none",
                "steering_policy": "proximity",
            },
        ]

    def test_a_preview_of_all_at_once_asks_nothing(self, program: Program) -> None:
        whole(program, "eu", "us")
        run = program.preview()
        assert (run.error, run.lines, len(run.operations)) == ("", [], 4)


class TestUnchanged:
    def test_what_is_unset_stays_unset(self, program: Program) -> None:
        whole(program, "eu", "us")
        program.up()
        assert program.up().lines == []
        refreshed = program.up(refresh=True)
        assert {operation for operation, _ in refreshed.operations} == {"refresh", "same"}
        assert {line.partition(" ")[0] for line in refreshed.lines} == {"GET"}
        assert len(refreshed.lines) == 4

    def test_defaults_spelled_out_are_no_change(self, program: Program) -> None:
        whole(program, "eu")
        program.up()
        whole(program, "eu", enabled=True, sessionAffinity="none", networks=None)
        spelled = {"enabled": True, "minimumOrigins": 1, "description": "", "notificationEmail": ""}
        kind, inputs, opts = program.records["eu"]
        program.records["eu"] = (kind, inputs | spelled, opts)
        run = program.up()
        assert {operation for operation, _ in run.operations} == {"same"}

    def test_everything_given_stays_as_it_is(self, program: Program) -> None:
        origins = [{**ORIGIN, "header": {"hosts": ["app.example.com"]}, "enabled": False}]
        program.put(
            "eu",
            origins=origins,
            loadShedding={"defaultPercent": 5},
            originSteering={"policy": "hash"},
            notificationFilter={"pool": {"healthy": False}},
            checkRegions=["WEU"],
        )
        first = program.up()
        assert first.requests[0].body["origins"] == [
            {**SENT_ORIGIN, "enabled": False, "header": {"Host": ["app.example.com"]}}
        ]
        assert first.requests[0].body["load_shedding"] == {
            "default_percent": 5,
            "default_policy": "random",
            "session_percent": 0,
            "session_policy": "hash",
        }
        assert first.requests[0].body["notification_filter"] == {"pool": {"healthy": False}}
        assert program.up(refresh=True).operations == [("refresh", "eu"), ("same", "eu")]


class TestUpdating:
    def test_a_change_of_a_pool_overwrites_it_whole(self, program: Program) -> None:
        changes: dict[str, dict[str, Any]] = {
            "address": {"origins": [{**ORIGIN, "address": "192.0.2.2"}]},
            "origin": {"origins": [ORIGIN, {"name": "two", "address": "192.0.2.2"}]},
            "name": {"name": "other"},
        }
        for name in changes:
            program.put(name)
        program.up()
        for name, change in changes.items():
            program.put(name, **change)
        run = program.up()
        assert sorted(run.operations) == sorted(("update", name) for name in changes)
        assert sorted(run.lines) == sorted(f"PUT {POOLS}/{the_id(program, name)}" for name in changes)
        sent = {"description", "enabled", "latitude", "longitude", "minimum_origins", "name", "notification_email"}
        assert [set(request.body) for request in run.requests] == [sent | {"origins"}] * 3
        assert all("origins" in run.named[name] for name in ("address", "origin"))
        assert ["name" in run.named[name] for name in ("address", "origin", "name")] == [False, False, True]
        assert {operation for operation, _ in program.up(refresh=True).operations} == {"refresh", "same"}

    def test_a_change_of_a_load_balancer_overwrites_it_whole(self, program: Program) -> None:
        changes: dict[str, dict[str, Any]] = {
            "name": {"name": "other.example.com"},
            "pools": {"defaultPools": ["0" * 32, "1" * 32]},
        }
        for name in changes:
            program.put(name, of=LOAD_BALANCER, **over("0" * 32))
        program.up()
        for name, change in changes.items():
            program.put(name, of=LOAD_BALANCER, **(over("0" * 32) | change))
        run = program.up()
        assert sorted(run.operations) == [("update", name) for name in changes]
        assert sorted(run.lines) == sorted(f"PUT {LOAD_BALANCERS}/{the_id(program, name)}" for name in changes)
        assert [request.body["fallback_pool"] for request in run.requests] == ["0" * 32] * 2

    def test_what_is_no_longer_set_is_sent_as_null(self, program: Program) -> None:
        program.put("eu")
        program.up()
        program.put("eu", latitude=None, longitude=None)
        body = program.up().requests[0].body
        assert (body["latitude"], body["longitude"]) == (None, None)

    def test_another_account_is_a_new_pool(self, program: Program) -> None:
        program.put("eu")
        program.up()
        old = the_id(program, "eu")
        program.put("eu", accountId="f" * 32)
        run = program.up()
        assert run.lines == [f"POST /accounts/{'f' * 32}/load_balancers/pools", f"DELETE {POOLS}/{old}"]

    def test_origins_that_are_not_sorted_are_an_update_at_every_refresh(self, program: Program) -> None:
        program.put("eu", origins=[{"name": "b", "address": "192.0.2.1"}, {"name": "a", "address": "192.0.2.2"}])
        program.up()
        assert program.up().operations == [("same", "eu")]
        for _ in range(2):
            assert program.up(refresh=True).operations == [("refresh", "eu"), ("update", "eu")]


class TestLeaving:
    def test_monitor_and_pool_go_in_this_order_after_the_load_balancer(self, program: Program) -> None:
        whole(program, "eu")
        program.put("last", of=MONITOR)
        program.put("us", monitor=lambda: program.made["last"].id)
        pools: dict[str, Any] = {
            "defaultPools": lambda: [program.made["eu"].id, program.made["us"].id],
            "fallbackPool": lambda: program.made["eu"].id,
        }
        del program.records["app"]  # it comes after the pools
        program.put("app", of=LOAD_BALANCER, **pools)
        assert program.up().error == ""
        app, us, last = (the_id(program, name) for name in ("app", "us", "last"))
        whole(program, "eu")
        run = program.up()
        assert run.lines == [f"PUT {LOAD_BALANCERS}/{app}", f"DELETE {POOLS}/{us}", f"DELETE {MONITORS}/{last}"]

    def test_a_retained_load_balancer_is_only_dropped_from_state(
        self, program: Program, balancing: BalancingApi
    ) -> None:
        program.put("app", pulumi.ResourceOptions(retain_on_delete=True), of=LOAD_BALANCER, **over("0" * 32))
        program.up()
        program.drop("app")
        assert program.up().lines == []
        assert len(balancing.entries) == 1


def over(*pools: str) -> dict[str, Any]:
    return {"defaultPools": list(pools), "fallbackPool": pools[0]}


class TestImporting:
    def test_a_load_balancer_of_others_is_joined_in_one_run(self, program: Program, balancing: BalancingApi) -> None:
        theirs = "a" * 32
        there = {"name": "app.example.com", "proxied": True, "steering_policy": "proximity", "enabled": True}
        made = {"default_pools": [theirs], "fallback_pool": theirs, "session_affinity": "none", "ttl": 30}
        app = balancing.add(LOAD_BALANCERS, **there, **made)
        program.put("eu")
        program.put(
            "app",
            pulumi.ResourceOptions(import_=f"{ZONE}/{app}", retain_on_delete=True),
            of=LOAD_BALANCER,
            defaultPools=lambda: [theirs, program.made["eu"].id],
            fallbackPool=theirs,
        )
        run = program.up()
        assert run.error == ""
        assert run.operations == [("create", "eu"), ("import", "app"), ("update", "app")]
        path = f"{LOAD_BALANCERS}/{app}"
        assert run.lines == [f"POST {POOLS}", f"GET {path}", f"GET {path}", f"PUT {path}"]
        assert run.requests[-1].body["default_pools"] == [theirs, the_id(program, "eu")]
        # What the API fills in and the program leaves out is not known any more once anything changes: it is not sent.
        assert "ttl" not in run.requests[-1].body
        program.records["app"] = (LOAD_BALANCER, program.records["app"][1], None)
        assert program.up().lines == []

    def test_the_option_set_on_what_is_in_state_deletes_it(self, program: Program, balancing: BalancingApi) -> None:
        kinds = {"pool": (POOL, POOLS), "monitor": (MONITOR, MONITORS), "app": (LOAD_BALANCER, LOAD_BALANCERS)}
        for name, (kind, _) in kinds.items():
            program.put(name, of=kind, **(over("0" * 32) if kind is LOAD_BALANCER else {}))
        program.up()
        expected: list[str] = []
        for name, (kind, collection) in kinds.items():
            owner, entry = ZONE if kind is LOAD_BALANCER else ACCOUNT, the_id(program, name)
            importing = pulumi.ResourceOptions(import_=f"{owner}/{entry}")
            program.put(name, importing, of=kind, **(over("0" * 32) if kind is LOAD_BALANCER else {}))
            expected += [f"GET {collection}/{entry}"] * 2 + [f"DELETE {collection}/{entry}"]
        assert sorted(program.up().lines) == sorted(expected)
        assert balancing.entries == {}

    def test_what_is_not_there_fails(self, program: Program) -> None:
        program.put("eu", pulumi.ResourceOptions(import_=f"{ACCOUNT}/{'0' * 32}"))
        assert "404 Not Found" in program.up().error

    def test_an_id_without_the_account_fails(self, program: Program) -> None:
        program.put("eu", pulumi.ResourceOptions(import_="0" * 32))
        assert 'expected urlencoded segments "<account_id>/<pool_id>"' in program.up().error


class TestDrift:
    def test_a_change_outside_is_undone_with_a_refresh(self, program: Program, balancing: BalancingApi) -> None:
        program.put("eu")
        program.up()
        path = f"{POOLS}/{the_id(program, 'eu')}"
        balancing.entries[path]["origins"][0]["address"] = "198.51.100.1"
        assert program.up().operations == [("same", "eu")]
        run = program.up(refresh=True)
        assert run.lines == [f"GET {path}", f"PUT {path}"]
        assert balancing.entries[path]["origins"] == [SENT_ORIGIN]

    def test_what_was_deleted_outside_is_created_with_a_refresh(
        self, program: Program, balancing: BalancingApi
    ) -> None:
        program.put("eu")
        program.up()
        balancing.entries.clear()
        assert program.up(refresh=True).operations[-1] == ("create", "eu")
        assert len(balancing.entries) == 1


class TestAgainstTheLab:
    @pytest.fixture
    def cloudflare(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloudflare]:
        cloudflare = Cloudflare()
        cloudflare.add_zone("example.com")
        cloudflare.add_token("the-token")
        with serve(cloudflare) as url:
            monkeypatch.setenv("CLOUDFLARE_BASE_URL", url)
            yield cloudflare

    def declare(self, program: Program, cloudflare: Cloudflare, **changes: Any) -> None:  # noqa: ANN401 - likewise
        (zone,) = cloudflare.zones
        account = cloudflare.account.id
        program.records.clear()
        program.put("monitor", of=MONITOR, accountId=account)
        program.put("eu", accountId=account, monitor=lambda: program.made["monitor"].id)
        ours: dict[str, Any] = {
            "zoneId": zone,
            "defaultPools": lambda: [program.made["eu"].id],
            "fallbackPool": lambda: program.made["eu"].id,
        }
        program.put("app", of=LOAD_BALANCER, **{**ours, **changes})

    def test_explicit_values_are_stable_drift_is_put_right_and_all_is_deleted(
        self, program: Program, cloudflare: Cloudflare
    ) -> None:
        self.declare(program, cloudflare)
        assert program.up().error == ""
        refreshed = program.up(refresh=True)
        assert {operation for operation, _ in refreshed.operations} == {"refresh", "same"}
        (made,) = cloudflare.load_balancing.load_balancers.values()
        change_load_balancer(cloudflare, made.id, {"steering_policy": "random"})
        assert ("update", "app") in program.up(refresh=True).operations
        assert cloudflare.load_balancing.load_balancers[made.id].steering_policy == "proximity"
        program.records.clear()
        run = program.up()
        assert [operation for operation, _ in run.operations] == ["delete"] * 3
        assert not cloudflare.load_balancing.pools
        assert not cloudflare.load_balancing.monitors

    def test_steering_left_to_the_api_does_not_drift(self, program: Program, cloudflare: Cloudflare) -> None:
        self.declare(program, cloudflare, steeringPolicy=None)
        program.up()
        for _ in range(2):
            assert ("same", "app") in program.up(refresh=True).operations

    def test_a_refusal_tells_what_the_api_said(self, program: Program, cloudflare: Cloudflare) -> None:
        self.declare(program, cloudflare, name="app.example.org")
        run = program.up()
        assert "400 Bad Request" in run.error
        assert "must be a hostname in zone" in run.error
