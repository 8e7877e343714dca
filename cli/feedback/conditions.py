"""The status of the DNSEndpoints of one cluster: the generation that was dealt with, and conditions.

It is written where it differs from what is there, and as far as the installed definition has its fields: external-dns's
up to 0.22 has no conditions. What is there is listed once an hour. Needs the rights (RBAC, cluster-wide or in the
namespaces that are read) `list` and `get` on dnsendpoints, and `patch` on dnsendpoints/status.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime

from cli.feedback.cluster_client import ClusterClient, GaveUp
from cli.feedback.event import timestamp
from cli.feedback.standing import AGAIN, Standing
from stacks.kube.api import NotFound, WriteConflict
from stacks.kube.objects import DNS_ENDPOINTS, Manifest
from stacks.model.claims import ObjectKey
from stacks.plan.owners.conditions import Condition, Conditions

PAUSE = 0.025
"""Seconds between two writes: at most 40 a second."""
TRIES = 2
"""How often a status is written that somebody else has changed since it was read."""
GENERATION, CONDITIONS = "observedGeneration", "conditions"
_KIND = DNS_ENDPOINTS.kind
_PATCH = f"patch {DNS_ENDPOINTS.plural}/status"


class ConditionWriter:
    """The conditions of one cluster's DNSEndpoints, as they are wanted and as they are there."""

    def __init__(self, client: ClusterClient, pause: float = PAUSE, again: float = AGAIN) -> None:
        self._client, self._pause = client, pause
        self._standing: Standing[Manifest] = Standing(client, _status, again)
        self._wanted: Mapping[ObjectKey, Conditions] = {}
        self._fields: frozenset[str] = frozenset()

    def want(self, found: Mapping[ObjectKey, Conditions]) -> None:
        """Take the conditions of a run."""
        self._wanted = found

    async def write(self) -> None:
        """Write the statuses that differ. If the API server is away, the next run does so."""
        try:
            if self._wanted and (await self._standing.list(_KIND) or not self._fields):
                self._fields = await self._client.attempt(f"describe {_KIND}", "", self._described) or frozenset()
            for key, wanted in self._wanted.items():
                there = self._standing.present.get(key, {})
                if merged(there, wanted, self._fields) != there and not self._client.is_denied(_PATCH, key.namespace):
                    await self._write(key, wanted)
                    await asyncio.sleep(self._pause)
        except GaveUp:
            return

    async def _described(self) -> frozenset[str]:
        resource = await self._client.resource(_KIND)
        try:
            fields = await self._client.api.status_fields(resource) if resource else frozenset()
        except NotFound:
            return frozenset()
        return fields & {GENERATION, CONDITIONS}

    async def _write(self, key: ObjectKey, wanted: Conditions) -> None:
        with suppress(NotFound):
            written = await self._client.attempt(_PATCH, key.namespace, lambda: self._update(key, wanted))
            if written is not None:
                self._standing.present[key] = written

    async def _update(self, key: ObjectKey, wanted: Conditions) -> Manifest | None:
        """Write the status of an object as it is now, and return it; None where that has to wait for another run."""
        resource = await self._client.resource(_KIND)
        if resource is None:
            return None
        for _ in range(TRIES):
            object_ = await self._client.api.get(resource, key.namespace, key.name)
            there, generation = _status(object_), object_["metadata"].get("generation", 0)
            if generation < wanted.generation or wanted.generation < there.get(GENERATION, 0) <= generation:
                return None  # it was made anew, or somebody has dealt with a later generation
            status = merged(there, wanted, self._fields, timestamp(datetime.now(UTC)))
            if status == there:
                return there
            body = {"metadata": {"resourceVersion": object_["metadata"]["resourceVersion"]}, "status": status}
            with suppress(WriteConflict):
                await self._client.api.patch(resource, key.namespace, key.name, body, "status")
                return status
        return None


def merged(there: Manifest, wanted: Conditions, fields: Collection[str], now: str = "") -> Manifest:
    """Return a status with the wanted generation and conditions in it, as far as these fields have them.

    now: when a condition that has changed its status has done so. The conditions of others stay.
    """
    status = dict(there)
    if GENERATION in fields:
        status[GENERATION] = wanted.generation
    if CONDITIONS in fields:
        before = {one.get("type"): one for one in there.get(CONDITIONS) or ()}
        ours = {one.type: _spelled(one, wanted.generation, before.get(one.type, {}), now) for one in wanted.each}
        status[CONDITIONS] = list((before | ours).values())
    return status


def _spelled(condition: Condition, generation: int, before: Manifest, now: str) -> Manifest:
    """Return a condition as the API has it (meta/v1 `Condition`)."""
    is_new = before.get("status") != condition.status
    since = {"lastTransitionTime": now if is_new else before.get("lastTransitionTime", now)}
    return asdict(condition) | {GENERATION: generation} | since


def _status(manifest: Manifest) -> Manifest:
    found: Manifest = manifest.get("status") or {}
    return found
