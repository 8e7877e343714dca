"""Objects as their users and controllers write them. What stands under `status` is written as a controller would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

GATEWAY_API = "gateway.networking.k8s.io/v1"
CONTROLLER = "example.net/gateway"
SERVICE_LABEL = "kubernetes.io/service-name"
NEVER = "1970-01-01T00:00:00Z"

Manifest = dict[str, Any]
Texts = Mapping[str, str]


def manifest(  # noqa: PLR0913 - an object is made of these
    api_version: str,
    kind: str,
    name: str,
    *,
    spec: Mapping[str, Any] | None = None,
    status: Mapping[str, Any] | None = None,
    annotations: Texts | None = None,
    labels: Texts | None = None,
    namespace: str = "",
) -> Manifest:
    """An object; without a namespace it is in the test's."""
    metadata = {"name": name, "annotations": dict(annotations or {}), "labels": dict(labels or {})}
    if namespace:
        metadata["namespace"] = namespace
    found: Manifest = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    if spec is not None:
        found["spec"] = dict(spec)
    return found if status is None else found | {"status": dict(status)}


def condition(
    status: str = "True", generation: int | None = None, kind: str = "Accepted", reason: str = "Lab"
) -> Manifest:
    """A condition; without a generation it does not say which it has observed."""
    said = {"type": kind, "status": status, "reason": reason, "message": "", "lastTransitionTime": NEVER}
    return said if generation is None else said | {"observedGeneration": generation}


def refusal(reason: str = "NotAllowedByListeners", generation: int | None = None) -> Manifest:
    """The condition of a route that a controller does not attach, or for another reason only says so."""
    return condition("False", generation, reason=reason)


def listener(
    name: str = "web",
    protocol: str = "HTTP",
    port: int = 80,
    *,
    hostname: str = "",
    allowed: Mapping[str, Any] | None = None,
) -> Manifest:
    """A listener; one with TLS hands it through."""
    found: Manifest = {"name": name, "protocol": protocol, "port": port}
    if protocol == "TLS":
        found["tls"] = {"mode": "Passthrough"}
    if hostname:
        found["hostname"] = hostname
    return found if allowed is None else found | {"allowedRoutes": dict(allowed)}


def allow(source: str, **more: Any) -> Manifest:  # noqa: ANN401 - any field
    """Whose routes, or ListenerSets, are allowed."""
    return {"namespaces": {"from": source, **more}}


def gateway(  # noqa: PLR0913 - a Gateway is made of these
    *addresses: str | tuple[str, str],
    name: str = "edge",
    listeners: Iterable[Manifest] = (),
    allowed_listeners: Manifest | None = None,
    annotations: Texts | None = None,
    labels: Texts | None = None,
    namespace: str = "",
    said: Mapping[str, Iterable[Manifest]] | None = None,
) -> Manifest:
    """A Gateway with these addresses, of a type each where they are pairs. said: the conditions of its listeners."""
    pairs = [("IPAddress", one) if isinstance(one, str) else one for one in addresses]
    spec: Manifest = {"gatewayClassName": "lab", "listeners": list(listeners) or [listener()]}
    if allowed_listeners:
        spec["allowedListeners"] = allowed_listeners
    status: Manifest = {"addresses": [{"type": kind, "value": value} for kind, value in pairs]}
    if said:
        status["listeners"] = [
            {"name": one, "attachedRoutes": 0, "supportedKinds": [], "conditions": list(conditions)}
            for one, conditions in said.items()
        ]
    return manifest(
        GATEWAY_API,
        "Gateway",
        name,
        spec=spec,
        status=status,
        annotations=annotations,
        labels=labels,
        namespace=namespace,
    )


def said_by(reference: Mapping[str, Any], *conditions: Manifest, controller: str = CONTROLLER) -> Manifest:
    """What a controller says of a route and one of its parents."""
    return {"parentRef": dict(reference), "controllerName": controller, "conditions": list(conditions)}


def route(  # noqa: PLR0913 - a route is made of these
    *hostnames: str,
    name: str = "web",
    kind: str = "HTTPRoute",
    refs: Iterable[Mapping[str, Any]] = ({"name": "edge"},),
    parents: Iterable[Manifest] | None = None,
    annotations: Texts | None = None,
    labels: Texts | None = None,
    namespace: str = "",
) -> Manifest:
    """A route that each of its parents has accepted, unless `parents` says what controllers say."""
    listed = [dict(one) for one in refs]
    spec: Manifest = {"parentRefs": listed}
    if hostnames:
        spec["hostnames"] = list(hostnames)
    if kind == "TLSRoute":
        spec["rules"] = [{"backendRefs": [{"name": "backend", "port": 443}]}]
    said = [said_by(one, condition()) for one in listed] if parents is None else list(parents)
    return manifest(
        GATEWAY_API,
        kind,
        name,
        spec=spec,
        status={"parents": said},
        annotations=annotations,
        labels=labels,
        namespace=namespace,
    )


def listener_set(
    *,
    accepted: Manifest | None = None,
    listener_accepted: Manifest | None = None,
    hostname: str = "",
    gateway_namespace: str = "",
) -> Manifest:
    """The ListenerSet `team` of the Gateway `edge`, with one listener, and what a controller says of both."""
    reference = {"name": "edge", **({"namespace": gateway_namespace} if gateway_namespace else {})}
    own = listener(hostname=hostname)
    status = {
        "conditions": [accepted or condition()],
        "listeners": [{"name": "web", "attachedRoutes": 1, "conditions": [listener_accepted or condition()]}],
    }
    spec = {"parentRef": reference, "listeners": [own]}
    return manifest(GATEWAY_API, "ListenerSet", "team", spec=spec, status=status)


def load_balancer(at: Iterable[Texts]) -> Manifest:
    """The status of an Ingress or a Service."""
    return {"loadBalancer": {"ingress": [dict(one) for one in at]}}


def ingress(
    *hosts: str,
    at: Iterable[Texts] = ({"ip": "192.0.2.1"},),
    name: str = "web",
    annotations: Texts | None = None,
    labels: Texts | None = None,
    **spec: Any,  # noqa: ANN401 - any field
) -> Manifest:
    """An Ingress with a rule for each host."""
    backend = {"service": {"name": "backend", "port": {"number": 80}}}
    paths = {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}
    rules = {"rules": [{"host": host, "http": paths} for host in hosts]} if hosts else {"defaultBackend": backend}
    return manifest(
        "networking.k8s.io/v1",
        "Ingress",
        name,
        spec={**rules, **spec},
        status=load_balancer(at),
        annotations=annotations,
        labels=labels,
    )


def service(
    kind: str,
    *,
    at: Iterable[Texts] = (),
    name: str = "web",
    annotations: Texts | None = None,
    **spec: Any,  # noqa: ANN401 - any field
) -> Manifest:
    """A Service, with a hostname annotation unless its annotations are given."""
    said = {"external-dns.alpha.kubernetes.io/hostname": "www.example.com"} if annotations is None else annotations
    whole = {"type": kind, "ports": [{"port": 80}], **spec}
    return manifest("v1", "Service", name, spec=whole, status=load_balancer(at), annotations=said)


def node(
    name: str,
    *addresses: tuple[str, str],
    annotations: Texts | None = None,
    labels: Texts | None = None,
    ready: str = "True",
    **spec: Any,  # noqa: ANN401 - any field
) -> Manifest:
    """A Node with addresses, each of a type."""
    listed = [{"type": kind, "address": address} for kind, address in addresses]
    said = condition(ready, kind="Ready") | {"lastHeartbeatTime": NEVER}
    status = {"addresses": listed, "conditions": [said]}
    return manifest("v1", "Node", name, spec=spec, status=status, annotations=annotations, labels=labels)


def pod(address: str, *, ready: bool | None = True, host: str = "", on: str = "") -> Manifest:
    """An endpoint of a slice."""
    conditions = {} if ready is None else {"conditions": {"ready": ready}}
    named = {"hostname": host} if host else {}
    return {"addresses": [address], **conditions, **named, **({"nodeName": on} if on else {})}


def endpoint_slice(*pods: Manifest, of: str = "web", kind: str = "IPv4") -> Manifest:
    """The slice of a Service's pods of one family."""
    labels = {SERVICE_LABEL: of}
    one = manifest("discovery.k8s.io/v1", "EndpointSlice", f"{of}-{kind.lower()}", labels=labels)
    return one | {"addressType": kind, "endpoints": list(pods), "ports": []}


def dns_endpoint(name: str, *endpoints: Manifest, annotations: Texts | None = None, namespace: str = "") -> Manifest:
    """A DNSEndpoint of external-dns."""
    spec = {"endpoints": list(endpoints)}
    return manifest(
        "externaldns.k8s.io/v1alpha1", "DNSEndpoint", name, spec=spec, annotations=annotations, namespace=namespace
    )
