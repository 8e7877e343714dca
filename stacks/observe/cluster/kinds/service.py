"""Services with a hostname annotation, or names by template; each type of Service has targets of its own. Pure.

Sources: Kubernetes API core/v1 `ServiceSpec`, discovery/v1 `EndpointSlice`; external-dns, annotations. EndpointSlices
have the ready pods with their nodes and host names: pods are watched for their own targets only (`pod_targets`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from components.records.canonical import is_address
from stacks.kube.objects import (
    ENDPOINT_SLICES,
    NODES,
    PODS,
    SERVICES,
    ClusterObjects,
    Manifest,
    Resource,
    created,
    key_of,
)
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey
from stacks.model.scope import tunnel_of
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotation_values as values
from stacks.observe.cluster.claims.annotations import (
    ACCESS,
    HOSTNAME,
    INTERNAL_HOSTNAME,
    TARGET,
    Annotated,
    annotated_names,
    annotation_value,
    find_annotation,
    makes_claims,
    read_settings,
)
from stacks.observe.cluster.claims.assemble import Claimant, assemble, known, usable
from stacks.observe.cluster.claims.limits import claims_of_each
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.hosts import Hosts
from stacks.observe.cluster.kinds.endpoint_slices import HeadlessPods, Slices, ready_nodes, slices_by_service
from stacks.observe.cluster.kinds.node import is_cordoned, is_excluded, node_addresses

HEADLESS = "None"
NOTHING: Known[tuple[str, ...]] = Known(())
NO_PODS: Known[tuple[Manifest, ...]] = Known(())

Own = Known[tuple[str, ...]] | Unknown


@dataclass(frozen=True, slots=True)
class Backends:
    """The nodes and pods behind Services: the nodes that count, and the slices by namespace and Service.

    headless: the pods of headless Services.
    """

    nodes: Known[tuple[Manifest, ...]] | Unknown
    slices: Slices
    headless: HeadlessPods


@dataclass(frozen=True, slots=True)
class Services:
    """The Services with a hostname annotation, or names by template."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (SERVICES, ENDPOINT_SLICES, NODES, *([PODS] if self.options.pod_targets else []))

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        services, slices, nodes = (objects.all(one) for one in (SERVICES, ENDPOINT_SLICES, NODES))
        if isinstance(services, Unknown):
            return services
        types = self.options.service_types
        services = Known(tuple(one for one in services.value if not types or _type_of(one) in types))
        if isinstance(slices, Unknown) and any(self._names_pods(one) for one in services.value):
            return slices  # the names of its pods are in there
        by_service: Slices = slices if isinstance(slices, Unknown) else Known(slices_by_service(slices.value))
        if self.options.hosts:
            self.options.hosts.forget()
        headless = HeadlessPods(self.options, by_service, _by_name(nodes), self._pods(objects))
        if isinstance(nodes, Known):
            counted = (one for one in nodes.value if self.options.cordoned_nodes or not is_cordoned(one))
            nodes = Known(tuple(one for one in counted if not is_excluded(one)))
        backends = Backends(nodes, by_service, headless)
        return claims_of_each(services, lambda one: self._of_service(one, objects.cluster, backends), self.options)

    def _pods(self, objects: ClusterObjects) -> Known[Mapping[tuple[str, str], Manifest]] | Unknown:
        pods = objects.all(PODS) if self.options.pod_targets else NO_PODS
        if isinstance(pods, Unknown):
            return pods
        return Known({(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in pods.value})

    def _names_pods(self, service: Manifest) -> bool:
        annotated = Annotated.of(key_of("", SERVICES, service), service, self.options.prefix)
        is_named = self.options.templates.names or find_annotation((annotated,), HOSTNAME)
        return _is_headless(service) and bool(is_named)

    def _of_service(self, service: Manifest, cluster: str, backends: Backends) -> Iterator[Claim | Complaint]:
        key = key_of(cluster, SERVICES, service)
        annotated = Annotated.of(key, service, self.options.prefix)
        if not makes_claims((annotated,), opt_in=self.options.opt_in):
            return
        faults: list[Complaint] = []
        names = annotated_names((annotated,), HOSTNAME, faults)
        inside = annotated_names((annotated,), INTERNAL_HOSTNAME, faults)
        added = self.options.templated(SERVICES, service, key).names((*names, *inside), faults)
        names = (*names, *added)
        access = annotation_value((annotated,), ACCESS, values.access, values.ACCESS, faults)
        if not (names or inside or faults):
            return
        claimant = Claimant(key, created(service), (annotated,), default=self.options.default_target(), templated=added)
        says_targets = find_annotation((annotated,), TARGET) is not None
        pods: Mapping[str, Own] = {}
        if _is_headless(service) and not says_targets:
            pods = backends.headless.by_hostname(service, annotated, faults)
            own = pods[""]
        else:
            own = _targets(service, str(key), backends, access, self.options)
        found = [*assemble(claimant, names, own, faults)]
        found += assemble(replace(claimant, default=""), inside, _cluster_addresses(service, str(key)), faults)
        if not claimant.default and not says_targets and not _is_detected(found):
            for name in names:
                found += _each_pod(pods, claimant, name, faults)
                found += _ports(service, claimant, name, faults)
        yield from dict.fromkeys(found)


def _type_of(service: Manifest) -> str:
    return str(service["spec"].get("type") or "ClusterIP")


def _is_headless(service: Manifest) -> bool:
    return bool(service["spec"].get("clusterIP") == HEADLESS)


def _is_detected(found: list[Claim | Complaint]) -> bool:
    return any(isinstance(one, Claim) and isinstance(one.targets, Detected) for one in found)


def _targets(service: Manifest, user: str, backends: Backends, access: str | None, options: Options) -> Own:
    spec = service["spec"]
    external = spec.get("externalIPs") or ()
    match spec.get("type") or "ClusterIP":
        case "LoadBalancer":
            return _load_balancer(service, user, options.hosts)
        case "NodePort":
            return _node_ports(service, user, backends, access)
        case "ExternalName":
            return known(external or (spec.get("externalName") or "",), f"{user} names nothing that DNS can hold")
        case "ClusterIP" if options.cluster_addresses:
            return _cluster_addresses(service, user)
    return NOTHING


def addresses(service: Manifest, key: ObjectKey) -> Own:
    """Return the addresses of a Service outside of the cluster; Unknown for a LoadBalancer without one."""
    if service["spec"].get("type") == "LoadBalancer":
        return _load_balancer(service, str(key))
    return Known(usable(service["spec"].get("externalIPs") or ()))


def _load_balancer(service: Manifest, user: str, hosts: Hosts | None = None) -> Own:
    status = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    external = service["spec"].get("externalIPs")
    given = (one[field] for one in status for field in ("ip", "hostname") if one.get(field))
    own = known(external or given, f"{user} has no address yet")
    return _resolved(own, user, hosts) if hosts and not external else own


def _resolved(own: Own, user: str, hosts: Hosts) -> Own:
    """Return the addresses of a load balancer, those of its host names among them; Unknown where one is not known.

    The name of a tunnel stays: it has no address that leads to it.
    """
    if isinstance(own, Unknown):
        return own
    stay = [one for one in own.value if is_address(one) or tunnel_of(one)]
    answers = [hosts.addresses(one) for one in own.value if one not in stay]
    unknown = next((one for one in answers if isinstance(one, Unknown)), None)
    if unknown:
        return Unknown(f"{user}: {unknown.reason}")
    return Known(usable([*stay, *(one for answer in answers if isinstance(answer, Known) for one in answer.value)]))


def _cluster_addresses(service: Manifest, user: str) -> Own:
    spec = service["spec"]
    listed = spec.get("clusterIPs") or (spec.get("clusterIP") or "",)
    return NOTHING if HEADLESS in listed else known(listed, f"{user} has no cluster address yet")


def _node_ports(service: Manifest, user: str, backends: Backends, access: str | None) -> Own:
    """Return the addresses of the nodes that answer: all that are ready, with the policy Local those with a ready pod.

    Cordoned nodes and those excluded from load balancers are none of these.
    """
    if isinstance(backends.nodes, Unknown):
        return backends.nodes
    nodes: Sequence[Manifest] = backends.nodes.value
    if service["spec"].get("externalTrafficPolicy") == "Local":
        if isinstance(backends.slices, Unknown):
            return backends.slices
        ready = ready_nodes(_slices(service, backends.slices.value))
        nodes = [node for node in nodes if node["metadata"]["name"] in ready]
    return node_addresses(nodes, user, access, serving=True)


def _each_pod(
    pods: Mapping[str, Own], claimant: Claimant, name: str, faults: list[Complaint]
) -> Iterator[Claim | Complaint]:
    """Yield the claims of a headless Service's pods with host names of their own, such as those of a StatefulSet."""
    if name.startswith("*"):
        return  # it covers every pod's name already
    for host, own in pods.items():
        if host:
            yield from assemble(claimant, (f"{host}.{name}",), own, faults)


def _ports(service: Manifest, claimant: Claimant, name: str, faults: list[Complaint]) -> Iterator[Claim]:
    """Yield SRV records (RFC 2782), in the form of external-dns: `_service._protocol.name`, priority 0, weight 50."""
    if service["spec"].get("type") != "NodePort":
        return
    complaints = list(faults)
    annotated = read_settings(claimant.chain, complaints)
    ports: dict[str, set[str]] = {}
    for port in service["spec"].get("ports") or ():
        if port.get("nodePort"):
            protocol = (port.get("protocol") or "TCP").lower()
            ports.setdefault(protocol, set()).add(f"0 50 {port['nodePort']} {name}")
    for protocol, targets in ports.items():
        srv = f"_{claimant.key.name}._{protocol}.{name}"
        own = Unknown(complaints[0].text) if complaints else Known(tuple(sorted(targets)))
        yield Claim(
            name=srv,
            type="SRV",
            targets=own,
            object=claimant.key,
            created=claimant.created,
            ttl=annotated.ttl,
            comment=annotated.comment,
            tags=annotated.tags,
            spelled=annotated.spelled,
        )


def _by_name(nodes: Known[tuple[Manifest, ...]] | Unknown) -> Known[Mapping[str, Manifest]] | Unknown:
    return nodes if isinstance(nodes, Unknown) else Known({one["metadata"]["name"]: one for one in nodes.value})


def _slices(service: Manifest, slices: dict[tuple[str, str], list[Manifest]]) -> list[Manifest]:
    metadata = service["metadata"]
    return slices.get((metadata["namespace"], metadata["name"]), [])
