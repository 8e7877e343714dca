"""What stands on the objects of one cluster, such as annotations: listed once an hour, then as it was written."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from cli.feedback.cluster_client import ClusterClient
from stacks.kube.api import Collection
from stacks.kube.objects import Manifest, key_of
from stacks.model.claims import ObjectKey

AGAIN = 3600.0
"""Seconds after which the objects are listed again."""

T = TypeVar("T")


class Standing(Generic[T]):
    """What stands on objects. read: finds it in an object, None where there is none."""

    def __init__(self, client: ClusterClient, read: Callable[[Manifest], T | None], again: float = AGAIN) -> None:
        self._client, self._read, self._again = client, read, again
        self.present: dict[ObjectKey, T] = {}
        self._listed: dict[str, float] = {}

    async def list(self, kind: str) -> bool:
        """List the objects of a kind, unless they were listed a short time ago; return whether they were now."""
        if time.monotonic() < self._listed.get(kind, 0.0):
            return False
        found: dict[ObjectKey, T] = {}
        for namespace in self._namespaces(kind):
            there = await self._client.attempt(f"list {kind}", namespace, lambda: self._found(kind, namespace))  # noqa: B023 - awaited at once
            if there is None:
                return False
            found |= there
        self.present = {key: one for key, one in self.present.items() if key.kind != kind} | found
        self._listed[kind] = time.monotonic() + self._again
        return True

    def _namespaces(self, kind: str) -> tuple[str, ...]:
        namespaced = self._client.own[kind].namespaced
        return (namespaced and self._client.settings.namespaces) or ("",)

    async def _found(self, kind: str, namespace: str) -> dict[ObjectKey, T]:
        resource = await self._client.resource(kind)
        found: dict[ObjectKey, T] = {}
        if resource is None:
            return found
        async for page in self._client.api.list(Collection(resource, resource.version, namespace)):
            for manifest in page.items:
                one = self._read(manifest)
                if one is not None:
                    found[key_of(self._client.settings.name, resource, manifest)] = one
        return found
