"""Services with a hostname annotation, each type in its way. Pure.

Sources: Kubernetes API core/v1 `ServiceSpec`, discovery/v1 `EndpointSlice`; external-dns, annotations. What pods are
ready is read off EndpointSlices, which say their nodes and host names too: no pod need be watched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stacks.kube.objects import ENDPOINT_SLICES, NODES, SERVICES, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster import annotation_values as values
from stacks.observe.cluster.annotations import (
    ACCESS,
    CONTENT_MODE,
    HOSTNAME,
    INTERNAL_HOSTNAME,
    TARGET,
    Annotated,
    find,
    is_anothers,
    read,
    value,
)
from stacks.observe.cluster.assemble import Asking, assemble, known, usable
from stacks.observe.cluster.kinds.endpoint_slices import ready_by_hostname, ready_nodes, slices_by_service
from stacks.observe.cluster.kinds.node_addresses import is_cordoned, node_addresses
from stacks.observe.cluster.source import Options

HEADLESS = "None"
NOTHING: Known[tuple[str, ...]] = Known(())

Own = Known[tuple[str, ...]] | Unknown


@dataclass(frozen=True, slots=True)
class Around:
    """What a Service's targets may be found in: the schedulable nodes, and the slices by namespace and Service."""

    nodes: Known[tuple[Manifest, ...]] | Unknown
    slices: Known[dict[tuple[str, str], list[Manifest]]] | Unknown


@dataclass(frozen=True, slots=True)
class Services:
    """The Services that ask for a name."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (SERVICES, ENDPOINT_SLICES, NODES)

    def wishes(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        services, slices, nodes = (objects.all(one) for one in (SERVICES, ENDPOINT_SLICES, NODES))
        if isinstance(services, Unknown):
            return services
        if isinstance(slices, Unknown) and any(_names_pods(one, objects) for one in services.value):
            return slices  # the names of its pods are in there
        if isinstance(nodes, Known):
            counted = (one for one in nodes.value if self.options.cordoned_nodes or not is_cordoned(one))
            nodes = Known(tuple(counted))
        around = Around(nodes, slices if isinstance(slices, Unknown) else Known(slices_by_service(slices.value)))
        return Known(tuple(wish for one in services.value for wish in self._of_service(one, objects.cluster, around)))

    def _of_service(self, service: Manifest, cluster: str, around: Around) -> Iterator[Claim | Complaint]:
        key = key_of(cluster, SERVICES, service)
        said = Annotated.of(key, service)
        if is_anothers(said) or (self.options.opt_in and not find((said,), CONTENT_MODE)):
            return
        faults: list[Complaint] = []
        names = value((said,), HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or ()
        inside = value((said,), INTERNAL_HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or ()
        access = value((said,), ACCESS, values.access, values.ACCESS, faults)
        if not (names or inside or faults):
            return
        asking = Asking(key, created(service), (said,))
        own = _targets(service, str(key), around, access, cluster_addresses=self.options.cluster_addresses)
        found = [*assemble(asking, names, own, faults)]
        found += assemble(asking, inside, _cluster_addresses(service, str(key)), faults)
        if not find((said,), TARGET) and not _is_detected(found):
            for name in names:
                found += _pods(service, asking, name, around, faults)
                found += _ports(service, asking, name, faults)
        yield from dict.fromkeys(found)


def _is_headless(service: Manifest) -> bool:
    return bool(service["spec"].get("clusterIP") == HEADLESS)


def _names_pods(service: Manifest, objects: ClusterObjects) -> bool:
    said = Annotated.of(key_of(objects.cluster, SERVICES, service), service)
    return _is_headless(service) and find((said,), HOSTNAME) is not None


def _is_detected(found: list[Claim | Complaint]) -> bool:
    return any(isinstance(one, Claim) and isinstance(one.targets, Detected) for one in found)


def _targets(service: Manifest, whose: str, around: Around, access: str | None, *, cluster_addresses: bool) -> Own:
    spec = service["spec"]
    external = spec.get("externalIPs") or ()
    match spec.get("type") or "ClusterIP":
        case "LoadBalancer":
            return _load_balancer(service, whose)
        case "NodePort":
            return _node_ports(service, whose, around, access)
        case "ExternalName":
            return known(external or (spec.get("externalName") or "",), f"{whose} names nothing that DNS can hold")
        case "ClusterIP" if spec.get("clusterIP") == HEADLESS:
            ready = _ready(service, around)
            return ready if isinstance(ready, Unknown) else known(ready.value.get("", ()), f"{whose}: no pod is ready")
        case "ClusterIP" if cluster_addresses:
            return _cluster_addresses(service, whose)
    return NOTHING


def addresses(service: Manifest, key: ObjectKey) -> Own:
    """The addresses of its own that a Service has outside of the cluster; only a LoadBalancer is sure to have one."""
    if service["spec"].get("type") == "LoadBalancer":
        return _load_balancer(service, str(key))
    return Known(usable(service["spec"].get("externalIPs") or ()))


def _load_balancer(service: Manifest, whose: str) -> Own:
    status = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    given = (one[field] for one in status for field in ("ip", "hostname") if one.get(field))
    return known(service["spec"].get("externalIPs") or given, f"{whose} has no address yet")


def _cluster_addresses(service: Manifest, whose: str) -> Own:
    spec = service["spec"]
    listed = spec.get("clusterIPs") or (spec.get("clusterIP") or "",)
    return NOTHING if HEADLESS in listed else known(listed, f"{whose} has no cluster address yet")


def _node_ports(service: Manifest, whose: str, around: Around, access: str | None) -> Own:
    """The addresses of the nodes that answer: all, or with the policy Local those where a pod is ready."""
    if isinstance(around.nodes, Unknown):
        return around.nodes
    nodes: Sequence[Manifest] = around.nodes.value
    if service["spec"].get("externalTrafficPolicy") == "Local":
        if isinstance(around.slices, Unknown):
            return around.slices
        ready = ready_nodes(_slices(service, around.slices.value))
        nodes = [node for node in nodes if node["metadata"]["name"] in ready]
    return node_addresses(nodes, whose, access)


def _pods(
    service: Manifest, asking: Asking, name: str, around: Around, faults: list[Complaint]
) -> Iterator[Claim | Complaint]:
    """The pods of a headless Service that have a host name of their own, as those of a StatefulSet have."""
    ready = _ready(service, around)
    if not _is_headless(service) or isinstance(ready, Unknown) or name.startswith("*"):
        return  # a wildcard has every pod's name already
    for host, addresses in ready.value.items():
        if host:
            own = known(addresses, f"{asking.key}: the pod {host} is not ready")
            yield from assemble(asking, (f"{host}.{name}",), own, faults)


def _ports(service: Manifest, asking: Asking, name: str, faults: list[Complaint]) -> Iterator[Claim]:
    """SRV records (RFC 2782), in the form of external-dns: `_service._protocol.name`, priority 0, weight 50."""
    if service["spec"].get("type") != "NodePort":
        return
    complaints = list(faults)
    said = read(asking.chain, complaints)
    ports: dict[str, set[str]] = {}
    for port in service["spec"].get("ports") or ():
        if port.get("nodePort"):
            protocol = (port.get("protocol") or "TCP").lower()
            ports.setdefault(protocol, set()).add(f"0 50 {port['nodePort']} {name}.")
    for protocol, targets in ports.items():
        srv = f"_{asking.key.name}._{protocol}.{name}"
        own = Unknown(complaints[0].text) if complaints else Known(tuple(sorted(targets)))
        yield Claim(
            name=srv,
            type="SRV",
            targets=own,
            object=asking.key,
            created=asking.created,
            ttl=said.ttl,
            comment=said.comment,
            tags=said.tags,
            spelled=said.spelled,
        )


def _ready(service: Manifest, around: Around) -> Known[dict[str, tuple[str, ...]]] | Unknown:
    if isinstance(around.slices, Unknown):
        return around.slices
    always = bool(service["spec"].get("publishNotReadyAddresses"))
    return Known(ready_by_hostname(_slices(service, around.slices.value), always=always))


def _slices(service: Manifest, slices: dict[tuple[str, str], list[Manifest]]) -> list[Manifest]:
    metadata = service["metadata"]
    return slices.get((metadata["namespace"], metadata["name"]), [])
