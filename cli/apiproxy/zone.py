"""The records of one zone as the bridge serves them to requests of one signature: reads, and writes on their way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from cli.apiproxy.batches import takeable
from cli.apiproxy.cloudflare_json import failure, gone, success
from cli.apiproxy.operation import Operation
from cli.apiproxy.sender import Sender
from cli.apiproxy.zone_cache import Mirror, NotListed

if TYPE_CHECKING:
    from cli.apiproxy.calls import Calls
    from cli.apiproxy.common import Common
    from cli.apiproxy.http import Answer

QUIET: Final = 0.008
LONGEST: Final = 0.05
"""Seconds: a gathering goes out once nothing has come for QUIET, or after LONGEST."""


class Zone:
    """Lives as long as the convergence."""

    def __init__(self, calls: Calls, zone_id: str, common: Common, sizes: dict[str, int]) -> None:
        self._calls = calls
        self._zone_id = zone_id
        self._common = common
        self.mirror = Mirror(calls, zone_id, common.lock)
        common.mirrors.append(self.mirror)
        self._sender = Sender(calls, zone_id, common, self.mirror, sizes)
        self._queue: list[Operation] = []
        self._worker: asyncio.Task[None] | None = None
        self._under_way: dict[Hashable, Operation] = {}
        self._done: dict[Hashable, Answer] = {}

    async def read(self, record_id: str) -> Answer:
        """One record, as the API would answer."""
        try:
            found = await self.mirror.read(record_id)
        except NotListed as error:
            return error.answer
        self._calls.context.counts.answered_from_mirror()
        self._common.foreseen.learn(record_id)
        return gone() if found is None else success(found)

    async def write(self, operation: Operation, *, is_repeated: bool) -> Answer:
        """Carry it out, with what else comes; its answer is that of a call of its own.

        is_repeated: the plugin says that it has asked this before, and got no answer, or one that it tries again after.
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
        """Carry out nothing more. patience: s for what is under way; what then has no answer is left to the journal."""
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

    async def _fence(self, operation: Operation) -> Answer | None:
        """The refusal of a change or deletion of a record that the stack does not own."""
        if operation.method == "POST" or self._is_allowed(operation.record_id):
            return None
        self._calls.context.counts.refused("fence")
        named = operation.record_id
        try:
            await self.mirror.read(operation.record_id)
            there = self.mirror.known(operation.record_id)
            if there is not None:
                named = f"{there['name']} {there['type']} ({operation.record_id})"
        except NotListed:
            pass  # then by its id alone
        done = "delete" if operation.method == "DELETE" else "change"
        said = (
            f"TrueNorth's bridge refused to {done} the record {named} in zone {self._zone_id}: this stack does not own "
            "it. Nothing was changed; `truenorth status` lists what it owns, `truenorth adopt` takes records over"
        )
        return failure(HTTPStatus.FORBIDDEN, said)

    def _is_allowed(self, record_id: str) -> bool:
        intent = self._calls.context.intent
        is_owned = intent is not None and record_id in intent.owned.get(self._zone_id, ())
        return is_owned or record_id in self._common.made

    async def _foreseen(self, operation: Operation) -> Answer | None:
        """The answer of the foreseen write that is asked for, the others of the zone carried out with it."""
        foreseen = self._common.foreseen
        if foreseen.holds(operation):
            for one in foreseen.begin(self._calls.signature, self._is_allowed):
                self._enqueue(one)
        elif foreseen:
            foreseen.forget(operation)
        claimed = foreseen.claim(operation)
        if claimed is None:
            return None
        answer = await asyncio.shield(claimed.answer)
        if answer.status == HTTPStatus.OK:
            self._calls.context.counts.claimed()
            self._done[operation.key] = answer
        return answer

    async def _submitted(self, operation: Operation) -> Answer:
        self._enqueue(operation)
        return await asyncio.shield(operation.answer)

    def _enqueue(self, operation: Operation) -> None:
        self._sender.remember(operation)
        self._under_way[operation.key] = operation
        operation.answer.add_done_callback(lambda _: self._ended(operation))
        self._queue.append(operation)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name=f"bridge-{self._zone_id}")

    def _ended(self, operation: Operation) -> None:
        if self._under_way.get(operation.key) is operation:
            del self._under_way[operation.key]
        if operation.answer.result().status == HTTPStatus.OK:
            self._done[operation.key] = operation.answer.result()

    async def _work(self) -> None:
        """Carry out what is gathered, and what has come meanwhile."""
        operations: list[Operation] = []
        try:
            await self._gathered()
            operations, self._queue = takeable(self._queue)
            async with self._common.lock:
                await self._sender.carry_out(operations)
        finally:
            self._sender.give_up(operations)
            self._worker = asyncio.create_task(self._work()) if self._queue else None

    async def _gathered(self) -> None:
        """Wait until callers pause."""
        started = time.monotonic()
        seen = 0
        while seen < len(self._queue) and time.monotonic() - started < LONGEST:
            seen = len(self._queue)
            await asyncio.sleep(QUIET)
