"""Stacks that join a load balancer, each through the real engine with its own state."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.engine.install.find import Engine
from cli.exit_codes import FAILED
from lab.api.faults import Effect, Fault
from lab.api.http import LoggedRequest
from lab.kube.cluster import Cluster
from tests.cli.geo import HOMES, World
from tests.cli.geo import world as make_world
from tests.cluster.objects import ingress
from tests.cluster.place import make_place
from tests.geo import APP


@pytest.fixture
def world(engine: Engine, plugin_folder: Path, tmp_path: Path) -> Iterator[World]:
    with make_world(engine, plugin_folder, tmp_path) as made:
        yield made


def is_creation(request: LoggedRequest) -> bool:
    return request.method == "POST" and "/zones/" in request.path and request.path.endswith("/load_balancers")


class TestJoining:
    @pytest.mark.parametrize("order", [("amber", "birch", "cedar"), ("cedar", "amber", "birch")], ids="-".join)
    def test_in_any_order_makes_one_load_balancer_of_all_pools(self, world: World, order: tuple[str, ...]) -> None:
        stacks = world.joined(*order)
        assert world.balanced() == sorted(one.pool for one in stacks)
        assert {name: world.addresses(name) for name in world.pools} == {
            one.pool: [HOMES[one.name][1]] for one in stacks
        }
        world.writes()
        told = [one.up() for one in stacks]
        # Nobody deletes what others have come to use: the state of who was first learns that they do.
        assert {change.split()[0] for change in told[0]} <= {"retain", "refresh"}
        assert told[-1] == []
        for one in stacks:
            done = one.document()
            assert (done["balancing"]["changes"], done["engine_runs"]) == ([], 0)
        assert world.writes() == []

    def test_at_the_same_time_on_an_empty_account_loses_no_pool(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stacks = world.member("amber"), world.member("birch")
        for one in stacks:
            one.wish()
        come, have_all_come = itertools.count(1), asyncio.Event()

        async def until_all_have_come(_seconds: float) -> None:
            if next(come) == len(stacks):
                have_all_come.set()
            await have_all_come.wait()

        # It is made so late that both see that there is none: the second is refused, and looks again.
        monkeypatch.setattr("lab.api.stand_in.asyncio", SimpleNamespace(sleep=until_all_have_come))
        late = Fault(Effect.LATENCY, method="POST", path="/zones/.*/load_balancers", seconds=1)
        world.account.cloudflare.faults.set([late])
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda one: one.document(), stacks))
        world.account.cloudflare.faults.clear()
        answers = [one.status for one in world.account.cloudflare.requests if is_creation(one)]
        assert answers == [HTTPStatus.OK, HTTPStatus.BAD_REQUEST]
        for one in stacks:
            one.up()
        assert world.balanced() == sorted(one.pool for one in stacks)
        world.writes()
        assert [one.up() for one in stacks] == [[], []]
        assert world.writes() == []


class TestALoadBalancerMadeByHand:
    def test_keeps_its_pool_and_its_settings_and_is_left_as_it_was(self, world: World) -> None:
        theirs = world.account.pool("by-hand", "198.51.100.1")
        world.account.balancer(theirs, steering_policy="random", ttl=120, description="mine")
        before, (amber,) = world.balancers[0], world.joined("amber")
        with_ours = world.balancers[0]
        assert with_ours.id == before.id
        assert world.named(*with_ours.default_pools) == ["by-hand", amber.pool]
        kept = ("steering_policy", "ttl", "description", "fallback_pool", "proxied")
        assert [with_ours.fields.get(one) for one in kept] == [before.fields.get(one) for one in kept]
        amber.leave()
        amber.up()
        after = world.balancers[0]
        assert (after.id, after.default_pools, after.fallback_pool) == (before.id, (theirs,), theirs)
        assert [after.fields.get(one) for one in kept] == [before.fields.get(one) for one in kept]
        assert world.pools.keys() == {"by-hand"}
        assert world.account.cloudflare.load_balancing.monitors == {}
        assert amber.up() == []

    def test_keeps_its_pool_untouched(self, world: World) -> None:
        world.account.balancer(world.account.pool("by-hand", "198.51.100.1"))
        before = world.pools["by-hand"]
        (amber,) = world.joined("amber")
        amber.leave()
        amber.up()
        assert world.pools == {"by-hand": before}


class TestAnAccountThatIsDown:
    def test_leaves_load_balancing_as_it_is_and_does_the_records(self, world: World) -> None:
        (amber,) = world.joined("amber")
        pools, balancers = world.pools, world.balancers
        world.writes()
        world.account.cloudflare.faults.set([Fault(Effect.SERVER_ERROR, path="/load_balancers", status=503)])
        amber.wish("203.0.113.99", names=({"name": "www", "targets": ["192.0.2.7"]},), weight=50)
        done = amber.inside.run("up", "--json")
        assert done.returncode == FAILED
        assert "load balancing stays as it is: Cloudflare answered 503" in " ".join(done.stderr.split())
        assert [one for one in world.writes() if "/load_balancers" in one[1]] == []
        assert (world.pools, world.balancers) == (pools, balancers)
        records = world.account.cloudflare.records(world.account.zone_id())
        assert {(one.name, one.content) for one in records if one.type == "A"} == {("www.example.com", "192.0.2.7")}
        world.account.cloudflare.faults.clear()
        amber.up()
        assert world.addresses(amber.pool) == ["203.0.113.99"]
        assert amber.up() == []


def test_a_cluster_that_cannot_be_read_fails_a_stack_of_load_balancing_alone(world: World, tmp_path: Path) -> None:
    cluster = {"server": "https://127.0.0.1:1"}
    away = {
        "clusters": [{"name": "away", "cluster": cluster}],
        "contexts": [{"name": "away", "context": {"cluster": "away", "user": "me"}}],
        "users": [{"name": "me", "user": {"token": "secret"}}],
        "current-context": "away",
    }
    kubeconfig = tmp_path / "away"
    kubeconfig.write_text(json.dumps(away))
    amber = world.member("amber")
    amber.inside.settings(owner="amber", geo={"location": "eu"}, cluster={"kubeconfig": str(kubeconfig), "timeout": 5})
    for command in ("up", "preview", "status"):
        done = amber.inside.run(command)
        assert done.returncode == FAILED
        assert "the own part of load balancing stays" in done.stderr
        assert "127.0.0.1:1" in done.stderr


def test_the_objects_of_a_cluster_are_balanced(world: World, kube_cluster: Cluster) -> None:
    place = make_place(kube_cluster, "balanced")
    here = {"kubeconfig": str(kube_cluster.kubeconfig), "namespaces": [place.namespace]}
    edge = ingress(APP, labels={"dns.external/geo-route": "true", "cluster-name": "home"})
    amber = world.member("amber")
    place.put(edge)
    amber.inside.settings(owner="amber", geo={"location": "eu"}, cluster=here)
    amber.up()
    assert world.balanced() == ["k8s-pool-home-eu"]
    assert world.addresses("k8s-pool-home-eu") == ["192.0.2.1"]
    assert amber.up() == []
    place.put(ingress(APP, at=[{"ip": "192.0.2.2"}], labels=edge["metadata"]["labels"]))
    amber.up()
    assert world.addresses("k8s-pool-home-eu") == ["192.0.2.2"]
    place.delete(edge)
    amber.up()
    assert world.is_empty()
