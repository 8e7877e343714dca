from __future__ import annotations

from typing import Any

import pytest

from stacks.kube.objects import GATEWAYS, ClusterObjects, Manifest
from stacks.model.values import Unknown
from stacks.observe.cluster.claims.memory import LookupRecorder, Memory
from stacks.observe.cluster.claims.source import ClaimSource, Options
from stacks.observe.cluster.sources import SOURCES
from tests.stacks.observe.cluster.worlds import Caches, gateway, listener, manifest, route, targets

WWW = "www.example.com"


def asked_for(memory: Memory[str], caches: Caches) -> list[str]:
    """The routes that had to be worked out."""
    done: list[str] = []

    def work_out(one: Manifest, objects: ClusterObjects) -> str:
        done.append(one["metadata"]["name"])
        objects.get(GATEWAYS, "shop", one["spec"]["parentRefs"][0]["name"])
        return str(one["metadata"]["name"])

    routes = tuple(one for one in caches.items if one["kind"] == "HTTPRoute")
    assert memory.each(routes, caches, work_out) == tuple(one["metadata"]["name"] for one in routes)
    return done


def test_only_what_has_been_replaced_is_worked_out_again() -> None:
    memory: Memory[str] = Memory()
    edge, a, b = gateway("192.0.2.1"), route(name="a"), route(name="b")
    assert asked_for(memory, Caches((edge, a, b))) == ["a", "b"]
    assert asked_for(memory, Caches((edge, a, b))) == []
    assert asked_for(memory, Caches((edge, route(name="a"), b))) == ["a"]


def test_what_was_looked_up_counts_too_be_it_there_or_not() -> None:
    memory: Memory[str] = Memory()
    edge, a, b = gateway("192.0.2.1"), route(name="a"), route(name="b", refs=({"name": "far"},))
    asked_for(memory, Caches((edge, a, b)))
    assert asked_for(memory, Caches((gateway("192.0.2.2"), a, b))) == ["a"]
    assert asked_for(memory, Caches((edge, gateway(name="far"), a, b))) == ["a", "b"]
    assert asked_for(memory, Caches((a, b), unsynced=("Gateway",))) == ["a", "b"]


def test_what_is_gone_is_forgotten_and_clusters_are_apart() -> None:
    memory: Memory[str] = Memory()
    a = route(name="a")
    asked_for(memory, Caches((a,)))
    assert asked_for(memory, Caches((a,), cluster="away")) == ["a"]
    assert asked_for(memory, Caches((a,))) == []
    asked_for(memory, Caches(()))
    assert asked_for(memory, Caches((a,))) == ["a"]


def test_an_answer_cannot_depend_on_all_objects() -> None:
    with pytest.raises(LookupError, match="gateways can only be looked up one by one"):
        LookupRecorder(Caches(())).all(GATEWAYS)


class TestRoutes:
    """A source that is asked again answers as one that is asked for the first time."""

    EDGE = gateway("192.0.2.1")
    SELECTIVE = gateway(
        "192.0.2.1",
        listeners=(
            listener(allowedRoutes={"namespaces": {"from": "Selector", "selector": {"matchLabels": {"a": "b"}}}}),
        ),
    )
    WEB = route(WWW)

    @pytest.fixture
    def source(self) -> ClaimSource:
        return SOURCES["gateway-httproute"](Options())

    def found(self, source: ClaimSource, *items: dict[str, Any], unsynced: tuple[str, ...] = ()) -> dict[str, object]:
        caches = Caches(items, unsynced)
        again, fresh = source.claims(caches), SOURCES["gateway-httproute"](Options()).claims(caches)
        assert again == fresh
        assert not isinstance(again, Unknown)
        return targets(again.value)

    def test_after_a_change_of_the_gateway(self, source: ClaimSource) -> None:
        assert self.found(source, self.EDGE, self.WEB) == {f"{WWW} A": ("192.0.2.1",)}
        assert self.found(source, gateway("192.0.2.2"), self.WEB) == {f"{WWW} A": ("192.0.2.2",)}
        assert self.found(source, gateway(), self.WEB) == {f"{WWW} None": Unknown}
        assert self.found(source, self.WEB) == {f"{WWW} None": Unknown}

    def test_after_a_change_of_the_namespaces_labels(self, source: ClaimSource) -> None:
        for labels, served in (({}, False), ({"a": "b"}, True), ({}, False)):
            shop = manifest("Namespace", "shop", {}, labels=labels)
            assert bool(self.found(source, self.SELECTIVE, shop, self.WEB)) is served

    def test_after_a_cache_was_lost_and_came_back(self, source: ClaimSource) -> None:
        shop = manifest("Namespace", "shop", {}, labels={"a": "b"})
        for unsynced in ((), ("Namespace",), ()):
            expected = {f"{WWW} None": Unknown} if unsynced else {f"{WWW} A": ("192.0.2.1",)}
            assert self.found(source, self.SELECTIVE, shop, self.WEB, unsynced=unsynced) == expected
