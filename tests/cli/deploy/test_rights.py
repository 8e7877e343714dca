"""The real `truenorth watch` with exactly the rights that its deployment gives it, on a real API server."""

from __future__ import annotations

import json

import pytest

from lab.kube.cluster import Cluster
from lab.world import FIRST_IPV4
from tests.cli.conftest import STACK, Inside
from tests.cli.daemon.watching import ended, until, watching
from tests.cli.deploy.conftest import deployed
from tests.cluster.objects import gateway, route
from tests.cluster.place import Place, make_place

WWW = "www.example.com"


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "rights")


class TestTheDeployedServiceAccount:
    @pytest.mark.parametrize("limited", [True, False], ids=["to namespaces", "cluster-wide"])
    def test_is_enough_for_a_route_to_become_a_record(
        self, inside: Inside, place: Place, operator_namespace: str, *, limited: bool
    ) -> None:
        namespaces = [place.namespace]
        limits = {"namespaces": namespaces, "gateway_namespaces": namespaces} if limited else {"labels": "rights=all"}
        inside.settings(
            "own",
            sources=["gateway-httproute", "ingress", "service", "node"],
            cluster={"status_annotation": True, **limits},
            deploy={"namespace": operator_namespace},
        )
        operator = deployed(place.cluster, inside.settings_file, STACK, inside.environment)
        state = f"kubernetes://{operator_namespace}/truenorth-state"
        environment = {
            **inside.environment,
            "KUBECONFIG": str(operator.user().kubeconfig),
            "TRUENORTH_STATE": state,
            "TRUENORTH_WATCH": json.dumps({"election": {"enabled": "on"}, "cache": {"enabled": "on"}}),
        }
        place.put(gateway("192.0.2.1"), route(WWW, labels={"rights": "all"}))
        alone = Inside(inside.places, environment, inside.settings_file, inside.state)
        events = []
        with watching(alone) as watcher:
            while f"{WWW}/A" not in inside.zone():
                events += until(watcher, "result")
            assert ended(watcher) == 0
            assert watcher.stderr is not None
        assert inside.zone() == {f"{WWW}/A": "192.0.2.1", "own.example.com/A": FIRST_IPV4}
        assert not [one for one in events if "forbidden" in json.dumps(one)]
        group = "apis/coordination.k8s.io/v1"
        assert operator.named("leases", group) == {f"truenorth-{STACK}"}
        assert "truenorth-wan-ip" in operator.named("configmaps")
        assert "truenorth-state" in operator.named("secrets")
        listed = place.cluster.admin.call("GET", f"/api/v1/namespaces/{place.namespace}/events")["items"]
        assert {one["involvedObject"]["kind"] for one in listed} == {"HTTPRoute"}
        path = f"/apis/gateway.networking.k8s.io/v1/namespaces/{place.namespace}/httproutes"
        (found,) = place.cluster.admin.call("GET", path)["items"]
        assert "truenorth/status" in found["metadata"]["annotations"]
