"""Names that objects of clusters ask for, through the real API server and the real engine."""

from __future__ import annotations

import pytest

from cli.exit_codes import REFUSED
from lab import remote
from lab.kube.cluster import Cluster
from lab.kube.proxy import proxied
from lab.world import FIRST_IPV4
from tests.cli.clusters import API, QUICK, WWW, at, contents, follow, marks, up
from tests.cli.conftest import Inside
from tests.cluster.objects import Manifest, endpoint_slice, gateway, ingress, listener, pod, route, service
from tests.cluster.place import Place, make_place

LISTING = ("GET", "dns_records")


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "up")


class TestARoute:
    def test_becomes_a_record_whose_mark_names_it(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations={"truenorth/ttl": "300"}))
        follow(inside, place)
        assert up(inside) == {f"{WWW}/A": "create", f"{WWW}/A/mark": "create"}
        assert inside.zone() == {f"{WWW}/A": "192.0.2.1"}
        assert inside.record("www")["ttl"] == 300
        assert marks(inside) == {f"httproute/{place.namespace}/web"}

    def test_that_is_as_it_was_needs_one_call_and_no_engine(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        up(inside)
        inside.calls()
        result = inside.result("up")
        assert (result["changes"], result["engine_runs"]) == ([], 0)
        assert inside.calls() == [LISTING]
        assert up(inside, "--always") == {}

    def test_that_is_deleted_while_nobody_looks_leaves_nothing_behind(self, inside: Inside, place: Place) -> None:
        """Routeflare left its record dangling."""
        place.put(gateway("192.0.2.1"), route(WWW), route(API, name="api"))
        follow(inside, place)
        up(inside)
        place.delete(route())
        assert up(inside) == {f"{WWW}/A": "delete", f"{WWW}/A/mark": "delete"}
        assert {one["name"] for one in remote.records(inside.places)} == {API, f"_truenorth-a.{API}"}

    def test_that_asks_for_another_name_changes_it(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        up(inside)
        place.put(route(API))
        up(inside)
        assert inside.zone() == {f"{API}/A": "192.0.2.1"}

    def test_follows_its_gateway(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        up(inside)
        place.put(gateway("192.0.2.2"))
        assert up(inside) == {f"{WWW}/A": "update"}
        assert contents(inside) == ["192.0.2.2"]

    def test_may_ask_for_the_wan_address(self, inside: Inside, place: Place) -> None:
        place.put(gateway(), route(WWW, annotations={"routeflare/content-mode": "ddns"}))
        follow(inside, place)
        up(inside)
        assert contents(inside) == [FIRST_IPV4]
        remote.set_address(inside.places, "203.0.113.8")
        assert up(inside) == {f"{WWW}/A": "update"}
        assert contents(inside) == ["203.0.113.8"]

    def test_in_none_of_our_zones_is_nobodys_business(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route("www.example.net"))
        follow(inside, place)
        assert up(inside) == {}

    def test_does_not_get_the_record_of_somebody_else(self, inside: Inside, place: Place) -> None:
        foreign = {"name": WWW, "type": "A", "content": "198.51.100.80", "ttl": 300, "proxied": False}
        remote.edit_record(inside.places, foreign)
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        assert up(inside) == {}
        assert contents(inside) == ["198.51.100.80"]


class TestEverySource:
    def test_in_one_run(self, inside: Inside, place: Place) -> None:
        place.put(
            gateway("192.0.2.1", listeners=[listener(), listener("tls", "TLS", 443)]),
            route(WWW),
            route("rpc.example.com", kind="GRPCRoute"),
            route("tls.example.com", kind="TLSRoute"),
            ingress(API, at=[{"hostname": "lb.example.net"}]),
            service("LoadBalancer", at=[{"ip": "192.0.2.2"}], annotations={"truenorth/hostname": "lb.example.com"}),
            service("ClusterIP", name="pods", annotations={"truenorth/hostname": "pods.example.com"}, clusterIP="None"),
            endpoint_slice(pod("2001:db8::1"), of="pods", kind="IPv6"),
        )
        every = ["gateway-httproute", "gateway-grpcroute", "gateway-tlsroute", "ingress", "service"]
        follow(inside, place, sources=every)
        up(inside)
        assert inside.zone() == {
            f"{WWW}/A": "192.0.2.1",
            "rpc.example.com/A": "192.0.2.1",
            "tls.example.com/A": "192.0.2.1",
            f"{API}/CNAME": "lb.example.net",
            "lb.example.com/A": "192.0.2.2",
            "pods.example.com/AAAA": "2001:db8::1",
        }
        kinds = {mark.partition("/")[0] for mark in marks(inside)}
        assert kinds == {"httproute", "grpcroute", "tlsroute", "ingress", "service"}
        assert up(inside) == {}


class TestADefaultTarget:
    def test_is_where_objects_behind_a_router_point_and_its_change_is_no_matter_for_the_guard(
        self, inside: Inside, place: Place
    ) -> None:
        names = [f"n{number}.example.com" for number in range(12)]
        place.put(*(ingress(one, at=[{"ip": "203.0.113.50"}], name=one.partition(".")[0]) for one in names))
        inside.settings(sources=["ingress"], cluster=at(place), guard={})
        up(inside)
        assert inside.zone() == {f"{one}/A": "203.0.113.50" for one in names}
        inside.settings(sources=["ingress"], cluster=at(place, default_targets={"ingress": "ddns"}), guard={})
        up(inside)
        assert inside.zone() == {f"{one}/A": FIRST_IPV4 for one in names}
        remote.set_address(inside.places, "203.0.113.8")
        up(inside)
        assert set(inside.zone().values()) == {"203.0.113.8"}


class TestDrift:
    """Routeflare put it right only when it was restarted."""

    def test_of_a_record_that_was_changed_is_corrected(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        up(inside)
        remote.edit_record(inside.places, {"id": inside.record("www")["id"], "content": "198.51.100.66"})
        assert up(inside) == {f"{WWW}/A": "correct"}
        assert contents(inside) == ["192.0.2.1"]

    def test_of_a_record_that_was_deleted_is_restored(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        up(inside)
        remote.delete_record(inside.places, inside.record("www")["id"])
        assert up(inside) == {f"{WWW}/A": "restore"}
        assert contents(inside) == ["192.0.2.1"]


class TestConflicts:
    def test_a_name_of_the_settings_is_the_settings_and_the_owner_is_told(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place, "www")
        result = inside.result("up")
        assert contents(inside) == [FIRST_IPV4]
        (complaint,) = result["complaints"]
        assert f"HTTPRoute {place.namespace}/web: it does not get {WWW}: the settings have it too" in complaint["text"]
        assert marks(inside) == {"settings/names/www"}

    def test_a_bad_annotation_skips_its_object_only(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW), route(API, name="api"))
        follow(inside, place)
        up(inside)
        place.put(gateway("192.0.2.2"), route(WWW, annotations={"truenorth/ttl": "soon"}))
        result = inside.result("up")
        assert (contents(inside), contents(inside, API)) == (["192.0.2.1"], ["192.0.2.2"])
        (complaint,) = result["complaints"]
        assert complaint["object"] | {"cluster": ""} == {
            "cluster": "",
            "kind": "HTTPRoute",
            "namespace": place.namespace,
            "name": "web",
        }
        assert (complaint["annotation"], complaint["value"]) == ("truenorth/ttl", "soon")
        place.put(route(WWW))
        assert up(inside) == {f"{WWW}/A": "update"}


class TestDeletions:
    def test_no_purge_and_upsert_only_keep_what_nobody_asks_for(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        up(inside)
        place.delete(route())
        assert up(inside, "--no-purge") == {}
        follow(inside, place, policy="upsert-only")
        assert up(inside) == {}
        assert contents(inside) == ["192.0.2.1"]
        assert set(up(inside, "--purge").values()) == {"delete"}
        assert remote.records(inside.places) == []

    def test_of_a_hundred_routes_at_once_are_refused_until_they_are_allowed(self, inside: Inside, place: Place) -> None:
        many: list[Manifest] = [route(f"n{number:02}.example.com", name=f"n{number:02}") for number in range(100)]
        place.put(gateway("192.0.2.1"), *many)
        follow(inside, place)
        up(inside)
        path = f"/apis/gateway.networking.k8s.io/v1/namespaces/{place.namespace}/httproutes"
        place.cluster.admin.call("DELETE", path)
        done = inside.run("up")
        assert done.returncode == REFUSED, done.stderr
        assert "100 of the 100 records of ours in example.com (100 %) would be deleted" in " ".join(done.stderr.split())
        assert len(inside.zone()) == 100
        assert set(up(inside, "--force").values()) == {"delete"}
        assert remote.records(inside.places) == []

    def test_of_the_sources_setting_delete_what_was_made_for_them(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place, "own")
        up(inside)
        inside.settings("own")
        assert up(inside) == {f"{WWW}/A": "delete", f"{WWW}/A/mark": "delete"}

    def test_of_the_gateway_api_itself_are_no_deletions_of_routes(self, inside: Inside, place: Place) -> None:
        """Nobody says that the routes are gone: the kind is. It is waited for, and its records stay."""
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        up(inside)
        place.cluster.remove_gateway_api()
        try:
            assert up(inside) == {}
        finally:
            place.cluster.install_gateway_api()
        assert contents(inside) == ["192.0.2.1"]
        place.put(gateway("192.0.2.2"), route(WWW))
        assert up(inside) == {f"{WWW}/A": "update"}


class TestPlainPulumi:
    def test_up_gives_the_same_result_and_the_same_state(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW), route(API, name="api", annotations={"truenorth/ttl": "300"}))
        follow(inside, place)
        file = ("--config-file", str(inside.settings_file))
        inside.pulumi("stack", "init", "--no-select")
        inside.pulumi("up", "--yes", "--skip-preview", *file)
        assert inside.zone() == {f"{WWW}/A": "192.0.2.1", f"{API}/A": "192.0.2.1"}
        assert up(inside) == {}
        assert up(inside, "--always") == {}
        place.delete(route())
        up(inside)
        inside.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)
        assert inside.zone() == {f"{API}/A": "192.0.2.1"}

    def test_up_keeps_what_cannot_be_read(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        with proxied(place.cluster) as proxy:
            cluster = at(place, kubeconfig=str(proxy.kubeconfig()))
            follow(inside, place, cluster=cluster)
            up(inside)
        place.delete(route())
        follow(inside, place, "own", cluster=cluster | {"timeout": QUICK})
        done = inside.pulumi("up", "--yes", "--skip-preview", "--config-file", str(inside.settings_file))
        assert inside.zone() == {f"{WWW}/A": "192.0.2.1", "own.example.com/A": FIRST_IPV4}
        assert f"the httproutes of the cluster at {proxy.server} cannot be read" in done.stdout + done.stderr
