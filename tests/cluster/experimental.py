"""The kind XListenerSet as releases of the Gateway API up to 1.4 define it: with the schema of a ListenerSet.

Source: https://gateway-api.sigs.k8s.io/geps/gep-1713/; the release that the lab installs has only its successor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.kube.client import Client
from lab.kube.gateway_api import await_served

GROUP = "gateway.networking.x-k8s.io"
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_NAME = f"xlistenersets.{GROUP}"


@contextmanager
def experimental(client: Client) -> Iterator[None]:
    """Serve the kind XListenerSet while the context lasts."""
    client.apply(_definition(client))
    try:
        await_served(client)
        yield
    finally:
        before = client.call("GET", _DEFINITIONS)["metadata"]["resourceVersion"]
        client.call("DELETE", f"{_DEFINITIONS}/{_NAME}")
        for event in client.watch(_DEFINITIONS, resource_version=before):
            if event["type"] == "DELETED" and event["object"]["metadata"]["name"] == _NAME:
                break


def _definition(client: Client) -> dict[str, Any]:
    spec = client.call("GET", f"{_DEFINITIONS}/listenersets.gateway.networking.k8s.io")["spec"]
    version = next(one for one in spec["versions"] if one["storage"])
    names = {"kind": "XListenerSet", "listKind": "XListenerSetList", "plural": "xlistenersets"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": _NAME},
        "spec": {
            "group": GROUP,
            "scope": spec["scope"],
            "names": names | {"singular": "xlistenerset"},
            "versions": [version | {"name": "v1alpha1"}],
        },
    }
