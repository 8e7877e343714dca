"""What there is in a cluster, and when it has come about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.kube.client import Client

_PASSING = {"Event", "Lease"}
"""What comes and goes by itself."""

Manifest = dict[str, Any]


def everything(client: Client) -> set[tuple[str, str, str]]:
    """Each object of each kind that is kept: kind, namespace and name."""
    roots = ["/api/v1"]
    for group in client.call("GET", "/apis")["groups"]:
        roots += [f"/apis/{version['groupVersion']}" for version in group["versions"]]
    found = set()
    for root in roots:
        for resource in client.call("GET", root)["resources"]:
            if "list" not in resource["verbs"] or "/" in resource["name"] or resource["kind"] in _PASSING:
                continue
            for item in client.call("GET", f"{root}/{resource['name']}").get("items") or ():
                metadata = item["metadata"]
                found.add((resource["kind"], metadata.get("namespace", ""), metadata["name"]))
    return found


def await_object(client: Client, collection: str, name: str, reached: Callable[[Manifest | None], bool]) -> None:
    """Wait until an object is as it is awaited; None: it is not there."""
    only = {"fieldSelector": f"metadata.name={name}"}
    listed = client.call("GET", collection, query=only)
    if reached(listed["items"][0] if listed["items"] else None):
        return
    version = listed["metadata"]["resourceVersion"]
    for event in client.watch(collection, resource_version=version, query=only):
        if reached(None if event["type"] == "DELETED" else event["object"]):
            return
    raise AssertionError(f"{collection} {name}: the watch has ended")


def await_rollout(client: Client, namespace: str, name: str, replicas: int) -> None:
    """Wait until a Deployment has so many pods of its newest template, all of them available."""

    def is_rolled_out(found: Manifest | None) -> bool:
        if found is None:
            return False
        status, counted = found.get("status") or {}, ("replicas", "updatedReplicas", "availableReplicas")
        is_seen = status.get("observedGeneration") == found["metadata"]["generation"]
        return is_seen and all(status.get(key) == replicas for key in counted)

    await_object(client, f"/apis/apps/v1/namespaces/{namespace}/deployments", name, is_rolled_out)


def await_furnished(client: Client, namespace: str) -> None:
    """Wait until a new namespace has what controllers put into each."""
    path = f"/api/v1/namespaces/{namespace}"
    await_object(client, f"{path}/configmaps", "kube-root-ca.crt", lambda found: found is not None)
    await_object(client, f"{path}/serviceaccounts", "default", lambda found: found is not None)


def delete_namespace(client: Client, name: str) -> None:
    """Delete a namespace with all that is in it, and wait until it has gone."""
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    await_gone(client, name)


def await_gone(client: Client, namespace: str) -> None:
    """Wait until a namespace is not there any more."""
    await_object(client, "/api/v1/namespaces", namespace, lambda found: found is None)
