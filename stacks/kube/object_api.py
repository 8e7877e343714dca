"""A Kubernetes client that also gets, replaces and deletes single objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from stacks.kube.api import ClusterUnreachable, Collection, NotFound, RequestRejected, path_of
from stacks.kube.client import LightkubeApi, manifest_of
from stacks.kube.objects import NAMESPACES, Manifest, Resource, called

LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease")
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")
SECRETS = Resource("", "v1", "secrets", "Secret")
SYSTEM = "kube-system"
"""The namespace whose UID is the identity of a cluster: it lives as long as the cluster does."""
_APPLY_PATCH = "application/apply-patch+yaml"
"""Server-side apply; JSON is YAML (https://kubernetes.io/docs/reference/using-api/server-side-apply/)."""


class _Kind(msgspec.Struct):
    kind: str = ""


class _Property(msgspec.Struct):
    properties: dict[str, Any] = {}


class _Schema(msgspec.Struct):
    properties: dict[str, _Property] = {}
    kinds: list[_Kind] = msgspec.field(default_factory=list, name="x-kubernetes-group-version-kind")


class _Components(msgspec.Struct):
    schemas: dict[str, _Schema] = {}


class _OpenApi(msgspec.Struct):
    """A part of the API's description (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3)."""

    paths: dict[str, Any] = {}
    components: _Components = msgspec.field(default_factory=_Components)


class ObjectApi(LightkubeApi):
    """The API of a cluster with operations on single objects. namespace: "" where the kind has none."""

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest:
        """Return an object. Raises each ApiError."""
        return await self._get(_path(resource, namespace, name), f"get {called(resource)}")

    async def cluster_uid(self) -> str:
        """Return the UID of the cluster; "" where we have no right to ask. Raises every other ApiError."""
        try:
            uid = (await self.get(NAMESPACES, "", SYSTEM))["metadata"].get("uid")
        except (RequestRejected, NotFound):
            return ""
        return uid if isinstance(uid, str) else ""

    async def status_fields(self, resource: Resource) -> frozenset[str]:
        """Return the fields that the cluster keeps of a kind's status; none where it has no sub-resource for it.

        Raises each ApiError.
        """
        found = await self._get(f"/openapi/v3/apis/{resource.group}/{resource.version}", f"describe {called(resource)}")
        try:
            document = msgspec.convert(found, _OpenApi)
        except msgspec.ValidationError as error:
            raise ClusterUnreachable(f"what answers is no Kubernetes API: {error}") from error
        if not any(path.endswith(f"/{resource.plural}/{{name}}/status") for path in document.paths):
            return frozenset()
        described = (one for one in document.components.schemas.values() if _Kind(resource.kind) in one.kinds)
        return frozenset(field for one in described for field in one.properties.get("status", _Property()).properties)

    async def replace(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest:
        """Replace the object of the same name. Return it as the server has it then.

        Raises each ApiError; WriteConflict where the body has a resourceVersion that is not the object's any more.
        """
        path = _path(resource, namespace, str(body["metadata"]["name"]))
        return manifest_of(await self._ask("PUT", path, f"update {called(resource)}", body=body))

    async def apply(self, resource: Resource, namespace: str, body: Mapping[str, Any], manager: str) -> Manifest:
        """Make an object as the body has it by server-side apply, whoever has set its fields before.

        manager: whose the fields are then: those that it leaves out the next time go. Raises each ApiError.
        """
        path, query = (
            _path(resource, namespace, str(body["metadata"]["name"])),
            {"fieldManager": manager, "force": "true"},
        )
        what = f"apply {called(resource)}"
        return manifest_of(await self._ask("PATCH", path, what, query=query, body=body, content_type=_APPLY_PATCH))

    async def delete(self, resource: Resource, namespace: str, name: str, version: str = "") -> None:
        """Delete an object. version: its resourceVersion, else WriteConflict; "" for any. Raises each ApiError."""
        body = {"preconditions": {"resourceVersion": version}} if version else None
        await self._ask("DELETE", _path(resource, namespace, name), f"delete {called(resource)}", body=body)


def _path(resource: Resource, namespace: str, name: str) -> str:
    return f"{path_of(Collection(resource, resource.version, namespace))}/{name}"
