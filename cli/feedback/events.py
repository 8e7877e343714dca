"""Events on the objects of one cluster: told once, counted when they happen again, at a pace that harms nobody.

Needs the rights (RBAC, cluster-wide or in the namespaces that are read; for Nodes: in `default`)

- apiGroups [""], resources ["events"], verbs ["create", "patch"]
- `get` on the kinds that are read, whose uid an Event needs
"""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus

from cli.feedback.event import EVENTS, Told, event, name_of, namespace_of, timestamp
from cli.feedback.reaching import Given, Reaching
from stacks.observe.cluster.api import NotFound, Refused
from stacks.plan.feedback import Notice

PAUSE = 0.025
"""Seconds between two Events: at most 40 a second."""
AGAIN = 3600.0
"""Seconds after which what lasts is told again. The API server forgets Events after an hour."""


class Events:
    """The Events of one cluster: those to be written, and which are told."""

    def __init__(self, reaching: Reaching, pause: float = PAUSE, again: float = AGAIN) -> None:
        self._reaching, self._pause, self._again = reaching, pause, again
        self._waiting: dict[Notice, None] = {}
        self._told: dict[Notice, float] = {}
        """What lasts, and when it was told."""

    def add(self, notices: Iterable[Notice]) -> None:
        """What a run has to tell, all of it: what lasts and is not in it is over."""
        found = tuple(notices)
        lasting = {one for one in found if one.reason.lasts}
        self._told = {one: when for one, when in self._told.items() if one in lasting}
        self._waiting = {one: None for one in self._waiting if one in lasting or not one.reason.lasts}
        old = time.monotonic() - self._again
        self._waiting |= {one: None for one in found if self._told.get(one, old) <= old}

    @property
    def left(self) -> int:
        """How many are not written yet."""
        return len(self._waiting)

    async def write(self) -> None:
        """Write those that wait. Where the API server is away they are dropped: what lasts is told by the next run."""
        try:
            while self._waiting:
                notice = next(iter(self._waiting))
                await self._write(notice)
                self._waiting.pop(notice, None)
                if notice.reason.lasts:
                    self._told[notice] = time.monotonic()
                await asyncio.sleep(self._pause)
        except Given:
            self._waiting.clear()

    async def _write(self, notice: Notice) -> None:
        """Write one; nothing where its object is gone."""
        key = notice.object
        try:
            told = await self._reaching.attempt(f"get {key.kind}", key.namespace, lambda: self._object(notice))
            if told is not None:
                await self._reaching.attempt("create events", namespace_of(notice), lambda: self._tell(notice, told))
        except NotFound:
            return

    async def _object(self, notice: Notice) -> Told | None:
        key = notice.object
        resource = await self._reaching.resource(key.kind)
        return Told.of(resource, await self._reaching.api.get(resource, key.namespace, key.name)) if resource else None

    async def _tell(self, notice: Notice, told: Told) -> None:
        """Make the Event, or count one more where it is there already."""
        body = event(notice, told, datetime.now(UTC), platform.node())
        try:
            await self._reaching.api.create(EVENTS, namespace_of(notice), body)
        except Refused as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
            await self._count(notice, name_of(notice, told))

    async def _count(self, notice: Notice, name: str) -> None:
        """Two patches, as the first says what the count is: so no right to read Events is needed."""
        api, namespace = self._reaching.api, namespace_of(notice)
        there = await api.patch(EVENTS, namespace, name, {"lastTimestamp": timestamp(datetime.now(UTC))})
        await api.patch(EVENTS, namespace, name, {"count": (there.get("count") or 1) + 1})
