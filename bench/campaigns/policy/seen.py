"""What the plan sees of an object of the campaign `policy`, and of what it depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.campaigns.policy.rules import GATEWAYS
from stacks.kube.objects import Manifest, Resource
from stacks.model.values import Known, Unknown
from stacks.settings.cluster import ClusterSettings

_ADDRESS = "198.51.100.9"
_AT = {"loadBalancer": {"ingress": [{"ip": _ADDRESS}]}}
_SELECTOR = {"istio": "edge"}


def is_of(manifest: Manifest, resource: Resource) -> bool:
    """Whether an object is of a kind, in any version."""
    group = manifest["apiVersion"].rpartition("/")[0]
    return (group, manifest["kind"]) == (resource.group, resource.kind)


@dataclass(frozen=True)
class Seen:
    """A cluster with an object, as it is once controllers have given it addresses, and Gateways for routes."""

    manifest: Manifest
    settings: ClusterSettings
    cluster: str = ""

    def all(self, resource: Resource) -> Known[tuple[Manifest, ...]] | Unknown:
        return Known(tuple(one for one in self._each() if is_of(one, resource)))

    def get(self, resource: Resource, namespace: str, name: str) -> Manifest | Unknown | None:
        found = self.all(resource)
        assert isinstance(found, Known)  # noqa: S101 - it always is
        wanted = {"namespace": namespace, "name": name}
        return next((one for one in found.value if wanted.items() <= one["metadata"].items()), None)

    def counts(self, resource: Resource, namespace: str) -> bool:
        read = self.settings.gateway_namespaces if resource.kind == "Gateway" else ()
        return not read or namespace in read

    def _each(self) -> Iterator[Manifest]:
        yield self._own()
        namespaces = self.settings.gateway_namespaces or self.settings.namespaces
        for namespace in namespaces:
            yield from (self._gateway(name, namespace) for name in GATEWAYS)
        namespace = self.manifest["metadata"]["namespace"]
        server = {"hosts": ["*"], "port": {"number": 80}}
        yield self._made(
            "networking.istio.io/v1", "Gateway", namespace, "edge", {"selector": _SELECTOR, "servers": [server]}
        )
        spec = {"type": "LoadBalancer", "selector": _SELECTOR}
        yield {**self._made("v1", "Service", namespace, "istio", spec), "status": _AT}

    def _own(self) -> Manifest:
        spec = self.manifest.get("spec")
        status: Mapping[str, Any] = {**_AT, "addresses": [_ADDRESS], "ingress": [{"routerCanonicalHostname": ""}]}
        if self.manifest["kind"] == "HTTPProxy":
            status = {**_AT, "conditions": [{"type": "Valid", "status": "True"}]}
        if isinstance(spec, dict) and "parentRefs" in spec:
            accepted = [{"type": "Accepted", "status": "True"}]
            status = {"parents": [{"parentRef": one, "conditions": accepted} for one in spec["parentRefs"]]}
        if self.manifest["apiVersion"] == "v1" and self.manifest["kind"] == "Service":
            return {**self.manifest, "spec": {**self.manifest["spec"], "clusterIP": "198.51.100.200"}, "status": status}
        return {**self.manifest, "status": status}

    def _gateway(self, name: str, namespace: str) -> Manifest:
        everywhere = {"namespaces": {"from": "All"}}
        listeners = [
            {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": everywhere},
            {"name": "tcp", "port": 90, "protocol": "TCP", "allowedRoutes": everywhere},
            {
                "name": "tls",
                "port": 443,
                "protocol": "TLS",
                "tls": {"mode": "Passthrough"},
                "allowedRoutes": everywhere,
            },
        ]
        spec = {"gatewayClassName": "lab", "listeners": listeners}
        status = {"addresses": [{"type": "IPAddress", "value": _ADDRESS}]}
        return {**self._made("gateway.networking.k8s.io/v1", "Gateway", namespace, name, spec), "status": status}

    def _made(self, api: str, kind: str, namespace: str, name: str, spec: Mapping[str, Any]) -> Manifest:
        """Return an object; a Gateway says what `opt_in` asks for."""
        prefix = self.settings.annotation_prefix or "truenorth/"
        said = {f"{prefix}content-mode": "gateway-address"} if kind == "Gateway" and self.settings.opt_in else {}
        metadata = {"name": name, "namespace": namespace, "annotations": said}
        return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}
