from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from components.records import canonical_content
from stacks.model.values import Unknown
from stacks.observe.cluster.reading import read
from stacks.settings.cluster import ClusterSettings
from tests.cluster import objects
from tests.differential.compare import RecordSet, differences
from tests.differential.drawing import ZONE
from tests.differential.external import made_by_external_dns

if TYPE_CHECKING:
    from pathlib import Path

    from lab.kube.client import Client
    from lab.kube.cluster import Cluster
    from tests.differential.compare import Difference

OBJECTS = 500
SPACE = "endpoints"
PREFIX = "external-dns.alpha.kubernetes.io/"
TYPES = ("A", "AAAA", "CNAME", "TXT", "MX")
"""The types that both make: external-dns knows no CAA, and can be told no SRV."""


@dataclass
class Drawing:
    """DNSEndpoints by chance, the same again for the same seed."""

    seed: int
    rng: random.Random = field(init=False)
    names: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - test objects, no secret

    def target(self, record_type: str) -> str:
        number = self.rng.randint(1, 250)
        host = self.rng.choice([f"h{number}.example.net", f"H{number}.Example.NET"])
        return {
            "A": f"192.0.2.{number}",
            "AAAA": self.rng.choice([f"2001:db8::{number:x}", f"2001:DB8:0:0::{number:X}"]),
            "CNAME": self.rng.choice([host, f"{host}."]),
            "TXT": self.rng.choice([f"v=spf1 ip4:192.0.2.{number} -all", f'"quoted {number}"', "a;b"]),
            "MX": f"{number} {host}",
        }[record_type]

    def endpoint(self) -> dict[str, Any]:
        record_type = self.rng.choice(TYPES)
        self.names += 1
        first = self.rng.choice(["", "", "*.", "a.b."])
        made: dict[str, Any] = {
            "dnsName": self.rng.choice([f"{first}n{self.names}.{ZONE}", f"{first}N{self.names}.{ZONE}"]),
            "recordType": record_type,
            "targets": [
                self.target(record_type) for _ in range(1 if record_type == "CNAME" else self.rng.choice([1, 1, 3]))
            ],
        }
        if self.rng.random() < 0.4:
            made["recordTTL"] = self.rng.choice([0, 60, 300, 3600])
        said = {}
        if self.rng.random() < 0.3 and record_type in {"A", "AAAA", "CNAME"}:
            said["cloudflare-proxied"] = self.rng.choice(["true", "false"])
        if self.rng.random() < 0.2:
            said["cloudflare-record-comment"] = f"note {self.names}"
        if said:
            made["providerSpecific"] = [{"name": PREFIX + key, "value": value} for key, value in said.items()]
        return made

    def object(self, number: int) -> dict[str, Any]:
        endpoints = [self.endpoint() for _ in range(self.rng.choice([1, 1, 2, 4]))]
        return dns_endpoint(f"o{number}", *endpoints)


def dns_endpoint(name: str, *endpoints: dict[str, Any]) -> dict[str, Any]:
    return objects.dns_endpoint(name, *endpoints, namespace=SPACE)


def endpoint(name: str, record_type: str, *targets: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    return {"dnsName": f"{name}.{ZONE}", "recordType": record_type, "targets": list(targets), **more}


def make(admin: Client, *objects: dict[str, Any]) -> None:
    admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
    admin.call("DELETE", f"/apis/externaldns.k8s.io/v1alpha1/namespaces/{SPACE}/dnsendpoints")
    for one in objects:
        admin.apply(one)


def found(cluster: Cluster, external_dns: Path, *types: str) -> list[Difference]:
    managed = [f"--managed-record-types={one}" for one in (*TYPES, "SRV", *types)]
    theirs = made_by_external_dns(external_dns, cluster.kubeconfig, PREFIX, *managed, sources=("crd",))
    settings = ClusterSettings.model_validate({"kubeconfig": str(cluster.kubeconfig), "sources": ["crd"]})
    return list(differences(read([settings], {}), theirs))


@pytest.mark.usefixtures("kube_programs")
class TestExternalDns:
    def test_makes_the_same_records_of_generated_dns_endpoints(
        self, cluster: Cluster, external_dns: Path, pytestconfig: pytest.Config
    ) -> None:
        seed = int(pytestconfig.getoption("--hypothesis-seed") or 0)
        drawing = Drawing(seed)
        make(cluster.admin, *(drawing.object(number) for number in range(OBJECTS)))

        differing = found(cluster, external_dns)

        assert not differing, f"seed {seed}: {len(differing)}\n" + "\n".join(map(str, differing[:20]))

    def test_merges_the_targets_of_two_endpoints_as_we_do(self, cluster: Cluster, external_dns: Path) -> None:
        one = dns_endpoint("one", endpoint("shared", "A", "192.0.2.1"), endpoint("shared", "A", "192.0.2.2"))
        make(cluster.admin, one, dns_endpoint("two", endpoint("shared", "A", "192.0.2.3")))
        assert found(cluster, external_dns) == []

    def test_makes_a_service_record_as_we_do_where_its_target_ends_with_a_dot(
        self, cluster: Cluster, external_dns: Path
    ) -> None:
        make(cluster.admin, dns_endpoint("sip", endpoint("_sip._tcp", "SRV", "10 5 5060 sip.example.net.")))
        assert found(cluster, external_dns) == []

    def test_makes_no_service_record_without_a_dot_at_its_end(self, cluster: Cluster, external_dns: Path) -> None:
        make(cluster.admin, dns_endpoint("sip", endpoint("_sip._tcp", "SRV", "10 5 5060 sip.example.net")))
        (only,) = found(cluster, external_dns)
        assert only.theirs is None
        assert isinstance(only.ours, RecordSet)
        assert only.ours.targets == ("10 5 5060 sip.example.net",)

    def test_makes_the_same_records_of_certificates(self, cluster: Cluster, external_dns: Path) -> None:
        content = canonical_content.EXAMPLES["TLSA"]
        make(cluster.admin, dns_endpoint("one", endpoint("_443._tcp.one", "TLSA", content)))
        assert found(cluster, external_dns, "TLSA") == []

    @pytest.mark.parametrize("record_type", ["CAA", "PTR", "HTTPS", "SVCB", "SSHFP", "DS", "NAPTR", "LOC", "URI"])
    def test_makes_no_records_of_types_that_cloudflare_has_in_components_nor_of_pointers(
        self, cluster: Cluster, external_dns: Path, record_type: str
    ) -> None:
        content = canonical_content.EXAMPLES[record_type]
        make(cluster.admin, dns_endpoint("one", endpoint("one", record_type, content)))
        (only,) = found(cluster, external_dns, record_type)
        assert only.theirs is None
        assert isinstance(only.ours, RecordSet)
        assert only.ours.targets == (content,)

    @pytest.mark.parametrize("target", ["192.0.2.1.", "nonsense"])
    def test_makes_nothing_of_what_cannot_be_read_where_we_keep_what_was_there(
        self, cluster: Cluster, external_dns: Path, target: str
    ) -> None:
        make(cluster.admin, dns_endpoint("odd", endpoint("www", "A", target)))
        (only,) = found(cluster, external_dns)
        assert isinstance(only.ours, Unknown)
        assert only.theirs is None
        assert [one.annotation for one in only.complaints] == ["spec.endpoints[0].targets"]
