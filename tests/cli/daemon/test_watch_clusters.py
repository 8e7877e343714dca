"""`truenorth watch` with a real cluster: its objects are followed, and what is not known of them stays."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from lab import remote
from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy, proxied
from lab.world import FIRST_IPV4
from tests.cli.conftest import PATIENCE, Inside
from tests.cli.daemon.watching import ended, told, until, watching
from tests.cluster.objects import Manifest, condition, gateway, refusal, route, said_by
from tests.cluster.place import Place, make_place

WWW, API = "www.example.com", "api.example.com"
OWN = {"own.example.com/A": FIRST_IPV4}
DDNS = {"truenorth/content-mode": "ddns"}
QUICK = 2.0
"""Seconds after which a cluster that does not answer is unknown."""


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "watch")


@pytest.fixture
def proxy(kube_cluster: Cluster) -> Iterator[Proxy]:
    with proxied(kube_cluster) as made:
        yield made


def follow(
    inside: Inside,
    place: Place,
    *names: object,
    proxy: Proxy | None = None,
    timeout: float = PATIENCE,
    **others: Any,  # noqa: ANN401 - any setting
) -> None:
    """Write the settings of a stack that names this place's routes, which are read by a proxy if there is one."""
    kubeconfig = proxy.kubeconfig() if proxy else place.cluster.kubeconfig
    cluster = {"kubeconfig": str(kubeconfig), "namespaces": [place.namespace], "timeout": timeout}
    inside.settings(*names, sources=["gateway-httproute"], cluster=cluster, **others)


def until_done(watcher: subprocess.Popen[str], *actions: tuple[str, str]) -> list[dict[str, Any]]:
    """All events until these records have changed so, which may take several results."""
    events: list[dict[str, Any]] = []
    left = set(actions)
    while left:
        events += until(watcher, "result")
        left -= {(change["resource"], change["action"]) for change in events[-1]["changes"]}
    return events


def until_unread(watcher: subprocess.Popen[str]) -> dict[str, Any]:
    """The next news that a source cannot be read."""
    while not (news := told(watcher, "source"))["reason"]:
        pass  # it says that it can be
    return news


class TestObjects:
    def test_are_followed_as_they_come_change_and_go(self, inside: Inside, place: Place) -> None:
        follow(inside, place, "own")
        place.put(gateway("192.0.2.1"))
        with watching(inside) as watcher:
            told(watcher, "result")
            assert inside.zone() == OWN
            place.put(route(WWW))
            until_done(watcher, (f"{WWW}/A", "create"))
            assert inside.zone() == {f"{WWW}/A": "192.0.2.1", **OWN}
            place.put(route(API))
            until_done(watcher, (f"{WWW}/A", "delete"), (f"{API}/A", "create"))
            assert inside.zone() == {f"{API}/A": "192.0.2.1", **OWN}
            place.put(gateway("192.0.2.2"))
            until_done(watcher, (f"{API}/A", "update"))
            assert inside.zone() == {f"{API}/A": "192.0.2.2", **OWN}
            place.delete(route())
            until_done(watcher, (f"{API}/A", "delete"))
            assert inside.zone() == OWN
            assert ended(watcher) == 0

    def test_that_were_deleted_while_nobody_watched_are_noticed_at_the_start(
        self, inside: Inside, place: Place
    ) -> None:
        follow(inside, place, "own")
        place.put(gateway("192.0.2.1"), route(WWW), route(API, name="api"))
        inside.result("up")
        place.delete(route())
        with watching(inside) as watcher:
            until_done(watcher, (f"{WWW}/A", "delete"), (f"{WWW}/A/mark", "delete"))
            assert inside.zone() == {f"{API}/A": "192.0.2.1", **OWN}
            assert ended(watcher) == 0

    def test_of_other_zones_and_changes_that_change_nothing_call_no_api(self, inside: Inside, place: Place) -> None:
        follow(inside, place, "own")
        place.put(gateway("192.0.2.1"), route(WWW))
        with watching(inside) as watcher:
            until_done(watcher, (f"{WWW}/A", "create"))
            inside.calls()
            place.put(route("www.example.net", name="elsewhere"))
            place.put(route(WWW, labels={"team": "shop"}))
            # The next result is that of this change: whatever was done before it shows in the log too.
            place.put(route(WWW, labels={"team": "shop"}, annotations={"truenorth/ttl": "300"}))
            until_done(watcher, (f"{WWW}/A", "update"))
            methods = [method for method, _ in inside.calls()]
            assert [one for one in methods if one != "GET"] == ["PUT"]
            assert methods.count("GET") <= 2, "of that change, and of what came before the turn of the first was over"
            assert ended(watcher) == 0

    def test_of_which_controllers_change_their_word_all_the_time_stay_as_they_are(
        self, inside: Inside, place: Place
    ) -> None:
        """Not ready now, and two controllers that overwrite each other (envoyproxy/gateway#9128 and #4264)."""
        follow(inside, place)
        far, edge = {"name": "far"}, {"name": "edge"}
        place.put(gateway("192.0.2.1"), gateway("192.0.2.2", name="far"), route(WWW, refs=[edge, far]))
        with watching(inside) as watcher:
            until_done(watcher, (f"{WWW}/A", "create"))
            inside.calls()
            words: tuple[list[Manifest], ...] = (
                [said_by(edge, condition())],
                [said_by(far, condition()), said_by(edge, refusal("NoReadyListeners"))],
                [said_by(edge, refusal("NoReadyListeners")), said_by(far, refusal("Pending"))],
                [],
            )
            for said in words:
                place.put(route(WWW, refs=[edge, far], parents=said))
            # The next result with a change is that of this one: what was done before it shows in the log too.
            place.put(route(API, name="api"))
            until_done(watcher, (f"{API}/A", "create"))
            written = [one for one in inside.calls() if one[0] != "GET"]
            assert len(written) == 1
            assert {one["content"] for one in remote.records(inside.places) if one["name"] == WWW} == {
                "192.0.2.1",
                "192.0.2.2",
            }
            assert ended(watcher) == 0

    def test_with_a_bad_annotation_are_told_and_keep_what_they_have(self, inside: Inside, place: Place) -> None:
        follow(inside, place)
        place.put(gateway("192.0.2.1"), route(WWW))
        with watching(inside) as watcher:
            until_done(watcher, (f"{WWW}/A", "create"))
            place.put(route(WWW, annotations={"truenorth/ttl": "soon"}))
            while not (complaints := told(watcher, "result")["complaints"]):
                pass  # of the records alone
            assert "the annotation truenorth/ttl has the value 'soon'" in complaints[0]["text"]
            assert inside.zone() == {f"{WWW}/A": "192.0.2.1"}
            assert ended(watcher) == 0


class TestDdns:
    def test_makes_the_loop_follow_the_wan_address_though_no_setting_does(self, inside: Inside, place: Place) -> None:
        follow(inside, place)
        place.put(gateway(), route(WWW, annotations={"truenorth/target": "192.0.2.1"}))
        with watching(inside) as watcher:
            until_done(watcher, (f"{WWW}/A", "create"))
            assert inside.zone() == {f"{WWW}/A": "192.0.2.1"}
            place.put(route(WWW, annotations=DDNS))
            until_done(watcher, (f"{WWW}/A", "update"))
            assert inside.zone() == {f"{WWW}/A": FIRST_IPV4}
            remote.set_address(inside.places, "203.0.113.8")
            until_done(watcher, (f"{WWW}/A", "update"))
            assert inside.zone() == {f"{WWW}/A": "203.0.113.8"}
            assert ended(watcher) == 0


class TestACluster:
    def test_that_is_cut_off_keeps_its_records_while_addresses_are_followed(
        self, inside: Inside, place: Place, proxy: Proxy
    ) -> None:
        follow(inside, place, proxy=proxy, timeout=QUICK)
        place.put(gateway("192.0.2.1"), route(WWW), route(API, name="api"))
        place.put(route("home.example.com", name="home", annotations=DDNS))
        kept = {f"{WWW}/A": "192.0.2.1", f"{API}/A": "192.0.2.1"}
        with watching(inside) as watcher:
            until_done(watcher, (f"{WWW}/A", "create"), ("home.example.com/A", "create"))
            proxy.go_silent()
            proxy.cut()
            place.delete(route())
            assert "the httproutes of the cluster" in until_unread(watcher)["reason"]
            remote.set_address(inside.places, "203.0.113.8")
            until_done(watcher, ("home.example.com/A", "update"))
            assert inside.zone() == {**kept, "home.example.com/A": "203.0.113.8"}
            proxy.speak()
            until_done(watcher, (f"{WWW}/A", "delete"))
            assert inside.zone() == {f"{API}/A": "192.0.2.1", "home.example.com/A": "203.0.113.8"}
            assert ended(watcher) == 0

    def test_whose_api_server_forgets_the_past_is_listed_again(self, inside: Inside, place: Place) -> None:
        """410: a deletion that no watch has told of."""
        follow(inside, place)
        place.put(gateway("192.0.2.1"), route(WWW), route(API, name="api"))
        with watching(inside) as watcher:
            until_done(watcher, (f"{WWW}/A", "create"), (f"{API}/A", "create"))
            place.delete(route())
            until_done(watcher, (f"{WWW}/A", "delete"))
            place.cluster.expire_versions()
            place.delete(route(name="api"))
            until_done(watcher, (f"{API}/A", "delete"))
            assert inside.zone() == {}
            assert ended(watcher) == 0

    def test_that_cannot_be_reached_at_the_start_loses_nothing_and_is_followed_as_soon_as_it_can(
        self, inside: Inside, place: Place, proxy: Proxy
    ) -> None:
        place.put(gateway("192.0.2.1"), route(WWW), route(API, name="api"))
        follow(inside, place, "own", "old", proxy=proxy)
        inside.result("up")
        place.delete(route())
        follow(inside, place, "own", proxy=proxy, timeout=QUICK)
        proxy.go_silent()
        with watching(inside) as watcher:
            until_done(watcher, ("old.example.com/A", "delete"))
            assert inside.zone() == {f"{WWW}/A": "192.0.2.1", f"{API}/A": "192.0.2.1", **OWN}
            proxy.speak()
            until_done(watcher, (f"{WWW}/A", "delete"))
            assert inside.zone() == {f"{API}/A": "192.0.2.1", **OWN}
            assert ended(watcher) == 0

    def test_is_not_acted_on_before_all_its_caches_have_synced(
        self, inside: Inside, place: Place, proxy: Proxy
    ) -> None:
        """The routes come at once, the Gateways after two failures: no result is without the record."""
        place.put(gateway("192.0.2.1"), route(WWW))
        follow(inside, place, "own", proxy=proxy)
        inside.result("up")
        proxy.answer(503, 2, containing="/gateways?")
        with watching(inside) as watcher:
            result = told(watcher, "result")
            assert (result["changes"], result["frozen"]) == ([], [])
            assert len(proxy.faults.requests("/gateways?")) > len(proxy.faults.requests("/listenersets?"))
            assert inside.zone() == {f"{WWW}/A": "192.0.2.1", **OWN}
            assert ended(watcher) == 0

    def test_that_gets_the_gateway_api_later_is_followed_from_then_on(self, inside: Inside, place: Place) -> None:
        follow(inside, place, "own")
        place.cluster.remove_gateway_api()
        try:
            with watching(inside) as watcher:
                assert told(watcher, "source")["waiting"]
                until_done(watcher, ("own.example.com/A", "create"))
                place.cluster.install_gateway_api()
                place.put(gateway("192.0.2.1"), route(WWW))
                until_done(watcher, (f"{WWW}/A", "create"))
                assert ended(watcher) == 0
        finally:
            place.cluster.install_gateway_api()
