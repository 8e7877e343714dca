"""EndpointSlices: the pods behind a Service that are ready, and where those of a headless one are. Pure.

Sources: Kubernetes API discovery/v1; external-dns, source/service.go. The host's address of a pod is the first of its
node (kubelet, `GetNodeHostIPs`), so that pods are read for their annotations alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stacks.kube.objects import PODS, Manifest
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotation_values as values
from stacks.observe.cluster.claims.annotations import ENDPOINTS_TYPE, TARGET, Annotated, annotation_value
from stacks.observe.cluster.claims.assemble import known
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.node import EXTERNAL, INTERNAL, first_addresses

SERVICE_LABEL = "kubernetes.io/service-name"
_ADDRESS_TYPES = {"IPv4", "IPv6"}

Slices = Known[dict[tuple[str, str], list[Manifest]]] | Unknown
"""The slices of each Service, by its namespace and name."""


def slices_by_service(slices: Iterable[Manifest]) -> dict[tuple[str, str], list[Manifest]]:
    """Return the slices of each Service, by its namespace and name."""
    found: dict[tuple[str, str], list[Manifest]] = {}
    for one in slices:
        metadata = one["metadata"]
        service = (metadata.get("labels") or {}).get(SERVICE_LABEL)
        if service:
            found.setdefault((metadata["namespace"], service), []).append(one)
    return found


def ready_nodes(slices: Iterable[Manifest]) -> frozenset[str]:
    """Return the names of the nodes on which a pod is ready."""
    return frozenset(_nodes(slices))


@dataclass(frozen=True, slots=True)
class HeadlessPods:
    """The objects behind headless Services.

    nodes: all, by name. pods: by namespace and name; none where no annotation of theirs counts.
    """

    options: Options
    slices: Slices
    nodes: Known[Mapping[str, Manifest]] | Unknown
    pods: Known[Mapping[tuple[str, str], Manifest]] | Unknown

    def by_hostname(
        self, service: Manifest, annotated: Annotated, faults: list[Complaint]
    ) -> Mapping[str, Known[tuple[str, ...]] | Unknown]:
        """Return the targets of a Service's pods: of all under "", of those with a host name under it, too.

        faults: gets a complaint for each annotation that cannot be read.
        """
        if isinstance(self.slices, Unknown):
            return {"": self.slices}
        key = annotated.key
        of_nodes = annotation_value((annotated,), ENDPOINTS_TYPE, values.endpoints_type, values.ENDPOINTS_TYPES, faults)
        of_nodes = of_nodes or (values.HOST_IP if self.options.host_addresses else None)
        doubts = [one for one in (self.pods, self.nodes if of_nodes else None) if isinstance(one, Unknown)]

        def addresses_of(endpoint: Manifest) -> tuple[str, ...]:
            said = self._said_by_pod(endpoint, key, faults, doubts)
            return said or self._addresses(endpoint, of_nodes)

        always = self.options.unready_pods or bool(service["spec"].get("publishNotReadyAddresses"))
        found = _ready_by_hostname(self.slices.value.get((key.namespace, key.name), ()), addresses_of, always=always)
        lacks = {host: f"the pod {host} is not ready" if host else "no pod is ready" for host in found}
        return {host: doubts[0] if doubts else known(there, f"{key}: {lacks[host]}") for host, there in found.items()}

    def _said_by_pod(
        self, endpoint: Manifest, service: ObjectKey, faults: list[Complaint], doubts: list[Unknown]
    ) -> tuple[str, ...]:
        """Return the targets of a pod's annotation. doubts: gets the reason where the pod is not there yet."""
        reference = endpoint.get("targetRef") or {}
        if not self.options.pod_targets or isinstance(self.pods, Unknown) or reference.get("kind") != PODS.kind:
            return ()
        key = replace(service, kind=PODS.kind, name=reference.get("name", ""))
        pod = self.pods.value.get((key.namespace, key.name))
        if pod is None:
            doubts.append(Unknown(f"{key} is not there"))
            return ()
        own: list[Complaint] = []
        annotated = Annotated.of(key, pod, self.options.prefix)
        found = annotation_value((annotated,), TARGET, values.targets, values.TARGETS, own)
        faults += [replace(one, object=service) for one in own]
        return found or ()

    def _addresses(self, endpoint: Manifest, of_nodes: str | None) -> tuple[str, ...]:
        """Return the addresses of a pod: the first of its own, which are all one pod's, or those of its node."""
        if of_nodes is None:
            return tuple(endpoint.get("addresses") or ())[:1]
        node = self.nodes.value.get(endpoint.get("nodeName") or "", {}) if isinstance(self.nodes, Known) else {}
        of_host = of_nodes == values.HOST_IP
        return first_addresses(node, INTERNAL, EXTERNAL)[:1] if of_host else first_addresses(node, EXTERNAL)


def _ready_by_hostname(
    slices: Iterable[Manifest], addresses_of: Callable[[Manifest], Sequence[str]], *, always: bool
) -> dict[str, list[str]]:
    """Return the addresses of the ready pods: of all under "", and of those with a host name under it, too.

    A pod that is not ready has its host name here without addresses. addresses_of: those of an endpoint's pod. always:
    pods that are not ready count too.
    """
    found: dict[str, list[str]] = {"": []}
    for one in slices:
        if one.get("addressType") not in _ADDRESS_TYPES:
            continue
        for endpoint in one.get("endpoints") or ():
            addresses = addresses_of(endpoint) if always or _is_ready(endpoint) else ()
            for host in {"", endpoint.get("hostname") or ""}:
                found.setdefault(host, []).extend(addresses)
    return found


def _nodes(slices: Iterable[Manifest]) -> Iterator[str]:
    for one in slices:
        for endpoint in one.get("endpoints") or ():
            if _is_ready(endpoint) and endpoint.get("nodeName"):
                yield endpoint["nodeName"]


def _is_ready(endpoint: Manifest) -> bool:
    """Return whether an endpoint is ready; without the condition it is (`EndpointConditions.ready`)."""
    ready = (endpoint.get("conditions") or {}).get("ready")
    return ready is None or bool(ready)
