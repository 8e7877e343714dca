"""Small examples that every corpus has: of each difference that is meant, and of what chance seldom draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.external_dns import ANNOTATIONS
from tests.differential.drawing import ZONE, Draw, Manifest, metadata
from tests.differential.gateways import API
from tests.differential.ingresses import CLASS
from tests.differential.routes import LAGGING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ADDRESS, _OTHER = ({"type": "IPAddress", "value": one} for one in ("192.0.2.10", "192.0.2.20"))
_NODE = f"specimen.{ZONE}"
_NODE_ADDRESS = "192.0.2.30"


def specimens(draw: Draw) -> Iterator[Manifest]:
    """The examples; their names tell what they are of."""
    space, prefix = draw.namespaces[0], draw.prefix
    yield from _gateways(space, prefix)
    yield from _routes(space, prefix)
    yield from _ingresses(space, prefix)
    yield from _services(space, prefix)
    yield from _seldom(draw.namespaces, prefix)
    yield _ended_pod(space, prefix)
    said = {f"{prefix}hostname": f"node-name.{ZONE}", f"{prefix}cloudflare-record-comment": "of a node"}
    node = {"apiVersion": "v1", "kind": "Node", "spec": {}, "status": {"addresses": [_node_address(_NODE_ADDRESS)]}}
    yield {**node, "metadata": metadata(_NODE, "", {})}
    yield {**node, "metadata": metadata(f"named-{draw.seed}.{ZONE}", "", said)}
    yield {
        **node,
        "metadata": metadata(f"commented-{draw.seed}.{ZONE}", "", {f"{prefix}cloudflare-record-comment": "c"}),
    }


def _seldom(namespaces: tuple[str, str], prefix: str) -> Iterator[Manifest]:
    """A listener for one team's routes, sections and ports that are others', and a node that takes no pods."""
    red, blue = namespaces
    selector = {"from": "Selector", "selector": {"matchLabels": {"team": "red"}}}
    listeners = [
        {"name": "team", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": selector}},
        {"name": "other", "port": 81, "protocol": "HTTP", "hostname": f"other.{ZONE}"},
    ]
    yield _gateway("of-a-team", red, {}, listeners, [_ADDRESS])
    yield _route(red, "of-the-team", "of-a-team")
    stranger = _route(blue, "not-of-the-team", "of-a-team")
    section = _route(red, "of-a-section", "of-a-team")
    port = _route(red, "of-a-port", "of-a-team")
    for route, more in ((stranger, {"namespace": red}), (section, {"sectionName": "other"}), (port, {"port": 81})):
        route["spec"]["parentRefs"][0].update(more)
        route["status"]["parents"][0]["parentRef"].update(more)
        yield route
    yield from _sets(red, prefix)
    cordoned = {"spec": {"unschedulable": True}, "status": {"addresses": [_node_address("192.0.2.31")]}}
    yield {"apiVersion": "v1", "kind": "Node", "metadata": metadata(f"cordoned.{ZONE}", "", {}), **cordoned}


def _sets(space: str, prefix: str) -> Iterator[Manifest]:
    """ListenerSets of a Gateway that allows them: one with targets of its own, one without, one that is refused."""
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    gateway = _gateway("of-sets", space, {}, [listener], [_OTHER])
    yield {**gateway, "spec": {**gateway["spec"], "allowedListeners": {"namespaces": {"from": "Same"}}}}
    for name, said, accepted in (
        ("set", {}, "True"),
        ("set-with-target", {f"{prefix}target": "192.0.2.98"}, "True"),
        ("set-refused", {}, "False"),
    ):
        condition = _accepted(accepted)
        yield {
            "apiVersion": API,
            "kind": "ListenerSet",
            "metadata": metadata(name, space, said),
            "spec": {"parentRef": {"name": "of-sets"}, "listeners": [{**listener, "hostname": f"*.{name}.{ZONE}"}]},
            "status": {
                "conditions": [condition],
                "listeners": [{"name": "http", "attachedRoutes": 0, "conditions": [condition]}],
            },
        }
        route = _route(space, f"of.{name}", name)
        for reference in (route["spec"]["parentRefs"][0], route["status"]["parents"][0]["parentRef"]):
            reference["kind"] = "ListenerSet"
        yield route


def _accepted(status: str) -> Manifest:
    condition = {"type": "Accepted", "status": status, "reason": "Example", "message": ""}
    return {**condition, "lastTransitionTime": "2026-01-01T00:00:00Z"}


def _node_address(address: str) -> Manifest:
    return {"type": "ExternalIP", "address": address}


def _gateways(space: str, prefix: str) -> Iterator[Manifest]:
    own = {"type": "example.com/own", "value": "own.example.net"}
    for name, said, addresses in (
        ("plain", {}, [_ADDRESS]),
        ("with-ttl", {f"{prefix}ttl": "240"}, [_OTHER]),
        ("own-address", {}, [own]),
        ("no-address", {}, []),
        ("alias", {f"{prefix}target": "lb.example.net"}, [_OTHER]),
    ):
        listener = {"name": "http", "port": 80, "protocol": "HTTP", "hostname": f"*.{ZONE}"}
        yield _gateway(name, space, said, [listener], addresses)
    listener = {"name": "http", "port": 80, "protocol": "HTTP", "hostname": f"*.listener.{ZONE}"}
    yield _gateway("with-a-wildcard", space, {}, [listener], [_ADDRESS])


def _gateway(
    name: str, space: str, said: dict[str, str], listeners: list[Manifest], addresses: list[Manifest]
) -> Manifest:
    return {
        "apiVersion": API,
        "kind": "Gateway",
        "metadata": metadata(name, space, said),
        "spec": {"gatewayClassName": "lab", "listeners": listeners},
        "status": {"addresses": addresses},
    }


def _routes(space: str, prefix: str) -> Iterator[Manifest]:
    other = next(one for one in ANNOTATIONS if one != prefix)
    yield _route(space, "bad-annotation", "plain", annotations={f"{prefix}ttl": "soon"})
    yield _route(space, "no-address", "no-address")
    yield _route(space, "one-without-address", "plain", "no-address")
    yield _route(space, "gateways-disagree", "plain", "with-ttl")
    yield _route(space, "first-parent", "alias", "plain")
    unnamed = _route(space, "said", "with-a-wildcard", annotations={f"{prefix}hostname": f"said.listener.{ZONE}"})
    unnamed["spec"].pop("hostnames")
    yield unnamed
    yield _route(space, "other-prefix", "plain", annotations={f"{other}ttl": "300"})
    yield _route(space, "own-address", "own-address")
    yield _route(space, "target-on-a-route", "plain", annotations={f"{prefix}target": "192.0.2.99"})
    yield _route(space, "undecided", "plain", accepted="Unknown")
    yield _route(space, "settings-of-a-gateway", "with-ttl")
    yield _route(space, "dot", "plain", annotations={f"{prefix}hostname": f"dot-at-the-end.{ZONE}."})
    lagging = _route(space, "observed-generation", "plain", labels={LAGGING: "true"})
    lagging["status"]["parents"][0]["conditions"][0]["observedGeneration"] = 1
    yield lagging
    stale = _route(space, "stale-parent", "plain")
    stale["spec"]["parentRefs"][0]["sectionName"] = "https"
    yield stale


def _route(
    space: str,
    name: str,
    *gateways: str,
    accepted: str = "True",
    annotations: Mapping[str, str] | None = None,
    **others: Any,  # noqa: ANN401 - any field of metadata
) -> Manifest:
    controller = "lab.example.com/controller"
    return {
        "apiVersion": API,
        "kind": "HTTPRoute",
        "metadata": metadata(name, space, dict(annotations or {}), **others),
        "spec": {"parentRefs": [{"name": one} for one in gateways], "hostnames": [f"{name}.{ZONE}"]},
        "status": {
            "parents": [
                {"parentRef": {"name": one}, "controllerName": controller, "conditions": [_accepted(accepted)]}
                for one in gateways
            ]
        },
    }


def _ingresses(space: str, prefix: str) -> Iterator[Manifest]:
    """Two that want one name, with settings that cannot be merged: the first by name has the greater target."""
    for name, ttl, address in (("conflict-a", "300", "192.0.2.90"), ("conflict-b", "600", "192.0.2.80")):
        backend = {"service": {"name": "backend", "port": {"number": 80}}}
        yield {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": metadata(name, space, {f"{prefix}ttl": ttl}),
            "spec": {"ingressClassName": CLASS, "defaultBackend": backend, "rules": [{"host": f"conflict.{ZONE}"}]},
            "status": {"loadBalancer": {"ingress": [{"ip": address}]}},
        }


def _services(space: str, prefix: str) -> Iterator[Manifest]:
    port = [{"name": "web", "port": 80, "protocol": "TCP"}]
    proxied = {f"{prefix}cloudflare-proxied": "true"}
    node_port: Manifest = {"type": "NodePort", "ports": port}
    local: Manifest = {**node_port, "externalTrafficPolicy": "Local", "selector": {"app": "unready-pods"}}
    headless: Manifest = {"type": "ClusterIP", "ports": port, "clusterIP": "None"}
    selected: Manifest = {**headless, "selector": {"app": "pods-of-a-wildcard"}}
    mixed: Manifest = {**headless, "selector": {"app": "address-and-alias"}}
    balancer: Manifest = {"type": "LoadBalancer", "ports": port}
    external: Manifest = {"type": "ExternalName", "externalName": "internal.example.net"}
    for name, hostname, spec, more in (
        ("node-port", "proxied-nodeport", node_port, proxied),
        ("unready-pods", "unready-pods", local, {}),
        ("pods-of-a-wildcard", "*.pods", selected, {}),
        ("address-and-alias", "address-and-alias", mixed, {}),
    ):
        said = {f"{prefix}hostname": f"{hostname}.{ZONE}", **more}
        yield {"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, space, said), "spec": spec}
    for name, spec, more in (
        ("internal-hostname", external, {}),
        ("refused", balancer, proxied),
    ):
        said = {f"{prefix}internal-hostname": f"{name}.{ZONE}", **more}
        yield {"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, space, said), "spec": spec}
    yield from _pod(space, "unready-pods", "192.0.2.41", ready=False)
    yield from _pod(space, "pods-of-a-wildcard", "192.0.2.42", ready=True)
    yield from _pod(space, "address-and-alias", "10.1.0.1", ready=True)
    alias = {f"{prefix}target": "lb.example.net"}
    yield from _pod(space, "address-and-alias", "192.0.2.43", ready=True, name="with-an-alias", said=alias)


def _ended_pod(space: str, prefix: str) -> Manifest:
    """A pod that has done what it was for."""
    container = {"name": "c", "image": "c"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata("ended", space, {f"{prefix}hostname": f"ended.{ZONE}"}, labels={"app": "ended"}),
        "spec": {"nodeName": _NODE, "containers": [container], "hostNetwork": True},
        "status": {"phase": "Failed", "conditions": [{"type": "Ready", "status": "False"}]},
    }


def _pod(
    space: str, service: str, address: str, *, ready: bool, name: str = "", said: dict[str, str] | None = None
) -> Iterator[Manifest]:
    """A pod with a name of its own, and the slice that tells of it. name: that of both, if not the Service's."""
    name = name or service
    container = {"name": "c", "image": "c"}
    yield {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name, space, said or {}, labels={"app": service}),
        "spec": {"nodeName": _NODE, "containers": [container], "hostname": "pod", "subdomain": service},
        "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "hostIP": _NODE_ADDRESS,
            "hostIPs": [{"ip": _NODE_ADDRESS}],
            "conditions": [{"type": "Ready", "status": str(ready)}],
        },
    }
    endpoint = {
        "addresses": [address],
        "conditions": {"ready": ready},
        "hostname": "pod",
        "nodeName": _NODE,
        "targetRef": {"kind": "Pod", "name": name, "namespace": space},
    }
    yield {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata(name, space, {}, labels={"kubernetes.io/service-name": service}),
        "addressType": "IPv4",
        "endpoints": [endpoint],
    }
