from __future__ import annotations

import gc
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from lab.dns.record import ZoneRecord, Zones
from lab.dns.server import serve_dns
from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy
from stacks.model.claims import Claim, SourceSighting
from stacks.model.errors import UserError
from stacks.model.values import Known, Unknown
from stacks.observe.cluster import resolving
from stacks.observe.cluster.following import following
from stacks.settings.cluster import ClusterSettings
from tests.stacks.kube.reaching import PATIENT, QUICK, exposed

Told = tuple[SourceSighting, ...]


class Posts:
    """What was posted, in its order."""

    def __init__(self) -> None:
        self.all: list[Told] = []
        self._new: queue.Queue[Told] = queue.Queue()

    def __call__(self, told: Told) -> None:
        self.all.append(told)
        self._new.put(told)

    def until(self, holds: Callable[[Told], bool]) -> Told:
        while True:
            told = self._new.get(timeout=PATIENT)
            if holds(told):
                return told


def names(told: Told, position: int = 0) -> set[str] | None:
    """The names that a source claims; None where they are unknown."""
    found = told[position].found
    return {one.name for one in found.value if isinstance(one, Claim)} if isinstance(found, Known) else None


def services(kubeconfig: Path, namespace: str, **more: object) -> ClusterSettings:
    fields = {"kubeconfig": str(kubeconfig), "sources": ("service",), "namespaces": (namespace,)}
    return ClusterSettings.model_validate(fields | more)


def test_the_first_word_has_all_sources_and_each_next_one_a_change(kube_cluster: Cluster, namespace: str) -> None:
    admin, posts = kube_cluster.admin, Posts()
    admin.apply(exposed(namespace, "a", "a.example.com"))
    settings = services(kube_cluster.kubeconfig, namespace, sources=("service", "ingress"))
    with following([settings], {}, posts, QUICK):
        assert names(posts.until(lambda _: True)) == {"a.example.com"}
        admin.apply(exposed(namespace, "b", "b.example.com"))
        posts.until(lambda told: names(told) == {"a.example.com", "b.example.com"})
        admin.delete(exposed(namespace, "a", "a.example.com"))
        posts.until(lambda told: names(told) == {"b.example.com"})
    assert [[one.source for one in told] for told in posts.all] == [["service", "ingress"]] * len(posts.all)


def test_the_addresses_of_a_load_balancers_host_name_are_followed(
    kube_cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "LIFETIME", PATIENT)
    admin, posts = kube_cluster.admin, Posts()
    service = {
        **exposed(namespace, "a", "a.example.com"),
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    }
    admin.apply(service)
    admin.set_status(service, {"loadBalancer": {"ingress": [{"hostname": "lb.example.net"}]}})
    zones: dict[str, Zones] = {"now": {"example.net": (ZoneRecord("lb.example.net", "A", "203.0.113.9"),)}}

    def targets(told: Told) -> list[object]:
        found = told[0].found
        return [one.targets for one in found.value if isinstance(one, Claim)] if isinstance(found, Known) else []

    with serve_dns(lambda: zones["now"]) as place:
        settings = services(kube_cluster.kubeconfig, namespace, load_balancer_addresses=True, resolvers=(place,))
        with following([settings], {}, posts, replace(QUICK, resolved=0.1)):
            assert targets(posts.until(lambda _: True)) == [Known(("203.0.113.9",))]
            zones["now"] = {"example.net": (ZoneRecord("lb.example.net", "A", "203.0.113.10"),)}
            posts.until(lambda told: targets(told) == [Known(("203.0.113.10",))])
            zones["now"] = {"example.net": ()}
            posts.until(lambda told: isinstance(targets(told)[0], Unknown))
            admin.set_status(service, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})
            posts.until(lambda told: targets(told) == [Known(("192.0.2.1",))])
    assert len(posts.all) == 4


def test_nothing_is_told_before_every_source_has_been_read(proxy: Proxy, namespace: str) -> None:
    posts = Posts()
    proxy.answer(503, 5, containing="/ingresses?limit")
    settings = services(proxy.kubeconfig(), namespace, sources=("service", "ingress"))
    with following([settings], {}, posts, QUICK):
        first = posts.until(lambda _: True)
    assert [isinstance(one.found, Known) for one in first] == [True, True]
    assert len(proxy.faults.requests("/ingresses?limit")) == 6


def test_a_source_that_cannot_be_read_holds_up_the_others_for_its_timeout_only(proxy: Proxy, namespace: str) -> None:
    posts = Posts()
    proxy.answer(503, 10_000, containing="/ingresses?limit")
    settings = services(proxy.kubeconfig(), namespace, sources=("service", "ingress"), timeout=12)
    with following([settings], {}, posts, QUICK):
        first = posts.until(lambda _: True)
    assert [isinstance(one.found, Known) for one in first] == [True, False]


def test_what_changes_no_claim_is_not_told(kube_cluster: Cluster, namespace: str) -> None:
    admin, posts = kube_cluster.admin, Posts()
    with following([services(kube_cluster.kubeconfig, namespace)], {}, posts, QUICK):
        posts.until(lambda _: True)
        for number in range(5):
            admin.apply(exposed(namespace, "a", f"{number}.example.com"))
            posts.until(lambda told, host=f"{number}.example.com": names(told) == {host})  # type: ignore[misc] # a default
            admin.apply(exposed(namespace, "a", f"{number}.example.com", labels={"number": str(number)}))
    assert len(posts.all) == 6


def test_a_burst_is_told_at_once(proxy: Proxy, kube_cluster: Cluster, namespace: str) -> None:
    posts = Posts()
    with following([services(proxy.kubeconfig(), namespace)], {}, posts, QUICK):
        posts.until(lambda _: True)
        proxy.faults.await_requests("/services?watch", 1)
        proxy.go_silent()
        for number in range(30):
            kube_cluster.admin.apply(exposed(namespace, f"s{number}", f"{number}.example.com"))
        proxy.speak()
        proxy.cut()
        posts.until(lambda told: len(names(told) or ()) == 30)
    assert len(posts.all) <= 3


def test_several_clusters_are_told_together(kube_cluster: Cluster, namespace: str) -> None:
    posts = Posts()
    kube_cluster.admin.apply(exposed(namespace, "a", "a.example.com"))
    settings = [services(kube_cluster.kubeconfig, namespace, name=name) for name in ("one", "two")]
    with following(settings, {}, posts, QUICK):
        told = posts.until(lambda _: True)
    assert [one.cluster for one in told] == ["one", "two"]
    assert names(told, 0) == names(told, 1) == {"a.example.com"}


@pytest.mark.parametrize("where", ["its file", "the kubeconfig"])
def test_an_expired_token_is_replaced_by_the_one_that_is_there_now(
    where: str, kube_cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    posts, document = Posts(), yaml.safe_load(kube_cluster.kubeconfig.read_text(encoding="utf-8"))

    def put(token: str) -> None:
        (tmp_path / "token").write_text(token, encoding="utf-8")
        document["users"][0]["user"] = {"tokenFile": "token"} if where == "its file" else {"token": token}
        (tmp_path / "config").write_text(yaml.safe_dump(document), encoding="utf-8")

    put("expired")
    with following([services(tmp_path / "config", namespace)], {}, posts, QUICK):
        (sighting,) = posts.until(lambda _: True)
        assert isinstance(sighting.found, Unknown)
        assert "401" in sighting.found.reason
        put(kube_cluster.token)
        posts.until(lambda told: names(told) == set())


def test_a_cluster_that_goes_away_is_unknown_after_its_timeout_until_it_is_back(
    proxy: Proxy, kube_cluster: Cluster, namespace: str
) -> None:
    posts = Posts()
    kube_cluster.admin.apply(exposed(namespace, "a", "a.example.com"))
    settings = services(proxy.kubeconfig(), namespace, timeout=6)
    with following([settings], {}, posts, QUICK):
        posts.until(lambda told: names(told) == {"a.example.com"})
        proxy.go_silent()
        proxy.cut()
        posts.until(lambda told: names(told) is None)
        proxy.speak()
        posts.until(lambda told: names(told) == {"a.example.com"})
    assert [names(told) for told in posts.all] == [{"a.example.com"}, None, {"a.example.com"}]


def test_kinds_that_are_not_served_yet_are_told_when_they_are(proxy: Proxy, namespace: str) -> None:
    posts = Posts()
    proxy.answer(404, 20, containing="/apis/gateway.networking.k8s.io")
    settings = services(proxy.kubeconfig(), namespace, sources=("gateway-httproute",))
    with following([settings], {}, posts, QUICK):
        (first,) = posts.until(lambda _: True)
        assert first.waiting
        (then,) = posts.until(lambda told: names(told) == set())
        assert not then.waiting


class TestTheEnd:
    @pytest.mark.parametrize("when", ["at peace", "half-open", "unanswered"])
    def test_it_comes_at_once_and_nothing_is_left(self, when: str, proxy: Proxy, namespace: str) -> None:
        posts, before = Posts(), set(threading.enumerate())
        if when == "unanswered":
            proxy.go_silent()
        with following([services(proxy.kubeconfig(), namespace)], {}, posts, QUICK):
            if when == "unanswered":
                proxy.faults.await_requests("GET", 1)
            else:
                posts.until(lambda _: True)
                proxy.faults.await_requests("watch=true", 3)
            if when == "half-open":
                proxy.go_silent()
            began = time.monotonic()
        assert time.monotonic() - began < 15
        assert set(threading.enumerate()) <= before
        gc.collect()  # which would warn of a connection that was forgotten

    def test_it_comes_though_nothing_has_begun(self, proxy: Proxy, namespace: str) -> None:
        for _ in range(10):
            with following([services(proxy.kubeconfig(), namespace)], {}, Posts(), replace(QUICK, timeout=5.0)):
                pass
        gc.collect()  # which would warn of a connection that was forgotten

    def test_what_the_post_has_raised_comes_out(self, kube_cluster: Cluster, namespace: str) -> None:
        posted = threading.Event()

        def refuse(_: Told) -> None:
            posted.set()
            raise ValueError("the inbox is full")

        with (
            pytest.raises(ExceptionGroup) as caught,
            following([services(kube_cluster.kubeconfig, namespace)], {}, refuse, QUICK),
        ):
            assert posted.wait(PATIENT)
        assert caught.group_contains(ValueError, match="the inbox is full")

    def test_no_way_to_a_cluster_is_the_users_error(self, tmp_path: Path) -> None:
        with pytest.raises(UserError), following([ClusterSettings()], {"HOME": str(tmp_path)}, Posts()):
            pytest.fail("it was entered")
