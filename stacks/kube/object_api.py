"""The Kubernetes API with what it takes to keep single objects: ask for one by its name, replace it, delete it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stacks.kube.api import Collection
from stacks.kube.client import LightkubeApi, called, manifest_of, path_of
from stacks.kube.objects import Manifest, Resource

LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease")
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")
SECRETS = Resource("", "v1", "secrets", "Secret")


class ObjectApi(LightkubeApi):
    """One cluster's API, for whoever writes to single objects. namespace: "" where the kind has none."""

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest:
        """An object as it is. Raises each ApiError."""
        return await self._get(_path(resource, namespace, name), f"get {called(resource)}")

    async def replace(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest:
        """Put an object in place of the one of its name; return it as it is then. Raises each ApiError.

        Where the body has a resourceVersion, and that is not the object's any more, that is Conflict.
        """
        path = _path(resource, namespace, str(body["metadata"]["name"]))
        return manifest_of(await self._ask("PUT", path, f"update {called(resource)}", body=body))

    async def delete(self, resource: Resource, namespace: str, name: str, version: str = "") -> None:
        """Delete an object. version: only if that is its resourceVersion; else Conflict. Raises each ApiError."""
        body = {"preconditions": {"resourceVersion": version}} if version else None
        await self._ask("DELETE", _path(resource, namespace, name), f"delete {called(resource)}", body=body)


def _path(resource: Resource, namespace: str, name: str) -> str:
    return f"{path_of(Collection(resource, resource.version, namespace))}/{name}"
