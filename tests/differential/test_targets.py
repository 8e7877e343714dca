"""The same choice among targets, by TrueNorth's plan and by external-dns, on the same objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.external_dns import ANNOTATIONS
from stacks.model.values import Known
from stacks.observe.cluster.reading import read
from stacks.plan.desired.cluster_endpoints import claims_by_zone, zone_claims
from stacks.plan.desired.endpoints import endpoints
from tests.differential.external import made_by_external_dns
from tests.differential.ingresses import CLASS
from tests.stacks.plan.worlds import ZONE, make_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lab.kube.cluster import Cluster

SPACE = "targets"
PREFIX = ANNOTATIONS[0]
SOURCES = ("service", "ingress", "crd")
Manifest = dict[str, Any]
Records = dict[str, tuple[str, ...]]
KEPT = "stays as it is"


def service(name: str, *at: Mapping[str, str], **annotations: str) -> Manifest:
    said = {f"{PREFIX}hostname": f"{name}.{ZONE}"} | {PREFIX + key: value for key, value in annotations.items()}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": SPACE, "annotations": said},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        "status": {"loadBalancer": {"ingress": [dict(one) for one in at]}},
    }


def ingress(name: str, *at: Mapping[str, str]) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "namespace": SPACE},
        "spec": {
            "ingressClassName": CLASS,
            "rules": [{"host": f"{name}.{ZONE}"}],
            "defaultBackend": {"service": {"name": "web", "port": {"number": 80}}},
        },
        "status": {"loadBalancer": {"ingress": [dict(one) for one in at]}},
    }


def dns_endpoint(name: str, record_type: str, *targets: str) -> Manifest:
    one = {"dnsName": f"{name}.{ZONE}", "recordType": record_type, "targets": list(targets)}
    return {
        "apiVersion": "externaldns.k8s.io/v1alpha1",
        "kind": "DNSEndpoint",
        "metadata": {"name": name, "namespace": SPACE},
        "spec": {"endpoints": [one]},
    }


OBJECTS: tuple[Manifest, ...] = (
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}},
    service("mixed", {"ip": "203.0.113.7"}, {"ip": "198.51.100.7"}, {"ip": "2001:db8::7"}),
    service("in", {"ip": "203.0.113.8"}),
    service("out", {"ip": "198.51.100.8"}),
    service("alias", {"hostname": "lb.example.net"}),
    service("said", {"ip": "198.51.100.9"}, target="203.0.113.9"),
    service("lost", {"hostname": "lost.example.net"}),
    service("half", {"hostname": "lost.example.net"}, {"ip": "203.0.113.11"}),
    ingress("ingress", {"ip": "203.0.113.7"}, {"ip": "198.51.100.7"}),
    dns_endpoint("endpoint", "A", "203.0.113.12", "198.51.100.12"),
    dns_endpoint("mail", "MX", "10 mail.example.net"),
)
FILTERED = {
    "mixed A": ("203.0.113.7",),
    "in A": ("203.0.113.8",),
    "said A": ("203.0.113.9",),
    "half A": ("203.0.113.11",),
    "ingress A": ("203.0.113.7",),
    "endpoint A": ("203.0.113.12",),
}
EXCLUDED = FILTERED | {
    "mixed AAAA": ("2001:db8::7",),
    "alias CNAME": ("lb.example.net",),
    "lost CNAME": ("lost.example.net",),
    "mail MX": ("10 mail.example.net",),
}


@pytest.fixture(scope="module")
def objects(cluster: Cluster) -> Iterator[Cluster]:
    for one in OBJECTS:
        placed = {key: value for key, value in one.items() if key != "status"}
        cluster.admin.apply(placed)
        if "status" in one:
            cluster.admin.set_status(placed, one["status"])
    yield cluster
    cluster.admin.delete(OBJECTS[0])


def ours(cluster: Cluster, **chosen: object) -> dict[str, tuple[str, ...] | str]:
    settings = make_settings(sources=list(SOURCES), cluster={"kubeconfig": str(cluster.kubeconfig), **chosen})
    (zone,) = settings.each_zone()
    settled = claims_by_zone(settings, read(settings.each_cluster(), {}))
    planned = zone_claims(zone, settled.by_zone.get(ZONE, ()), endpoints(zone, {}), {})
    found: dict[str, tuple[str, ...] | str] = {f"{_label(one.name)} *": KEPT for one in planned.staying}
    for one in planned.endpoints:
        found[f"{_label(one.name)} {one.type}"] = one.targets.value if isinstance(one.targets, Known) else KEPT
    return found


def theirs(cluster: Cluster, program: Path, *arguments: str) -> Records:
    managed = (f"--managed-record-types={one}" for one in ("A", "AAAA", "CNAME", "MX"))
    made = made_by_external_dns(program, cluster.kubeconfig, PREFIX, *managed, *arguments, sources=SOURCES)
    return {f"{_label(name)} {kind}": one.targets for (name, kind), one in made.sets.items()}


def _label(name: str) -> str:
    return name.removesuffix(f".{ZONE}")


@pytest.mark.usefixtures("kube_programs")
class TestTheSameChoiceAmongTargets:
    def test_of_networks_that_count_leaves_the_same(self, objects: Cluster, external_dns: Path) -> None:
        their = theirs(objects, external_dns, "--target-net-filter=203.0.113.0/24")
        our = ours(objects, target_networks=["203.0.113.0/24"])
        assert their == FILTERED
        left_out = ("out", "alias", "lost")
        assert our == their | {f"{name} *": KEPT for name in left_out} | {"mail MX": ("10 mail.example.net",)}

    def test_of_networks_that_do_not_count_leaves_the_same(self, objects: Cluster, external_dns: Path) -> None:
        their = theirs(objects, external_dns, "--exclude-target-net=198.51.100.0/24")
        our = ours(objects, excluded_target_networks=["198.51.100.0/24"])
        assert their == EXCLUDED
        assert our == their | {"out *": KEPT}


@pytest.mark.usefixtures("kube_programs")
def test_a_host_name_that_does_not_resolve_keeps_its_records_and_has_none_with_external_dns(
    objects: Cluster, external_dns: Path
) -> None:
    their = theirs(objects, external_dns, "--resolve-service-load-balancer-hostname")
    our = ours(objects, load_balancer_addresses=True, resolvers=["127.0.0.1:1"])
    of_lost = {name: one for name, one in their.items() if name.split()[0] in {"alias", "lost", "half"}}
    assert of_lost == {"half A": ("203.0.113.11",)}
    assert our == {name: one for name, one in their.items() if name != "half A"} | {
        f"{name} *": KEPT for name in ("alias", "lost", "half")
    }
