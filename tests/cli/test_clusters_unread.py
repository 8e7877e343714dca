"""Clusters of which something cannot be read: what was made for their objects stays, the rest is done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import remote
from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy, proxied
from tests.cli.clusters import API, QUICK, ROUTES, WWW, at, contents, follow, marks, up, up_in_part
from tests.cli.conftest import PATIENCE, Inside
from tests.cluster.objects import gateway, ingress, route
from tests.cluster.place import Place, make_place


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "up")


@pytest.fixture
def proxy(kube_cluster: Cluster) -> Iterator[Proxy]:
    with proxied(kube_cluster) as made:
        yield made


class TestWhatIsNotKnown:
    def test_a_gateway_that_loses_its_addresses_keeps_the_record(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place)
        up(inside)
        place.put(gateway())
        result = inside.result("up")
        assert (result["changes"], contents(inside)) == ([], ["192.0.2.1"])
        (frozen,) = result["frozen"]
        assert "has no addresses" in frozen["reason"]

    @pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
    def test_a_cluster_out_of_reach_keeps_all_and_is_told(self, inside: Inside, place: Place, silent: bool) -> None:  # noqa: FBT001 - a parameter
        place.put(gateway("192.0.2.1"), route(WWW))
        with proxied(place.cluster) as proxy:
            cluster = at(place, kubeconfig=str(proxy.kubeconfig()))
            inside.settings("own", sources=ROUTES, cluster=cluster)
            up(inside)
            place.delete(route())
            inside.settings("own", "new", sources=ROUTES, cluster=cluster | {"timeout": QUICK})
            if silent:
                proxy.go_silent()
                told = up_in_part(inside)
        if not silent:
            told = up_in_part(inside)
        did, message = told
        assert did == {"new.example.com/A": "create", "new.example.com/A/mark": "create"}
        assert contents(inside) == ["192.0.2.1"]
        assert f"what was made for its objects stays: the httproutes of the cluster at {proxy.server}" in message
        assert f"is {proxy.server} the right address, and up?" in message

    def test_before_the_first_run_makes_the_rest(self, inside: Inside, place: Place) -> None:
        with proxied(place.cluster) as proxy:
            kubeconfig = str(proxy.kubeconfig())
        inside.settings("own", sources=ROUTES, cluster=at(place, kubeconfig=kubeconfig, timeout=QUICK))
        did, _ = up_in_part(inside)
        assert did == {"own.example.com/A": "create", "own.example.com/A/mark": "create"}

    def test_an_api_server_that_was_restarted_is_read_again(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW), route(API, name="api"))
        follow(inside, place)
        up(inside)
        place.delete(route())
        place.cluster.stop_api_server()
        try:
            follow(inside, place, cluster=at(place, timeout=QUICK))
            assert up_in_part(inside)[0] == {}
        finally:
            place.cluster.start_api_server()
        follow(inside, place)
        assert set(up(inside).values()) == {"delete"}
        assert inside.zone() == {f"{API}/A": "192.0.2.1"}

    def test_a_kind_that_may_not_be_read_holds_up_no_other(self, inside: Inside, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW), ingress(API, at=[{"ip": "192.0.2.2"}]))
        both = ["gateway-httproute", "ingress"]
        follow(inside, place, sources=both)
        up(inside)
        place.delete(ingress())
        place.put(gateway("192.0.2.3"))
        user = place.cluster.service_account(
            f"{place.namespace}-routes",
            [
                {
                    "apiGroups": ["gateway.networking.k8s.io"],
                    "resources": ["httproutes", "gateways", "listenersets"],
                    "verbs": ["list", "watch"],
                },
                {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list", "watch"]},
            ],
        )
        follow(inside, place, sources=both, cluster=at(place, kubeconfig=str(user.kubeconfig)))
        did, message = up_in_part(inside)
        assert did == {f"{WWW}/A": "update"}
        assert (contents(inside), contents(inside, API)) == (["192.0.2.3"], ["192.0.2.2"])
        assert "what was made for its objects stays: the ingresses" in message
        assert "list" in message
        assert user.full_name in message
        follow(inside, place, sources=both)
        assert set(up(inside).values()) == {"delete"}


class TestTwoClusters:
    """One API server behind two kubeconfigs, of which one can be cut off."""

    def settings(self, inside: Inside, east: Place, west: Place, proxy: Proxy, *, timeout: float = PATIENCE) -> None:
        clusters = [
            at(east, name="east"),
            at(west, name="west", kubeconfig=str(proxy.kubeconfig()), timeout=timeout),
        ]
        inside.settings(sources=ROUTES, clusters=clusters, cluster={"merge": "all"})

    def test_share_a_name_and_one_out_of_reach_keeps_its_part(
        self, inside: Inside, place: Place, kube_cluster: Cluster, proxy: Proxy
    ) -> None:
        east, west = place, make_place(kube_cluster, "west")
        east.put(gateway("192.0.2.1"), route(WWW))
        west.put(gateway("198.51.100.1"), route(WWW), route(API, name="api"))
        self.settings(inside, east, west, proxy)
        up(inside)
        assert contents(inside) == ["192.0.2.1", "198.51.100.1"]
        assert contents(inside, API) == ["198.51.100.1"]
        assert marks(inside) == {f"east/httproute/{east.namespace}/web", f"west/httproute/{west.namespace}/api"}
        proxy.go_silent()
        self.settings(inside, east, west, proxy, timeout=QUICK)
        east.put(gateway("192.0.2.2"))
        west.put(gateway("198.51.100.2"))
        _, message = up_in_part(inside)
        assert contents(inside) == ["192.0.2.2", "198.51.100.1"]
        assert contents(inside, API) == ["198.51.100.1"]
        assert "the httproutes of the cluster west at" in message
        assert "the cluster east" not in message
        assert up_in_part(inside)[0] == {}
        proxy.speak()
        self.settings(inside, east, west, proxy)
        up(inside)
        assert contents(inside) == ["192.0.2.2", "198.51.100.2"]
        assert up(inside) == {}

    def test_one_that_leaves_the_name_takes_its_part_along(
        self, inside: Inside, place: Place, kube_cluster: Cluster, proxy: Proxy
    ) -> None:
        east, west = place, make_place(kube_cluster, "west")
        east.put(gateway("192.0.2.1"), route(WWW))
        west.put(gateway("198.51.100.1"), route(WWW))
        self.settings(inside, east, west, proxy)
        up(inside)
        east.delete(route())
        up(inside)
        assert contents(inside) == ["198.51.100.1"]
        west.delete(route())
        up(inside)
        assert remote.records(inside.places) == []

    def test_one_that_is_taken_out_of_the_settings_takes_its_part_along(
        self, inside: Inside, place: Place, kube_cluster: Cluster, proxy: Proxy
    ) -> None:
        east, west = place, make_place(kube_cluster, "west")
        east.put(gateway("192.0.2.1"), route(WWW))
        west.put(gateway("198.51.100.1"), route(WWW), route(API, name="api"))
        self.settings(inside, east, west, proxy)
        up(inside)
        inside.settings(sources=ROUTES, clusters=[at(east, name="east")])
        up(inside)
        assert inside.zone() == {f"{WWW}/A": "192.0.2.1"}
