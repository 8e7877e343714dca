"""What empties a zone under external-dns, played on the real external-dns and here, on the same objects and API."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.exit_codes import REFUSED
from lab import remote
from lab.external_dns import Setup, sync_once
from lab.kube.cluster import Cluster
from lab.world import TOKEN, ZONE
from tests.cli.clusters import at, up
from tests.cli.conftest import Inside
from tests.cluster.objects import dns_endpoint
from tests.cluster.place import Place, make_place

NAMES = tuple(f"n{number}" for number in range(6))
PUBLIC = "example.com/filter=public"
NOBODYS = "example.com/filter=elsewhere"


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    made = make_place(kube_cluster, "incident")
    for number, name in enumerate(NAMES):
        listed = {"dnsName": f"{name}.{ZONE}", "recordType": "A", "targets": [f"192.0.2.{number + 1}"]}
        made.put(dns_endpoint(name, listed, annotations={"example.com/filter": "public"}))
    return made


def addresses(inside: Inside) -> set[str]:
    return {one["name"] for one in remote.records(inside.places) if one["type"] == "A"}


def sync(external_dns: Path, inside: Inside, place: Place, filtered_by: str) -> None:
    setup = Setup(external_dns, place.cluster.kubeconfig, inside.places.cloudflare, TOKEN, ZONE, ("crd",))
    assert sync_once(
        setup,
        f"--namespace={place.namespace}",
        f"--annotation-filter={filtered_by}",
        "--txt-owner-id=theirs",
        "--txt-prefix=theirs-%{record_type}.",
        "--batch-change-interval=10ms",
    )


def somebody_elses(place: Place) -> None:
    """A further object, which the filter leaves out."""
    listed = {"dnsName": f"private.{ZONE}", "recordType": "A", "targets": ["192.0.2.99"]}
    place.put(dns_endpoint("private", listed))


class TestAnObjectThatTheFilterLeavesOut:
    """By a fault of 0.22.0 it took all others along: https://github.com/kubernetes-sigs/external-dns/issues/6728."""

    def test_takes_no_other_along_under_external_dns_since_0_23(
        self, inside: Inside, place: Place, external_dns: Path
    ) -> None:
        sync(external_dns, inside, place, PUBLIC)
        somebody_elses(place)
        sync(external_dns, inside, place, PUBLIC)
        assert addresses(inside) == {f"{name}.{ZONE}" for name in NAMES}

    def test_changes_nothing_here(self, inside: Inside, place: Place) -> None:
        inside.settings(sources=["crd"], cluster=at(place, annotations=PUBLIC), guard={})
        up(inside)
        somebody_elses(place)
        assert up(inside) == {}
        assert addresses(inside) == {f"{name}.{ZONE}" for name in NAMES}


class TestAFilterWithWhichTheSourceGivesNothing:
    """What that fault amounted to, by a typing error, in any version."""

    def test_empties_the_zone_at_once_under_external_dns(
        self, inside: Inside, place: Place, external_dns: Path
    ) -> None:
        sync(external_dns, inside, place, PUBLIC)
        assert addresses(inside) == {f"{name}.{ZONE}" for name in NAMES}
        sync(external_dns, inside, place, NOBODYS)
        assert remote.records(inside.places) == []

    def test_is_refused_here_by_name_and_nothing_goes(self, inside: Inside, place: Place) -> None:
        inside.settings(sources=["crd"], cluster=at(place, annotations=PUBLIC), guard={})
        up(inside)
        before = remote.records(inside.places)
        assert addresses(inside) == {f"{name}.{ZONE}" for name in NAMES}
        inside.settings(sources=["crd"], cluster=at(place, annotations=NOBODYS), guard={})
        for _ in range(2):
            done = inside.run("up")
            said = " ".join(done.stderr.split())
            assert done.returncode == REFUSED
            assert "all that the DNSEndpoint objects have asked for would be deleted: 6 records" in said
            assert f"none of the objects matches cluster.annotations: {NOBODYS} (before: {PUBLIC})" in said
        assert remote.records(inside.places) == before
        inside.settings(sources=["crd"], cluster=at(place, annotations=PUBLIC), guard={})
        assert up(inside) == {}, "the filter is right again, and nothing has happened"
