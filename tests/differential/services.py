"""Services of each type by chance, with the pods and slices behind those that have any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.differential.drawing import Draw, Manifest, metadata
from tests.differential.ingresses import balanced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def service(draw: Draw, namespace: str, kind: str, nodes: Sequence[Manifest]) -> Iterator[Manifest]:
    """A Service of the type, or a headless one, and what is behind it."""
    name, annotations = f"svc{draw.number()}", _annotations(draw, kind)
    headless, policy = kind == "Headless", draw.one(["Local", "Cluster"])
    spec: Manifest = {"type": "ClusterIP" if headless else kind, "selector": {"app": name}}
    if kind == "ExternalName":
        spec = {"type": kind, "externalName": draw.one([draw.alias(), draw.alias(), draw.address()])}
    else:
        spec["ports"] = [{"name": "web", "port": 80, "protocol": "TCP"}]
    if headless:
        spec["clusterIP"] = "None"
        if draw.chance(0.2):
            spec["publishNotReadyAddresses"] = True
    if kind in {"NodePort", "LoadBalancer"}:
        spec["externalTrafficPolicy"] = policy
    if kind in {"LoadBalancer", "ExternalName"} and draw.chance(0.25):
        spec["externalIPs"] = [draw.address()]
    made = {"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, namespace, annotations), "spec": spec}
    yield {**made, "status": balanced(draw)} if kind == "LoadBalancer" else made
    if headless or (kind == "NodePort" and policy == "Local"):
        yield from _behind(draw, name, namespace, nodes)


def _annotations(draw: Draw, kind: str) -> dict[str, str]:
    annotations = draw.annotations()
    if draw.chance(0.6):
        annotations.setdefault(f"{draw.prefix}hostname", draw.hostnames())
    if draw.chance(0.15):
        annotations[f"{draw.prefix}internal-hostname"] = draw.name()
    if kind == "NodePort" and draw.chance(0.3):
        annotations[f"{draw.prefix}access"] = draw.one(["public", "private"])
    if kind == "Headless" and draw.chance(0.4):
        annotations[f"{draw.prefix}endpoints-type"] = draw.one(["NodeExternalIP", "HostIP"])
    return annotations


def _of_pod(draw: Draw) -> dict[str, str]:
    """Annotations of a pod, which external-dns reads without checking them: no bad ones, and no other controller."""
    said = {f"{draw.prefix}target": draw.targets()} if draw.chance(0.15) else {}
    if draw.chance(0.3):
        said[f"{draw.prefix}hostname"] = draw.hostnames()
    if draw.chance(0.15):
        said[f"{draw.prefix}internal-hostname"] = draw.name()
    if draw.chance(0.2):
        said[f"{draw.prefix}ttl"] = draw.one(["120", "10m"])
    return said


def _behind(draw: Draw, name: str, namespace: str, nodes: Sequence[Manifest]) -> Iterator[Manifest]:
    """Pods, some of them ready and some with a name of their own, and the slice that tells of them."""
    endpoints = []
    for position in range(draw.one([0, 1, 2, 3])):
        pod, ready = f"{name}-{position}", draw.chance(0.7)
        own = {"hostname": f"pod{position}", "subdomain": name} if draw.chance(0.4) else {}
        node, address = draw.one(nodes), draw.address()
        said = _of_pod(draw)
        on_host = {"hostNetwork": True} if draw.chance(0.4) else {}
        host = node["status"]["addresses"][0]["address"]
        yield {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata(pod, namespace, said, labels={"app": name}),
            "spec": {
                "nodeName": node["metadata"]["name"],
                "containers": [{"name": "c", "image": "c"}],
                **own,
                **on_host,
            },
            "status": {
                "phase": "Running" if ready else draw.one(["Running", "Pending", "Failed"]),
                "podIP": address,
                "podIPs": [{"ip": address}],
                "hostIP": host,
                "hostIPs": [{"ip": host}],
                "conditions": [{"type": "Ready", "status": str(ready)}],
            },
        }
        named = {"hostname": own["hostname"]} if own else {}
        endpoints.append(
            {
                "addresses": [address],
                "conditions": {"ready": ready},
                "nodeName": node["metadata"]["name"],
                "targetRef": {"kind": "Pod", "name": pod, "namespace": namespace},
                **named,
            }
        )
    yield {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata(f"{name}-x", namespace, {}, labels={"kubernetes.io/service-name": name}),
        "addressType": "IPv4",
        "endpoints": endpoints,
    }
