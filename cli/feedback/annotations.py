"""The annotation truenorth/status on the objects of one cluster, which has their records as they are.

It is written where it differs from what is there, and taken from objects that ask for nothing any more. What is there
is listed once an hour; so only one stack may write it in a cluster. Needs the rights (RBAC, cluster-wide or in the
namespaces that are read) `list` and `patch` on the kinds that ask for names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from cli.feedback.cluster_client import ClusterClient, GaveUp
from cli.feedback.standing import AGAIN, Standing
from stacks.kube.api import NotFound
from stacks.kube.objects import Manifest
from stacks.model.claims import STATUS_ANNOTATION, ObjectKey
from stacks.plan.owners.object_status import ObjectStatus

PAUSE = 0.025
"""Seconds between two writes: at most 40 a second."""


class Annotations:
    """The status annotations of one cluster, as they are wanted and as they are there."""

    def __init__(self, client: ClusterClient, pause: float = PAUSE, again: float = AGAIN) -> None:
        self._client, self._pause = client, pause
        self._standing = Standing(client, _annotation, again)
        self._wanted: Mapping[ObjectKey, str] = {}
        self._seen: frozenset[str] = frozenset()

    def want(self, found: Iterable[ObjectStatus], seen: Iterable[str]) -> None:
        """Take the statuses of a run. seen: the kinds whose objects are all known."""
        own = self._client.own
        self._wanted = {one.object: one.text() for one in found if one.object.kind in own}
        self._seen = frozenset(seen).intersection(own)

    async def write(self) -> None:
        """Write the annotations that differ. If the API server is away, the next run does so."""
        try:
            for kind in sorted(self._seen | {key.kind for key in self._wanted}):
                await self._standing.list(kind)
            for key in (*self._wanted, *self._standing.present):
                if self._standing.present.get(key) != self._due(key):
                    await self._write(key)
                    await asyncio.sleep(self._pause)
        except GaveUp:
            return

    def _due(self, key: ObjectKey) -> str | None:
        """Return the wanted annotation of an object, or None."""
        return self._wanted.get(key, None if key.kind in self._seen else self._standing.present.get(key))

    async def _write(self, key: ObjectKey) -> None:
        text = self._due(key)
        try:
            done = await self._client.attempt(f"patch {key.kind}", key.namespace, lambda: self._patch(key, text))
        except NotFound:
            done, text = True, None
        if done and text is not None:
            self._standing.present[key] = text
        elif done:
            self._standing.present.pop(key, None)

    async def _patch(self, key: ObjectKey, text: str | None) -> bool:
        """Set or, for None, remove the annotation; whether the cluster serves the kind."""
        resource = await self._client.resource(key.kind)
        if resource is not None:
            body = {"metadata": {"annotations": {STATUS_ANNOTATION: text}}}
            await self._client.api.patch(resource, key.namespace, key.name, body)
        return resource is not None


def _annotation(manifest: Manifest) -> str | None:
    text: str | None = (manifest["metadata"].get("annotations") or {}).get(STATUS_ANNOTATION)
    return text
