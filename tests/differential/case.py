"""A difference, and what of the corpus stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.external_dns import ANNOTATIONS
from stacks.model.claims import ObjectKey
from stacks.model.values import Known, Unknown
from tests.differential.drawing import OWN_PREFIX

if TYPE_CHECKING:
    from tests.differential.compare import Difference
    from tests.differential.corpus import Corpus
    from tests.differential.drawing import Manifest

_FITTING = {"IPAddress", "Hostname"}
_ACCESS = {"public": {"ExternalIP"}, "private": {"InternalIP"}}


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at."""

    difference: Difference
    corpus: Corpus

    @property
    def unknown(self) -> bool:
        """Whether it is not known to us what the records should be."""
        return isinstance(self.difference.ours, Unknown)

    @property
    def asked(self) -> set[str]:
        """All targets that objects wish for at the name, as we know them."""
        known = (one.targets for one in self.difference.wishes)
        return {target for targets in known if isinstance(targets, Known) for target in targets.value}

    @property
    def objects(self) -> list[Manifest]:
        """The objects that ask for the name, also those that we pay no heed to."""
        keys = self.difference.objects
        return [one for one in self.corpus.objects if key_of(one) in keys or self.difference.name in names(one)]

    @property
    def routes(self) -> list[Manifest]:
        return [one for one in self.objects if one["kind"].endswith("Route")]

    @property
    def gateways(self) -> list[Manifest]:
        """Those of the routes."""
        return [gateway for route in self.routes for gateway in self.gateways_of(route)]

    @property
    def listener_sets(self) -> list[Manifest]:
        """Those of the routes."""
        return [one for route in self.routes for one in self.listener_sets_of(route)]

    @property
    def services(self) -> list[Manifest]:
        return [one for one in self.objects if one["kind"] == "Service"]

    @property
    def nodes(self) -> list[Manifest]:
        return [one for one in self.objects if one["kind"] == "Node"]

    def gateways_of(self, route: Manifest) -> list[Manifest]:
        """The Gateways that a route names in its spec or its status, and those of the ListenerSets that it names."""
        sets = self.listener_sets_of(route)
        found = self._parents(route, "Gateway") + [self._find("Gateway", one, one["spec"]["parentRef"]) for one in sets]
        return [one for one in found if one is not None]

    def listener_sets_of(self, route: Manifest) -> list[Manifest]:
        """The ListenerSets that a route names."""
        return [one for one in self._parents(route, "ListenerSet") if one is not None]

    def _parents(self, route: Manifest, kind: str) -> list[Manifest | None]:
        named = [*route["spec"]["parentRefs"], *(one["parentRef"] for one in route["status"]["parents"])]
        return [self._find(kind, route, one) for one in named if one.get("kind", "Gateway") == kind]

    def _find(self, kind: str, of: Manifest, reference: Manifest) -> Manifest | None:
        namespace = reference.get("namespace", of["metadata"]["namespace"])
        return self.corpus.find(kind, namespace, reference["name"])

    def lacks_addresses(self, manifest: Manifest) -> bool:
        """Whether there is nothing in the object that its records could point at."""
        kind, spec = manifest["kind"], manifest["spec"]
        if kind == "Ingress" or (kind == "Service" and spec["type"] == "LoadBalancer"):
            return not manifest.get("status", {}).get("loadBalancer", {}).get("ingress")
        if kind == "Pod":
            return not said(manifest, "target") and not self._has_outside_address(manifest)
        if kind == "Service":
            own = self.difference.name in names(manifest)  # else it is a pod's
            if spec["type"] == "NodePort":
                return not (own and self._has_serving_node(manifest))
            return not (own and any(self._has_address(one, manifest) for one in self.pods(manifest)))
        return kind.endswith("Route") and any(not fitting(one) for one in self.gateways_of(manifest))

    def pods(self, service: Manifest, *, ready: bool = True) -> list[Manifest]:
        """The pods of a Service, those that are ready or those that are not."""
        metadata = service["metadata"]
        return [
            one
            for one in self.corpus.objects
            if one["kind"] == "Pod"
            and one["metadata"]["namespace"] == metadata["namespace"]
            and one["metadata"]["labels"]["app"] == metadata["name"]
            and one["status"]["conditions"][0]["status"] == str(ready)
        ]

    def _has_address(self, pod: Manifest, service: Manifest) -> bool:
        """Whether a pod of a headless Service, or its node, has an address as asked for."""
        if said(pod, "target") or said(service, "endpoints-type") != "NodeExternalIP":
            return True
        node = self.corpus.find("Node", "", pod["spec"]["nodeName"])
        return any(
            one["type"] == "ExternalIP" for one in (node or {"status": {"addresses": ()}})["status"]["addresses"]
        )

    def _has_outside_address(self, pod: Manifest) -> bool:
        """Whether a pod's node has an address for its host name."""
        node = self.corpus.find("Node", "", pod["spec"]["nodeName"])
        listed = node["status"]["addresses"] if node else []
        return any(one["type"] == "ExternalIP" or ":" in one["address"] for one in listed)

    def _has_serving_node(self, service: Manifest) -> bool:
        """Whether a node that takes pods, and has a ready one where that counts, has an address as asked for."""
        ready = {one["spec"]["nodeName"] for one in self.pods(service)}
        local = service["spec"].get("externalTrafficPolicy") == "Local"
        kinds = _ACCESS.get(said(service, "access") or "")
        return any(
            not kinds or address["type"] in kinds
            for one in self.corpus.objects
            if one["kind"] == "Node" and not one["spec"].get("unschedulable")
            if not local or one["metadata"]["name"] in ready
            for address in one["status"]["addresses"]
        )


def key_of(manifest: Manifest) -> ObjectKey:
    """As our sources name it."""
    metadata = manifest["metadata"]
    return ObjectKey("", manifest["kind"], metadata.get("namespace", ""), metadata["name"])


def said(manifest: Manifest, key: str) -> str | None:
    """The value of an annotation, with any prefix."""
    annotations = manifest["metadata"].get("annotations", {})
    return next((annotations[one + key] for one in (OWN_PREFIX, *ANNOTATIONS) if one + key in annotations), None)


def names(manifest: Manifest) -> list[str]:
    """Those of the annotations."""
    listed = f"{said(manifest, 'hostname') or ''},{said(manifest, 'internal-hostname') or ''}"
    return [one.strip().lower().removesuffix(".") for one in listed.split(",") if one.strip()]


def fitting(gateway: Manifest) -> list[str]:
    """The addresses that a record can hold."""
    return [one["value"] for one in gateway["status"]["addresses"] if one.get("type", "IPAddress") in _FITTING]
