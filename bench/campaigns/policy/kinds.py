"""The kinds of other programs on the API server of the campaign `policy`: theirs, and some without a schema."""

from __future__ import annotations

from bench.campaigns.policy.rules import GROUP
from lab.kube.cluster import Cluster
from lab.kube.gateway_api import await_served
from lab.kube.programs import Programs

DEFINED_BY = ("contour", "istio-api", "openshift-api", "traefik")
_OPEN = (
    ("configuration.konghq.com", "v1beta1", "TCPIngress", "tcpingresses"),
    (GROUP, "v1", "Site", "sites"),
    (GROUP, "v1", "Router", "routers"),
    (GROUP, "v1", "Service", "services"),
)


def define(cluster: Cluster, programs: Programs) -> None:
    """Let a cluster serve the kinds of the campaign's objects."""
    for name in DEFINED_BY:
        cluster.install_custom_resources(programs.definitions[name])
    for group, version, kind, plural in _OPEN:
        names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
        schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
        served = {"name": version, "served": True, "storage": True, "schema": schema}
        spec = {"group": group, "scope": "Namespaced", "names": names, "versions": [served]}
        cluster.admin.apply(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{plural}.{group}"},
                "spec": spec,
            }
        )
    await_served(cluster.admin)
