from __future__ import annotations

import pytest

from lab.kube.objects import collection, path_of


@pytest.mark.parametrize(
    ("api_version", "kind", "namespace", "path"),
    [
        ("v1", "Service", "", "/api/v1/services"),
        ("v1", "Endpoints", "a", "/api/v1/namespaces/a/endpoints"),
        ("networking.k8s.io/v1", "Ingress", "a", "/apis/networking.k8s.io/v1/namespaces/a/ingresses"),
        ("networking.k8s.io/v1", "NetworkPolicy", "", "/apis/networking.k8s.io/v1/networkpolicies"),
        ("gateway.networking.k8s.io/v1", "Gateway", "", "/apis/gateway.networking.k8s.io/v1/gateways"),
        ("gateway.networking.k8s.io/v1", "GatewayClass", "", "/apis/gateway.networking.k8s.io/v1/gatewayclasses"),
    ],
)
def test_a_collection_is_named_by_the_plural_of_its_kind(
    api_version: str, kind: str, namespace: str, path: str
) -> None:
    assert collection(api_version, kind, namespace) == path


def test_an_object_without_a_namespace_is_in_the_default_one() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}

    assert path_of(service) == "/api/v1/namespaces/default/services/web"


def test_an_object_of_a_cluster_wide_kind_is_in_none() -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "lab"}}

    assert path_of(node) == "/api/v1/nodes/lab"
