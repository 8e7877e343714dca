"""Istio's Gateways and VirtualServices: names at the load balancers that a Gateway's selector leads to. Pure.

Sources: Istio, networking v1 `Gateway` and `VirtualService`; external-dns, sources istio-gateway and
istio-virtualservice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from stacks.kube.objects import SERVICES, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotation_values as values
from stacks.observe.cluster.claims.annotations import (
    HOSTNAME,
    Annotated,
    annotation_value,
    has_other_controller,
    makes_claims,
)
from stacks.observe.cluster.claims.assemble import Claimant, assemble
from stacks.observe.cluster.claims.limits import claims_of_each
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds import service
from stacks.observe.cluster.kinds.described import ANY, each_value, host_names

GROUP = "networking.istio.io"
HOSTS = "spec.servers[].hosts[]"
GATEWAYS = Resource(GROUP, "v1", "gateways", "Gateway", fields=(HOSTS, "spec.selector"))
VIRTUAL_SERVICES = Resource(
    GROUP, "v1", "virtualservices", "VirtualService", fields=("spec.hosts", "spec.gateways", "spec.exportTo")
)
MESH = "mesh"
"""The gateway of a VirtualService for what is inside of the mesh."""

Own = Known[tuple[str, ...]] | Unknown


@dataclass(frozen=True, slots=True)
class IstioGateways:
    """Istio's Gateways, with the hosts of their servers."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (GATEWAYS, SERVICES)

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        return claims_of_each(objects.all(GATEWAYS), lambda one: self._of_gateway(one, objects), self.options)

    def _of_gateway(self, manifest: Manifest, objects: ClusterObjects) -> Iterator[Claim | Complaint]:
        key = key_of(objects.cluster, GATEWAYS, manifest)
        annotated = Annotated.of(key, manifest, self.options.prefix)
        if not makes_claims((annotated,), opt_in=self.options.opt_in):
            return
        faults: list[Complaint] = []
        added = annotation_value((annotated,), HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or ()
        hosts = (host.rpartition("/")[2] for host in each_value(manifest, HOSTS) if isinstance(host, str))
        strange: list[Complaint] = []
        names = tuple(host_names(hosts, HOSTS, key, strange))
        yield from strange
        own = _addresses(manifest, key, objects)
        given = (*names, *added)
        more = self.options.templated(GATEWAYS, manifest, key).names(given, faults)
        default = self.options.default_target()
        claimant = Claimant(key, created(manifest), (annotated,), default=default, templated=more)
        yield from assemble(claimant, (*given, *more), own, faults)


@dataclass(frozen=True, slots=True)
class VirtualServices:
    """Istio's VirtualServices, with the hosts that their Gateways serve."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (VIRTUAL_SERVICES, GATEWAYS, SERVICES)

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        return claims_of_each(
            objects.all(VIRTUAL_SERVICES), lambda one: self._of_virtual_service(one, objects), self.options
        )

    def _of_virtual_service(self, manifest: Manifest, objects: ClusterObjects) -> Iterator[Claim | Complaint]:
        key = key_of(objects.cluster, VIRTUAL_SERVICES, manifest)
        annotated = Annotated.of(key, manifest, self.options.prefix)
        if has_other_controller(annotated):
            return
        faults: list[Complaint] = []
        added = annotation_value((annotated,), HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or ()
        hosts = (host for host in each_value(manifest, "spec.hosts[]") if isinstance(host, str) and "." in host)
        strange: list[Complaint] = []
        names = tuple(dict.fromkeys((*host_names(hosts, "spec.hosts", key, strange), *added)))
        yield from strange
        more = self.options.templated(VIRTUAL_SERVICES, manifest, key).names(names, faults)
        names = (*names, *more)
        default = self.options.default_target()
        claimant = Claimant(key, created(manifest), (annotated,), default=default, templated=more)
        found = [
            one
            for place in _gateways(manifest, key)
            for one in self._at_gateway(place, names, claimant, manifest, objects, faults)
        ]
        yield from dict.fromkeys(found or faults)

    def _at_gateway(
        self,
        place: tuple[str, str],
        names: tuple[str, ...],
        claimant: Claimant,
        manifest: Manifest,
        objects: ClusterObjects,
        faults: list[Complaint],
    ) -> Iterator[Claim | Complaint]:
        """Yield the claims at one Gateway. One that is absent is being replaced, as far as anybody knows."""
        gateway = objects.get(GATEWAYS, *place)
        if gateway is None or isinstance(gateway, Unknown):
            doubt = gateway or Unknown(f"the Istio Gateway {'/'.join(place)} is not there")
            yield from assemble(replace(claimant, doubt=doubt), names, doubt, faults)
            return
        gateway_key = key_of(objects.cluster, GATEWAYS, gateway)
        chain = (*claimant.chain, Annotated.of(gateway_key, gateway, self.options.prefix))
        if not makes_claims(chain, opt_in=self.options.opt_in):
            return
        if not _is_exported(manifest, claimant.key, gateway_key):
            return
        bound = tuple(name for name in names if _serves(gateway, gateway_key, name, claimant.key.namespace))
        if bound:
            own = _addresses(gateway, gateway_key, objects)
            yield from assemble(replace(claimant, chain=chain), bound, own, faults)


def _gateways(manifest: Manifest, key: ObjectKey) -> Iterator[tuple[str, str]]:
    """Yield the namespace and the name of each Gateway of a VirtualService."""
    for text in each_value(manifest, "spec.gateways[]"):
        if isinstance(text, str) and text not in {"", MESH}:
            namespace, slash, name = text.rpartition("/")
            yield (namespace if slash and namespace != "." else key.namespace), name


def _is_exported(manifest: Manifest, key: ObjectKey, gateway: ObjectKey) -> bool:
    """Return whether a VirtualService is visible in the namespace of the Gateway."""
    exported = tuple(each_value(manifest, "spec.exportTo[]"))
    own = {"."} if key.namespace == gateway.namespace else set()
    return not exported or not {"*", gateway.namespace, *own}.isdisjoint(exported)


def _serves(gateway: Manifest, key: ObjectKey, name: str, namespace: str) -> bool:
    """Return whether a server of the Gateway takes the name from VirtualServices of a namespace."""
    for text in each_value(gateway, HOSTS):
        if not isinstance(text, str):
            continue
        before, slash, host = text.rpartition("/")
        allowed = not slash or before in {"*", namespace} or (before == "." and key.namespace == namespace)
        if allowed and (host in {ANY, name} or (host.startswith("*.") and name.endswith(host[1:]))):
            return True
    return False


def _addresses(gateway: Manifest, key: ObjectKey, objects: ClusterObjects) -> Own:
    """Return the addresses of the load balancers before the Pods that the Gateway selects."""
    services = objects.all(SERVICES)
    if isinstance(services, Unknown):
        return services
    selector = (gateway.get("spec") or {}).get("selector") or {}
    found: dict[str, None] = {}
    unknown: Unknown | None = None
    for one in services.value:
        if not _leads_to(one["spec"].get("selector") or {}, selector):
            continue
        own = service.addresses(one, key_of(objects.cluster, SERVICES, one))
        if isinstance(own, Unknown):
            unknown = own
        else:
            found |= dict.fromkeys(own.value)
    if unknown or not found:
        return unknown or Unknown(f"{key}: no service with an address leads to the Pods that it selects")
    return Known(tuple(found))


def _leads_to(of_service: Mapping[str, str], of_gateway: Mapping[str, str]) -> bool:
    """Return whether a Service selects what the Gateway selects, as external-dns tells."""
    return bool(of_gateway) and all(of_service.get(key) == value for key, value in of_gateway.items())
