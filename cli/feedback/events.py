"""Events on the objects of one cluster: written once, counted when repeated, at a limited rate.

Needs the rights (RBAC, cluster-wide or in the namespaces that are read; for Nodes: in `default`)

- apiGroups [""], resources ["events"], verbs ["create", "patch"]
- `get` on the kinds that are read, whose uid an Event needs
"""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cli.feedback.cluster_client import ClusterClient, GaveUp
from cli.feedback.event import EVENTS, InvolvedObject, event, namespace_of, timestamp
from stacks.kube.api import NotFound, WriteConflict
from stacks.plan.owners.events import Notice

PAUSE = 0.025
"""Seconds between two Events: at most 40 a second."""
AGAIN = 3600.0
"""Seconds after which a lasting notice is written again. The API server forgets Events after an hour."""


class Events:
    """The Events of one cluster: those waiting to be written, and lasting ones already written."""

    def __init__(self, client: ClusterClient, pause: float = PAUSE, again: float = AGAIN) -> None:
        self._client, self._pause, self._again = client, pause, again
        self._waiting: dict[Notice, str] = {}
        self._told: dict[Notice, float] = {}
        """Lasting notices with the moment at which they were written."""

    def add(self, notices: Iterable[Notice], convergence: str = "") -> None:
        """Take all notices of a run; a lasting notice that is not among them is over. convergence: the run's id."""
        found = tuple(notices)
        lasting = {one for one in found if one.reason.lasts}
        self._told = {one: when for one, when in self._told.items() if one in lasting}
        self._waiting = {one: of for one, of in self._waiting.items() if one in lasting or not one.reason.lasts}
        old = time.monotonic() - self._again
        self._waiting |= {one: convergence for one in found if self._told.get(one, old) <= old}

    @property
    def left(self) -> int:
        """The number of Events that are not written yet."""
        return len(self._waiting)

    async def write(self) -> None:
        """Write the Events that wait. If the API server is away they are dropped; the next run has the lasting ones."""
        try:
            while self._waiting:
                notice, convergence = next(iter(self._waiting.items()))
                await self._write(notice, convergence)
                self._waiting.pop(notice, None)
                if notice.reason.lasts:
                    self._told[notice] = time.monotonic()
                await asyncio.sleep(self._pause)
        except GaveUp:
            self._waiting.clear()

    async def _write(self, notice: Notice, convergence: str) -> None:
        """Write one; nothing where its object is gone."""
        key = notice.object
        try:
            told = await self._client.attempt(f"get {key.kind}", key.namespace, lambda: self._object(notice))
            if told is not None:
                body = event(notice, told, datetime.now(UTC), platform.node(), convergence)
                await self._client.attempt("create events", namespace_of(notice), lambda: self._tell(body))
        except NotFound:
            return

    async def _object(self, notice: Notice) -> InvolvedObject | None:
        key = notice.object
        resource = await self._client.resource(key.kind)
        return (
            InvolvedObject.of(resource, await self._client.api.get(resource, key.namespace, key.name))
            if resource
            else None
        )

    async def _tell(self, body: Mapping[str, Any]) -> None:
        """Make the Event, or count one more where it is there already."""
        try:
            await self._client.api.create(EVENTS, body["metadata"]["namespace"], body)
        except WriteConflict:
            await self._count(body)

    async def _count(self, body: Mapping[str, Any]) -> None:
        """Two patches, as the first says what the count is: so no right to read Events is needed."""
        api, namespace, name = self._client.api, body["metadata"]["namespace"], body["metadata"]["name"]
        again = {
            "lastTimestamp": timestamp(datetime.now(UTC)),
            "metadata": {"annotations": body["metadata"]["annotations"]},
        }
        there = await api.patch(EVENTS, namespace, name, again)
        await api.patch(EVENTS, namespace, name, {"count": (there.get("count") or 1) + 1})
