from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.kube.objects import HTTP_ROUTES, NODES, SERVICES, Manifest
from stacks.kube.slim import LONGEST_VALUE, MOST_OF_OTHERS, slim
from stacks.model.claims import VOCABULARIES
from stacks.observe.cluster.claims.annotation_values import LONGEST_LIST
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.sources import SOURCES
from tests.stacks.observe.cluster.worlds import ACCEPTED, RESOURCES, Caches, allow, gateway, listener, manifest, route

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
names = st.sampled_from(["www.example.com", "*.example.com", "api.example.com", "Shop.Example.com"])
addresses = st.sampled_from(["192.0.2.1", "2001:db8::1", "lb.example.net", "nonsense"])
annotated = st.dictionaries(
    st.sampled_from(
        [
            *("truenorth/content-mode", "truenorth/target", "truenorth/type", "routeflare/content-mode"),
            *("external-dns.alpha.kubernetes.io/hostname", "external-dns.alpha.kubernetes.io/ttl", LAST_APPLIED),
            "kubernetes.io/ingress.class",
        ]
    ),
    st.sampled_from(["", "ddns", "gateway-address", "192.0.2.9", "A", "www.example.com", "300", "public"]),
    max_size=3,
)
labels = st.dictionaries(st.sampled_from(["team", "kubernetes.io/service-name"]), st.sampled_from(["web", "shop"]))
conditions = st.lists(
    st.builds(
        lambda kind, status, seen, reason: {
            "type": kind,
            "status": status,
            "observedGeneration": seen,
            "reason": reason,
            "message": "fine",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        },
        st.sampled_from(["Accepted", "Programmed", "ResolvedRefs", "Conflicted", "Ready", "MemoryPressure"]),
        st.sampled_from(["True", "False", "Unknown"]),
        st.integers(0, 2),
        st.sampled_from(["NotAllowedByListeners", "NotAllowed", "PortUnavailable", "NoReadyListeners"]),
    ),
    max_size=3,
)
listeners = st.builds(
    lambda name, hostname, port, protocol, allowed: listener(
        name, protocol, port, hostname=hostname, allowedRoutes=allowed, tls={"mode": "Terminate"}
    ),
    st.sampled_from(["web", "tls"]),
    st.none() | names,
    st.sampled_from([80, 443]),
    st.sampled_from(["HTTP", "HTTPS", "TLS"]),
    st.sampled_from(
        [
            allow("All"),
            allow("Same"),
            allow("Selector", selector={"matchLabels": {"team": "web"}}),
            {"kinds": [{"kind": "GRPCRoute"}]} | allow("All"),
        ]
    ),
)
refs = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["edge", "extra"])},
        optional={
            "kind": st.sampled_from(["Gateway", "ListenerSet", "XListenerSet"]),
            "group": st.sampled_from(["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"]),
            "sectionName": st.sampled_from(["web", "tls"]),
            "port": st.sampled_from([80, 443]),
        },
    ),
    min_size=1,
    max_size=2,
)
balanced = st.lists(
    st.fixed_dictionaries({}, optional={"ip": addresses, "hostname": addresses, "ports": st.just([{"port": 80}])}),
    max_size=2,
).map(lambda found: {"loadBalancer": {"ingress": found}})


@st.composite
def routes(draw: st.DrawFn) -> dict[str, Any]:
    parents = draw(refs)
    status = [{"parentRef": one, "controllerName": "c", "conditions": draw(conditions)} for one in parents]
    return route(
        *draw(st.lists(names, max_size=2)),
        kind=draw(st.sampled_from(["HTTPRoute", "GRPCRoute", "TLSRoute"])),
        name=draw(st.sampled_from(["web", "api"])),
        refs=tuple(parents),
        parents=tuple(status),
        annotations=draw(annotated),
        generation=draw(st.integers(1, 2)),
    )


@st.composite
def services(draw: st.DrawFn) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "type": draw(st.sampled_from(["LoadBalancer", "NodePort", "ClusterIP", "ExternalName"])),
        "clusterIP": draw(st.sampled_from(["None", "10.0.0.1"])),
        "externalName": draw(addresses),
        "externalIPs": draw(st.lists(addresses, max_size=1)),
        "externalTrafficPolicy": draw(st.sampled_from(["Local", "Cluster"])),
        "publishNotReadyAddresses": draw(st.booleans()),
        "ports": draw(st.lists(st.just({"port": 80, "nodePort": 30080, "protocol": "UDP", "name": "x"}), max_size=1)),
        "selector": {"app": "web"},
    }
    return manifest("Service", "shop", spec, status=draw(balanced), annotations=draw(annotated))


@st.composite
def slices(draw: st.DrawFn) -> dict[str, Any]:
    endpoints = st.fixed_dictionaries(
        {"addresses": st.lists(addresses, min_size=1, max_size=2), "conditions": st.just({"ready": True})},
        optional={"hostname": st.just("pod-0"), "nodeName": st.just("n1.example.com"), "zone": st.just("a")},
    )
    found = manifest("EndpointSlice", "shop-1", {}, labels=draw(labels))
    return found | {"addressType": "IPv4", "endpoints": draw(st.lists(endpoints, max_size=2))}


@st.composite
def ingresses(draw: st.DrawFn) -> dict[str, Any]:
    hosts = draw(st.lists(names, max_size=2))
    spec: dict[str, Any] = {"rules": [{"host": host, "http": {"paths": []}} for host in hosts]}
    spec["tls"] = [{"hosts": hosts, "secretName": "cert"}]
    if draw(st.booleans()):
        spec["ingressClassName"] = "public"
    return manifest("Ingress", "shop", spec, status=draw(balanced), annotations=draw(annotated))


@st.composite
def nodes(draw: st.DrawFn) -> dict[str, Any]:
    kinds = st.sampled_from(["ExternalIP", "InternalIP", "Hostname"])
    found = draw(st.lists(st.builds(lambda kind, text: {"type": kind, "address": text}, kinds, addresses), max_size=2))
    spec = {"unschedulable": draw(st.booleans()), "podCIDR": "10.1.0.0/24"}
    status = {"addresses": found, "images": [{"names": ["a"]}], "conditions": draw(conditions)}
    excluded = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}
    return manifest("Node", "n1.example.com", spec, status=status, labels=draw(st.sampled_from([{}, excluded])))


@st.composite
def listener_sets(draw: st.DrawFn) -> dict[str, Any]:
    status = {"conditions": draw(conditions), "listeners": [{"name": "web", "conditions": draw(conditions)}]}
    kind = draw(st.sampled_from(["ListenerSet", "XListenerSet"]))
    return manifest(kind, "extra", {"parentRef": {"name": "edge"}, "listeners": [draw(listeners)]}, status=status)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Manifest, ...]:
    edge = gateway(
        *draw(st.lists(addresses | st.tuples(st.just("Hostname"), addresses), max_size=2)),
        listeners=tuple(draw(st.lists(listeners, max_size=2))),
        allowed_listeners=draw(st.none() | st.just(allow("All"))),
        annotations=draw(annotated),
        said={"web": tuple(draw(conditions)), "tls": tuple(draw(conditions))},
        generation=draw(st.integers(1, 2)),
    )
    shop = manifest("Namespace", "shop", {"finalizers": ["kubernetes"]}, labels=draw(labels))
    others = st.lists(st.one_of(routes(), services(), slices(), ingresses(), nodes(), listener_sets()), max_size=6)
    return (edge, shop, *draw(others))


def slimmed(world: tuple[Manifest, ...]) -> Iterator[Manifest]:
    """Yield the objects as a cache holds them, with the kind, which the tests' caches need."""
    for one in world:
        noise = {"managedFields": [{"manager": "kubectl"}], "resourceVersion": "12", "uid": "u-1"}
        whole = {**one, "metadata": {**one["metadata"], **noise}}
        yield {**slim(RESOURCES[one["kind"]], whole), "kind": one["kind"]}


@given(
    worlds(),
    st.builds(
        Options,
        opt_in=st.booleans(),
        ingress_classes=st.sampled_from([(), ("public",)]),
        cluster_addresses=st.booleans(),
        cordoned_nodes=st.booleans(),
    ),
)
def test_every_source_sees_the_same_in_what_is_kept_as_in_the_whole(
    world: tuple[Manifest, ...], options: Options
) -> None:
    for make in SOURCES.values():
        whole, kept = make(options).claims(Caches(world)), make(options).claims(Caches(tuple(slimmed(world))))
        assert kept == whole


def test_what_nobody_reads_is_not_kept() -> None:
    whole = route("www.example.com", annotations={LAST_APPLIED: "{}", "truenorth/ttl": "300"})
    whole["metadata"] |= {"uid": "u-1", "managedFields": [{"manager": "kubectl"}], "resourceVersion": "7"}
    whole["spec"]["rules"] = [{"backendRefs": [{"name": "web", "port": 80}]}]
    whole["status"]["parents"][0]["conditions"] = [{**ACCEPTED, "message": "fine"}, {"type": "ResolvedRefs"}]
    assert slim(HTTP_ROUTES, whole) == {
        "metadata": {
            "namespace": "shop",
            "name": "web",
            "uid": "u-1",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "generation": 1,
            "annotations": {"truenorth/ttl": "300"},
        },
        "spec": {"parentRefs": ({"name": "edge"},), "hostnames": ("www.example.com",)},
        "status": {"parents": ({"parentRef": {"name": "edge"}, "conditions": (ACCEPTED,)},)},
    }


def test_of_a_nodes_conditions_only_readiness_is_kept_without_its_heartbeat() -> None:
    """A kubelet writes it every few minutes: nothing has changed then."""
    said = {"status": "True", "reason": "KubeletReady", "lastHeartbeatTime": "2026-01-01T00:00:00Z"}
    whole = manifest(
        "Node", "one", {}, status={"conditions": [{"type": one, **said} for one in ("Ready", "PIDPressure")]}
    )
    assert slim(NODES, whole)["status"] == {"conditions": ({"type": "Ready", "status": "True"},)}


def test_texts_that_recur_are_held_once() -> None:
    decoded = [json.loads(json.dumps(manifest("Service", "web", {"type": "LoadBalancer"}))) for _ in range(2)]
    first, second = (slim(SERVICES, one) for one in decoded)
    assert first["metadata"]["namespace"] is second["metadata"]["namespace"]
    assert first["spec"]["type"] is second["spec"]["type"]


@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_every_kind_that_is_read_has_a_shape(kind: str) -> None:
    assert slim(RESOURCES[kind], manifest(kind, "x", {}))["metadata"]["name"] == "x"


def kept_of(found: dict[str, str], prefix: str = "") -> dict[str, str]:
    """What is kept of these."""
    kept = slim(SERVICES, manifest("Service", "web", {}, annotations=found), prefix=prefix)["metadata"].get(
        "annotations"
    )
    return dict(kept or {})


def test_annotations_of_other_vocabularies_fill_no_memory_and_short_ones_stay() -> None:
    many = {f"helm.example/{number:05}": "x" * 50 for number in range(3000)}
    kept = kept_of(many | {"big.example/blob": "y" * 200_000, "kubernetes.io/ingress.class": "nginx"})
    assert sum(len(key) + len(text) for key, text in kept.items()) <= MOST_OF_OTHERS
    assert kept["kubernetes.io/ingress.class"] == "nginx"
    assert "big.example/blob" not in kept


def test_annotations_that_are_read_stay_whatever_stands_beside_them() -> None:
    many = {f"helm.example/{number:05}": "x" * 50 for number in range(3000)}
    read = {f"{one}hostname": "a.example.com" for one in VOCABULARIES}
    assert read.items() <= kept_of(many | read).items()


@pytest.mark.parametrize("length", [0, 300, LONGEST_LIST, LONGEST_LIST + 1, 250_000])
def test_a_list_that_is_too_long_is_still_too_long_when_it_is_cut(length: int) -> None:
    kept = kept_of({"truenorth/hostname": "x" * length})["truenorth/hostname"]
    assert len(kept) == min(length, LONGEST_VALUE)
    assert (len(kept) > LONGEST_LIST) == (length > LONGEST_LIST)


def test_fields_that_a_template_reads_are_kept_whole_whatever_their_case() -> None:
    ports = [{"name": "http", "port": 80, "nodePort": 3}]
    whole = manifest("Service", "web", {"type": "NodePort", "ports": ports, "sessionAffinity": "None"})
    whole["status"] = "odd"
    kept = slim(SERVICES, whole, frozenset({"spec.ports", "status.addresses", "spec.nothing", "metadata.labels"}))
    assert kept["spec"] == {"type": "NodePort", "ports": tuple(ports)}
    assert slim(SERVICES, whole, frozenset({"spec", "spec.ports"}))["spec"] == {**whole["spec"], "ports": tuple(ports)}
    assert slim(SERVICES, whole)["spec"]["ports"] == ({"nodePort": 3},)


def test_with_a_prefix_of_ones_own_its_annotations_stay_and_the_usual_ones_are_others() -> None:
    own, long = "in.example.com/hostname", ",".join(f"n{number}.example.com" for number in range(400))
    many = {f"truenorth/{number:05}": "x" * 50 for number in range(3000)}
    kept = kept_of({own: long, **many}, "in.example.com/")
    assert kept.pop(own) == long
    assert sum(len(key) + len(text) for key, text in kept.items()) <= MOST_OF_OTHERS
