"""The records of one zone as the API proxy serves them: reads, and writes that are gathered before they are sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Sized
from http import HTTPStatus
from typing import Final

from cli.apiproxy.client import ApiClient
from cli.apiproxy.cloudflare.batches import takeable
from cli.apiproxy.cloudflare.envelope import failure, gone, success
from cli.apiproxy.cloudflare.operation import Operation
from cli.apiproxy.cloudflare.presend import ForeseenWrites
from cli.apiproxy.cloudflare.sender import Sender
from cli.apiproxy.cloudflare.zone_cache import NotListed, ZoneCache
from cli.apiproxy.http import Response
from cli.apiproxy.scope import Scope

QUIET: Final = 0.008
LONGEST: Final = 0.05
"""Seconds: a gathering goes out once nothing has come for QUIET, or after LONGEST."""


class ZoneProxy:
    """A zone within one convergence. client: signs the listings of the zone; each write is signed by its own client."""

    def __init__(self, client: ApiClient, zone_id: str, scope: Scope, foreseen: ForeseenWrites) -> None:
        self.client = client
        self.foreseen = foreseen
        self._zone_id = zone_id
        self._scope = scope
        self._cache = ZoneCache(client, zone_id)
        self._sender = Sender(zone_id, scope, self._cache)
        self._queue: list[Operation] = []
        self._worker: asyncio.Task[None] | None = None
        self._under_way: dict[Hashable, Operation] = {}
        self._done: dict[Hashable, Response] = {}

    async def read(self, record_id: str) -> Response:
        """Return a record as the API would answer."""
        try:
            found = await self._cache.read(record_id)
        except NotListed as error:
            return error.answer
        self._scope.counts.count("mirror", "cloudflare")
        self.foreseen.learn(record_id, found)
        return gone() if found is None else success(found)

    def send(self, client: ApiClient) -> None:
        """Begin to carry out the foreseen writes that have not begun. client: signs them."""
        for operation in self.foreseen.begin(client, self._is_allowed):
            self._enqueue(operation)

    async def write(self, operation: Operation, *, is_repeated: bool) -> Response:
        """Carry out a write together with others, and return the response that a call of its own would get.

        is_repeated: the plugin says that it repeats a request that got no answer, or a passing fault.
        """
        refusal = await self._fence(operation)
        if refusal is not None:
            return refusal
        if is_repeated:
            known = self._done.get(operation.key)
            if known is not None:
                return known
            before = self._under_way.get(operation.key)
            if before is not None:
                return await asyncio.shield(before.answer)
        else:
            self._done.pop(operation.key, None)
        return await self._foreseen(operation) or await self._submitted(operation)

    async def end(self, patience: float) -> None:
        """Carry out nothing more. patience: s for writes under way; those without an answer are left to the journal."""
        stopped = failure(HTTPStatus.SERVICE_UNAVAILABLE, "TrueNorth's run has ended: this was not carried out")
        self._sender.stop(stopped)
        queue, self._queue = self._queue, []
        for operation in queue:
            operation.resolve(stopped)
        while (worker := self._worker) is not None:
            await asyncio.wait([worker], timeout=patience)
            worker.cancel()
            await asyncio.wait([worker])
            if self._worker is worker:
                break  # it was cancelled before it began

    async def _fence(self, operation: Operation) -> Response | None:
        """Return the refusal of a change or deletion of a record that the stack does not own; None for others."""
        if operation.method == "POST" or self._is_allowed(operation.record_id):
            return None
        self._scope.counts.count("refusal", "cloudflare", reason="fence")
        named = operation.record_id
        try:
            await self._cache.read(operation.record_id)
            there = self._cache.known(operation.record_id)
            if there is not None:
                named = f"{there['name']} {there['type']} ({operation.record_id})"
        except NotListed:
            pass  # then by its id alone
        done = "delete" if operation.method == "DELETE" else "change"
        said = (
            f"TrueNorth's API proxy refused to {done} the record {named} in zone {self._zone_id}: this stack does not "
            "own it. Nothing was changed; `truenorth status` lists what it owns, `truenorth adopt` takes records over"
        )
        return failure(HTTPStatus.FORBIDDEN, said)

    def _is_allowed(self, record_id: str) -> bool:
        return self._scope.owns(self._zone_id, record_id)

    async def _foreseen(self, operation: Operation) -> Response | None:
        """Return the response to the foreseen write that is requested; the others of the zone are carried out with it.

        None for a write that was not foreseen.
        """
        foreseen = self.foreseen
        if foreseen.holds(operation):
            self.send(operation.client)
        elif foreseen:
            foreseen.forget(operation)
        claimed = foreseen.claim(operation)
        if claimed is None:
            return None
        answer = await asyncio.shield(claimed.answer)
        if answer.status == HTTPStatus.OK:
            self._scope.counts.count("claimed", "cloudflare")
            self._done[operation.key] = answer
        return answer

    async def _submitted(self, operation: Operation) -> Response:
        self._enqueue(operation)
        return await asyncio.shield(operation.answer)

    def _enqueue(self, operation: Operation) -> None:
        self._sender.remember(operation)
        self._under_way[operation.key] = operation
        operation.answer.add_done_callback(lambda _: self._ended(operation))
        self._queue.append(operation)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name=f"zone-{self._zone_id}")

    def _ended(self, operation: Operation) -> None:
        if self._under_way.get(operation.key) is operation:
            del self._under_way[operation.key]
        if operation.answer.result().status == HTTPStatus.OK:
            self._done[operation.key] = operation.answer.result()

    async def _work(self) -> None:
        """Carry out the gathered operations, then those that have come meanwhile."""
        operations: list[Operation] = []
        try:
            await callers_pause(self._queue)
            operations, self._queue = takeable(self._queue)
            async with self._cache.lock:
                await self._sender.carry_out(operations)
        finally:
            self._sender.give_up(operations)
            self._worker = asyncio.create_task(self._work()) if self._queue else None


async def callers_pause(queue: Sized) -> None:
    """Wait until no more writes come, or for the longest time that a write may wait for others."""
    started = time.monotonic()
    seen = 0
    while seen < len(queue) and time.monotonic() - started < LONGEST:
        seen = len(queue)
        await asyncio.sleep(QUIET)
