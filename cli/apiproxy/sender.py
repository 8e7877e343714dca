"""Writes of a zone on their way to the API: in batches, each with its own answer, none twice, none forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from cli.apiproxy import batches, lost_answers
from cli.apiproxy.batch_size import SMALLEST, batch_size
from cli.apiproxy.cloudflare_json import IDENTICAL, QUOTA, codes, failure, gone, success
from cli.apiproxy.intent import Write
from cli.apiproxy.journal import Entry
from cli.apiproxy.operation import Operation
from cli.apiproxy.pace import Lost, TooLong, Unreachable
from cli.apiproxy.zone_cache import NotListed
from stacks.model.errors import NotNow

if TYPE_CHECKING:
    from cli.apiproxy.calls import Calls
    from cli.apiproxy.common import Common
    from cli.apiproxy.http import Answer
    from cli.apiproxy.zone_cache import Mirror

_TRIES: Final = 3
_FIRST_WAIT: Final = 0.25
"""Seconds before a write whose answer was lost is looked for, so that the API may end what it still does; doubled."""
_FOR_ALL: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that are about the caller, not about an operation."""
_UNREADABLE: Final = "could not be confirmed: the API's answer was lost, and the request cannot be read"
_NOTHING_DONE: Final = "the API's answer was lost, several times; nothing was carried out"
_UNCONFIRMED: Final = "could not be confirmed: the API's answer was lost, and the zone cannot be listed now"


class Sender:
    """Of one zone and signature; the zone's lock is held around `carry_out`."""

    def __init__(self, calls: Calls, zone_id: str, common: Common, mirror: Mirror, sizes: dict[str, int]) -> None:
        self._calls = calls
        self._zone_id = zone_id
        self._common = common
        self._mirror = mirror
        self._sizes = sizes
        self._unsettled: dict[Hashable, Operation] = {}
        self._full: Answer | None = None
        self._stopped: Answer | None = None

    def remember(self, operation: Operation) -> None:
        """Make it the continuation of an equal one that nobody could confirm, if there is one."""
        earlier = self._unsettled.pop(operation.key, None)
        if earlier is not None:
            operation.before, operation.sent, operation.doubtful = earlier.before, earlier.sent, True

    async def carry_out(self, operations: Sequence[Operation]) -> None:
        """Resolve each operation. At most one of each record."""
        self._full = None
        try:
            await self._carry_out(operations)
        except Unreachable as error:
            answer = failure(HTTPStatus.BAD_GATEWAY, f"the API could not be reached, nothing was sent: {error}")
        except TooLong as error:
            answer = failure(HTTPStatus.TOO_MANY_REQUESTS, f"the API's limit is used up: {error}")
            answer = replace(answer, headers={**answer.headers, "Retry-After": f"{error.seconds:.0f}"})
        else:
            return
        self._resolve([one for one in operations if not one.answer.done()], answer)

    async def _carry_out(self, operations: Sequence[Operation]) -> None:
        doubtful = [one for one in operations if one.doubtful]
        if doubtful:
            await self._settle(doubtful, None)
        certain = [one for one in operations if not one.doubtful]
        for operation in certain:
            if not operation.is_batchable:
                await self._send([operation])
        await self._send_all([one for one in certain if one.is_batchable])

    def stop(self, answer: Answer) -> None:
        """Send nothing more: this is the answer to what has not been sent yet."""
        self._stopped = answer

    def give_up(self, operations: Iterable[Operation]) -> None:
        """Resolve what has no answer, because sending was broken off."""
        left = [one for one in operations if not one.answer.done()]
        self._leave(left, HTTPStatus.SERVICE_UNAVAILABLE, "was broken off")

    async def _send_all(self, operations: Sequence[Operation]) -> bool:
        """Carry them out in as few calls as there may be. Whether all have landed."""
        limit = await batch_size(self._calls, self._zone_id, len(operations), self._sizes)
        if len(operations) > limit:
            await self._learn_names(operations)
        parts = batches.batches(operations, limit, self._named)
        return all([await self._send(part) for part in parts])

    async def _learn_names(self, operations: Sequence[Operation]) -> None:
        """List the zone where deletions and creations go in several batches: those of one name belong together."""
        if self._mirror.ids is None and {"DELETE", "POST"} <= {one.method for one in operations}:
            try:
                await self._mirror.renew()
            except NotListed:
                return  # then in the order in which they came

    def _named(self, operation: Operation) -> str:
        if operation.record is not None:
            return operation.record.name
        there = self._mirror.known(operation.record_id)
        return "" if there is None else str(there["name"]).lower()

    async def _send(self, part: Sequence[Operation]) -> bool:
        """Carry out one transaction, or those it falls into. Whether all has landed."""
        if self._stopped is not None:
            self._resolve(part, self._stopped)
            return False
        part = self._without_room(part)
        if not part or not await self._note(part):
            return False
        now, ids = time.monotonic(), self._mirror.ids
        for operation in part:
            if not operation.sent:
                operation.sent, operation.before = now, ids
        try:
            answer = await self._ask(part)
        except Lost:
            return await self._settle(part, None)
        return await self._judge(part, answer)

    async def _judge(self, part: Sequence[Operation], answer: Answer) -> bool:
        """What the API's answer means for each operation."""
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.REQUEST_TIMEOUT:
            return await self._settle(part, answer)
        if answer.status < HTTPStatus.MULTIPLE_CHOICES:
            results = batches.results(part, answer)
            return await (self._settle(part, None) if results is None else self._land(results, answer))
        if len(part) == 1:
            return await self._refused(part[0], answer)
        if answer.status in _FOR_ALL:
            self._resolve(part, answer)
            return False
        return await self._apart(part)

    async def _ask(self, part: Sequence[Operation]) -> Answer:
        path = f"/zones/{self._zone_id}/dns_records"
        if len(part) > 1:
            return await self._calls.ask("POST", f"{path}/batch", batches.body(part))
        one = part[0]
        target = f"{path}/{one.record_id}" if one.record_id else path
        return await self._calls.ask(one.method, target, one.body, one.headers)

    async def _apart(self, part: Sequence[Operation]) -> bool:
        """Send a refused batch in two parts, and so on until what is at fault stands alone."""
        left, right = batches.halves(part, self._named)
        both = [await self._send(left), await self._send(right)]
        if all(both) and len(part) > SMALLEST:
            self._sizes[self._zone_id] = max(SMALLEST, len(part) // 2)  # so it was refused for its size
        return all(both)

    async def _refused(self, operation: Operation, answer: Answer) -> bool:
        why = codes(answer)
        if operation.method == "POST" and operation.losses and why & IDENTICAL:
            # It was sent before, and that one landed after it was looked for.
            return await self._settle([operation], answer, is_last=True)
        if operation.method == "POST" and QUOTA in why:
            self._full = answer
        self._resolve([operation], answer)
        return False

    def _without_room(self, part: Sequence[Operation]) -> Sequence[Operation]:
        """What is left once creations in a full zone have been answered as the one that found it full."""
        if self._full is None:
            return part
        self._resolve([one for one in part if one.method == "POST"], self._full)
        return [one for one in part if one.method != "POST"]

    async def _note(self, part: Sequence[Operation]) -> bool:
        """Write down what is about to be made, once. Whether it could be: otherwise nothing may be sent."""
        creations = [one for one in part if one.method == "POST" and not one.sent]
        writes = [Write("POST", self._zone_id, "", one.record) for one in creations if one.record]
        try:
            await self._keep(writes, is_sent=False)
        except NotNow as error:
            self._calls.context.counts.refused("journal")
            said = f"nothing was sent, as it could not be noted first: {error}"
            self._resolve(part, failure(HTTPStatus.INSUFFICIENT_STORAGE, said), is_counted=False)
            return False
        return True

    async def _keep(self, writes: Sequence[Write], *, is_sent: bool) -> None:
        context = self._calls.context
        run = "" if context.intent is None else context.intent.run
        entries = [Entry(run, write) for write in writes]
        if entries:
            await (context.journal.landed(entries) if is_sent else context.journal.sending(entries))

    async def _land(self, results: Sequence[tuple[Operation, str, bytes]], answer: Answer | None) -> bool:
        """Note what has landed, then pass on the answers."""
        for operation, record_id, raw in results:
            operation.landed = self._landed(operation, record_id, raw)
        try:
            await self._keep([one.landed for one, _, _ in results if one.landed], is_sent=True)
        except NotNow as error:
            self._calls.context.counts.refused("journal")
            said = f"has landed, and could not be noted: {error}"
            self._leave([one for one, _, _ in results], HTTPStatus.INSUFFICIENT_STORAGE, said)
            return False
        if answer is not None and len(results) > 1:
            self._calls.context.counts.batch(len(results))
        headers = {} if answer is None else dict(answer.headers)
        for operation, record_id, raw in results:
            if operation.method == "POST":
                self._common.made.add(record_id)
            elif operation.method == "DELETE":
                self._common.deleted.add(record_id)
            result = msgspec.json.encode({"id": record_id}) if operation.method == "DELETE" else raw
            operation.resolve(success(result, headers) if answer is None or len(results) > 1 else answer)
        return True

    def _landed(self, operation: Operation, record_id: str, raw: bytes) -> Write:
        """What the journal says of it; the mirrors know it, too."""
        for mirror in self._common.mirrors:
            if operation.method == "DELETE":
                mirror.remove(record_id)
            else:
                mirror.put(record_id, raw)
        if operation.method == "DELETE":
            return Write("DELETE", self._zone_id, record_id, None)
        method: Literal["POST", "PUT"] = "POST" if operation.method == "POST" else "PUT"
        return Write(method, self._zone_id, record_id, operation.record or lost_answers.record_of(raw))

    async def _settle(self, part: Sequence[Operation], last: Answer | None, *, is_last: bool = False) -> bool:
        """Look for what may have landed, and send again what has not. last: what the API said, if it said anything."""
        await asyncio.sleep(_FIRST_WAIT * 2 ** part[0].losses)
        for operation in part:
            operation.losses += 1
        try:
            listing = await self._mirror.renew()
        except NotListed:
            self._leave(part, HTTPStatus.SERVICE_UNAVAILABLE, _UNCONFIRMED)
            return False
        absent = [one for one in part if one.method == "DELETE" and one.record_id in self._common.deleted]
        self._resolve(absent, gone())
        found = lost_answers.look([one for one in part if not one.answer.done()], listing, self._ours())
        self._leave(found.unsure, HTTPStatus.SERVICE_UNAVAILABLE, _UNREADABLE)
        for _ in found.landed:
            self._calls.context.counts.settled()
        is_done = not found.landed or await self._land(found.landed, None)
        again = [one for one in found.missing if one.losses < _TRIES and not is_last]
        given_up = [one for one in found.missing if one.losses >= _TRIES or is_last]
        self._resolve(given_up, last or failure(HTTPStatus.BAD_GATEWAY, _NOTHING_DONE))
        return (not again or await self._send_all(again)) and is_done and not (absent or given_up or found.unsure)

    def _ours(self) -> set[str]:
        intent = self._calls.context.intent
        return self._common.made | (frozenset() if intent is None else intent.owned.get(self._zone_id, frozenset()))

    def _resolve(self, part: Iterable[Operation], answer: Answer, *, is_counted: bool = True) -> None:
        for operation in part:
            if is_counted and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                self._calls.context.counts.refused("api")
            operation.resolve(answer)

    def _leave(self, part: Iterable[Operation], status: int, why: str) -> None:
        """Answer without knowing what has come of them: a repetition is looked up first."""
        for operation in part:
            self._unsettled[operation.key] = operation
            operation.resolve(failure(status, f"{_subject(operation)} {why}"))


def _subject(operation: Operation) -> str:
    record = operation.record
    named = f"{record.name} {record.type}" if record else operation.record_id or "a record"
    return f"{operation.method} of {named}"
