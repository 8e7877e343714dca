"""A source that moves from external-dns to TrueNorth's own, while both run on a real cluster."""

from __future__ import annotations

import pytest

from lab import remote
from lab.kube.cluster import Cluster
from lab.world import ZONE
from tests.cli.clusters import at
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told
from tests.cli.webhook.external import endpoint, serving
from tests.cluster.objects import dns_endpoint
from tests.cluster.place import Place, make_place

NAMES = ("n1", "n2", "n3")


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "moving-on")


def test_no_record_is_touched_when_its_object_is_read_here_and_external_dns_lets_it_go(
    inside: Inside, place: Place
) -> None:
    for name in NAMES:
        place.put(dns_endpoint(name, {"dnsName": f"{name}.{ZONE}", "recordType": "A", "targets": ["8.8.4.4"]}))
    wished = tuple(endpoint(f"{name}.{ZONE}", "8.8.4.4", resource=f"crd/{place.namespace}/{name}") for name in NAMES)
    inside.settings(guard={})
    with serving(inside) as (webhook, watcher):
        answer = webhook.sync(*wished)
        assert answer is not None
        assert answer.status_code == 204
        before = {one["id"]: one for one in remote.records(inside.places) if one["type"] == "A"}
        inside.settings(guard={}, sources=["crd"], cluster=at(place))
        told(watcher, "reloaded")
        told(watcher, "result")
        assert webhook.sync(*wished) is None, "both ask for the same"
        answer = webhook.sync()
        assert answer is not None
        assert (answer.status_code, answer.text) == (204, ""), "the guard has nothing to say: no record goes"
        assert webhook.records() == []
        assert {one["id"]: one for one in remote.records(inside.places) if one["type"] == "A"} == before
        marks = [one["content"] for one in remote.records(inside.places) if "heritage=truenorth" in one["content"]]
        assert [one for one in marks if "external-dns/" in one] == [], "they are of the objects now"
        assert ended(watcher) == 0
    assert inside.result("up")["changes"] == []
