"""Pods: by their hostname annotation at their nodes, by internal-hostname, a domain and templates at their own. Pure.

Source: external-dns, source/pod.go. A pod that has ended makes no claims: its address may be another pod's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from stacks.kube.objects import NODES, PODS, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.annotations import (
    HOSTNAME,
    INTERNAL_HOSTNAME,
    Annotated,
    annotated_names,
    makes_claims,
)
from stacks.observe.cluster.claims.assemble import Claimant, assemble, known
from stacks.observe.cluster.claims.limits import claims_of_each
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.node import EXTERNAL, INTERNAL, first_addresses, own_name

_ENDED = {"Succeeded", "Failed"}


@dataclass(frozen=True, slots=True)
class Pods:
    """The pods with an annotation that names them, and all where they have a domain or a template."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (PODS, NODES)

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        return claims_of_each(objects.all(PODS), lambda one: self._of_pod(one, objects), self.options)

    def _of_pod(self, pod: Manifest, objects: ClusterObjects) -> Iterator[Claim | Complaint]:
        key = key_of(objects.cluster, PODS, pod)
        annotated = Annotated.of(key, pod, self.options.prefix)
        if not self._counts(pod) or not makes_claims((annotated,), opt_in=self.options.opt_in):
            return
        faults: list[Complaint] = []
        names = annotated_names((annotated,), HOSTNAME, faults)
        inside = annotated_names((annotated,), INTERNAL_HOSTNAME, faults)
        inside += own_name(f"{key.name}.{self.options.pod_domain}") if self.options.pod_domain else ()
        added = self.options.templated(PODS, pod, key).names((*names, *inside), faults)
        if not (names or inside or added or faults):
            return
        status = pod.get("status") or {}
        address = status.get("podIP") or ""
        each = [one.get("ip") or "" for one in status.get("podIPs") or ()] or [address]
        claimant = Claimant(key, created(pod), (annotated,), default=self.options.default_target(), templated=added)
        found = [*assemble(claimant, names, _at_node(pod, str(key), objects), faults)]
        claimant = replace(claimant, default="")
        for own, addresses in ((inside, (address,)), (added, each)):
            found += assemble(claimant, own, known(addresses, f"{key} has no address yet"), faults)
        yield from dict.fromkeys(found)

    def _counts(self, pod: Manifest) -> bool:
        on_host = bool((pod.get("spec") or {}).get("hostNetwork"))
        return (pod.get("status") or {}).get("phase") not in _ENDED and (on_host or not self.options.host_pods)


def _at_node(pod: Manifest, user: str, objects: ClusterObjects) -> Known[tuple[str, ...]] | Unknown:
    """Return the external addresses of the pod's node, those of IPv6 that it calls internal among them."""
    name = (pod.get("spec") or {}).get("nodeName") or ""
    node = objects.get(NODES, "", name) if name else None
    if isinstance(node, Unknown):
        return node
    if node is None:
        return Unknown(f"{user}: its node {name} is not there" if name else f"{user} has no node yet")
    of_ipv6 = (one for one in first_addresses(node, INTERNAL) if ":" in one)
    return known((*first_addresses(node, EXTERNAL), *of_ipv6), f"{user}: its node {name} has no external address")
