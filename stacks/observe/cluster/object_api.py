"""The Kubernetes API with one more question: for an object by its name."""

from __future__ import annotations

from stacks.observe.cluster.lightkube_api import LightkubeApi
from stacks.observe.cluster.objects import Manifest, Resource


class ObjectApi(LightkubeApi):
    """One cluster's API, for whoever writes to single objects."""

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest:
        """An object as it is. namespace: "" where the kind has none. Raises each ApiError."""
        root = f"/apis/{resource.group}" if resource.group else "/api"
        inside = f"/namespaces/{namespace}" if namespace else ""
        called = f"{resource.plural}.{resource.group}" if resource.group else resource.plural
        return await self._get(f"{root}/{resource.version}{inside}/{resource.plural}/{name}", f"get {called}")
