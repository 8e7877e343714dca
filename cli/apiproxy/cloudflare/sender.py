"""Send the writes of a zone to the API: in batches, each with its own answer, none twice, none forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final, Literal

import msgspec

from cli.apiproxy.client import ApiClient
from cli.apiproxy.cloudflare import batches, lost_answers
from cli.apiproxy.cloudflare.envelope import QUOTA, codes, failure, gone, readable, success, words
from cli.apiproxy.cloudflare.operation import Operation
from cli.apiproxy.cloudflare.zone_cache import NotListed, ZoneCache
from cli.apiproxy.http import Response
from cli.apiproxy.intent import Write
from cli.apiproxy.pacer import AnswerLost, ApiUnreachable, TurnTooLate
from cli.apiproxy.scope import Scope
from stacks.model.errors import NotNow

_TRIES: Final = 3
_FAILING: Final = 2
"""Parts in a row that the API fails for good, after which no other is tried."""
_FOR_ALL: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that are about the caller, not about an operation."""


class Sender:
    """The sender of one zone; the lock of the zone's cache is held around `carry_out`."""

    def __init__(self, zone_id: str, scope: Scope, cache: ZoneCache) -> None:
        self._zone_id = zone_id
        self._scope = scope
        self._cache = cache
        self._deleted: set[str] = set()
        self._unsettled: dict[Hashable, Operation] = {}
        self._full: Response | None = None
        self._failing: list[Response] = []
        """The answers to the parts that were given up since one has landed."""
        self._stopped: Response | None = None
        self._unmarked: dict[Operation, Response] = {}
        """The marks of refused sets, each with the refusal of the last record that it was to stand beside."""

    def remember(self, operation: Operation) -> None:
        """Note on an operation what is known of equal ones before it, of this convergence and of earlier ones."""
        if operation.method == "POST":
            operation.is_repeated = (self._zone_id, operation.record) in self._scope.unanswered
        earlier = self._unsettled.pop(operation.key, None)
        if earlier is not None:
            operation.before, operation.sent, operation.doubtful = earlier.before, earlier.sent, True

    async def carry_out(self, operations: Sequence[Operation]) -> None:
        """Resolve each operation. operations: at most one of each record."""
        self._full = None
        self._failing.clear()
        self._unmarked.clear()
        try:
            await self._carry_out(operations)
            for mark, refusal in self._unmarked.items():
                mark.resolve(refusal)
        except ApiUnreachable as error:
            answer = failure(HTTPStatus.BAD_GATEWAY, f"the API could not be reached, nothing was sent: {error}")
        except TurnTooLate as error:
            answer = failure(HTTPStatus.TOO_MANY_REQUESTS, f"the API's rate limit is used up for {error}")
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

    def stop(self, answer: Response) -> None:
        """Send nothing more. answer: to all operations that have not been sent yet."""
        self._stopped = answer

    def give_up(self, operations: Iterable[Operation]) -> None:
        """Resolve the operations without an answer, because sending was broken off."""
        self._leave(
            [one for one in operations if not one.answer.done()], HTTPStatus.SERVICE_UNAVAILABLE, "was broken off"
        )

    async def _send_all(self, operations: Sequence[Operation]) -> bool:
        """Carry operations out in few calls, each of one signature. Return whether all have landed."""
        signed_alike: dict[ApiClient, list[Operation]] = {}
        for operation in operations:
            signed_alike.setdefault(operation.client, []).append(operation)
        return all([await self._send_batches(client, several) for client, several in signed_alike.items()])

    async def _send_batches(self, client: ApiClient, operations: Sequence[Operation]) -> bool:
        limit = await batches.batch_limit(client, self._zone_id, len(operations))
        if len(operations) > limit:
            await self._learn_names(operations)
        return all([await self._send(part) for part in batches.batches(operations, limit, self._named)])

    async def _learn_names(self, operations: Sequence[Operation]) -> None:
        """List the zone where deletions and creations go in several batches: those of one name belong together."""
        if self._cache.ids is None and {"DELETE", "POST"} <= {one.method for one in operations}:
            try:
                await self._cache.renew()
            except NotListed:
                return  # then in the order in which they came

    def _named(self, operation: Operation) -> str:
        if operation.record_set is not None:
            return operation.record_set[0]
        if operation.record is not None:
            return operation.record.name
        there = self._cache.known(operation.record_id)
        return "" if there is None else str(there["name"]).lower()

    async def _send(self, part: Sequence[Operation]) -> bool:
        """Carry out one transaction, or its parts where it is refused. Return whether all has landed."""
        if self._stopped is not None:
            self._resolve(part, self._stopped)
            return False
        if len(self._failing) >= _FAILING:  # the others would fail as these did, each after its tries
            self._resolve(part, self._failing[-1])
            return False
        part = self._without_room(part)
        if not part or not await self._note(part):
            return False
        now, ids = time.monotonic(), self._cache.ids
        for operation in part:
            if not operation.sent:
                operation.sent, operation.before = now, ids
        try:
            answer = await self._ask(part)
        except AnswerLost:
            return await self._settle(part, None)
        return await self._judge(part, answer)

    async def _judge(self, part: Sequence[Operation], answer: Response) -> bool:
        """Resolve the operations by the API's answer. Return whether all have landed."""
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
        done = [one for one in part if one.may_be_done(codes(answer)) and not one.losses]
        if done:
            await self._settle(done, answer, is_last=True)
            return await self._send_all([one for one in part if not one.answer.done()])
        one_set = batches.as_one_set(part)
        return await (self._apart(part) if one_set is None else self._set_apart(*one_set, answer))

    async def _ask(self, part: Sequence[Operation]) -> Response:
        path = f"/zones/{self._zone_id}/dns_records"
        if len(part) > 1:
            return readable(await part[0].client.call("POST", f"{path}/batch", batches.body(part)))
        one = part[0]
        target = f"{path}/{one.record_id}" if one.record_id else path
        return readable(await one.client.call(one.method, target, one.body, one.headers))

    async def _apart(self, part: Sequence[Operation]) -> bool:
        """Send a refused batch in two parts, and so on until the operation at fault stands alone."""
        left, right = batches.halves(part, self._named)
        is_left = await self._send(left)
        # What is at fault is in the other part then, which would be refused as a whole, too.
        is_known = is_left and 1 < len(right) < batches.SMALLEST // 2 and batches.as_one_set(right) is None
        both = [is_left, await (self._apart(right) if is_known else self._send(right))]
        if all(both) and len(part) > batches.SMALLEST:
            # So it was refused for its size.
            part[0].client.batch_limits[self._zone_id] = max(batches.SMALLEST, len(part) // 2)
        return all(both)

    async def _set_apart(self, mark: Operation, records: Sequence[Operation], answer: Response) -> bool:
        """Make a refused set record by record, the mark with the first that the API takes: none stands alone."""
        if len(records) == 1:
            is_mark_there = mark.may_be_done(codes(answer))
            if await (self._send(records) if is_mark_there else self._refused(records[0], answer)):
                return await self._send([mark])
            self._unmarked[mark] = answer
            return False
        return all([await self._send([one] if mark.answer.done() else [mark, one]) for one in records])

    async def _refused(self, operation: Operation, answer: Response) -> bool:
        """Resolve a refused operation. Return whether it was done before."""
        why = codes(answer)
        if operation.may_be_done(why):
            is_landed = await self._settle([operation], answer, is_last=True)
            if operation.answer.done():
                return is_landed
        if operation.method == "POST" and QUOTA in why:
            self._full = answer
        if answer.status not in _FOR_ALL:
            self._scope.counts.refused(replace(operation.write, zone_id=self._zone_id), words(answer))
        self._resolve([operation], answer)
        return False

    def _without_room(self, part: Sequence[Operation]) -> Sequence[Operation]:
        """Resolve creations in a zone that is known to be full, and return the other operations."""
        if self._full is None:
            return part
        left = [one for one in part if one.method == "POST"]
        for one in left:
            self._scope.counts.refused(replace(one.write, zone_id=self._zone_id), words(self._full))
        self._resolve(left, self._full)
        return [one for one in part if one.method != "POST"]

    async def _note(self, part: Sequence[Operation]) -> bool:
        """Note creations in the journal, once. Return whether that succeeded: otherwise nothing may be sent."""
        creations = [one for one in part if one.method == "POST" and not one.sent]
        writes = [Write("POST", self._zone_id, "", one.record) for one in creations if one.record]
        try:
            await self._scope.note_sending(writes)
        except NotNow as error:
            self._scope.counts.count("refusal", "cloudflare", reason="journal")
            said = f"nothing was sent, as it could not be noted first: {error}"
            self._resolve(part, failure(HTTPStatus.INSUFFICIENT_STORAGE, said), is_counted=False)
            return False
        return True

    async def _land(self, results: Sequence[tuple[Operation, str, bytes]], answer: Response | None) -> bool:
        """Note landed operations in the journal, then resolve them. Return whether that succeeded."""
        for operation, record_id, raw in results:
            operation.landed = self._landed(operation, record_id, raw)
        try:
            await self._scope.note_landed([one.landed for one, _, _ in results if one.landed])
        except NotNow as error:
            self._scope.counts.count("refusal", "cloudflare", reason="journal")
            said = f"has landed, and could not be noted: {error}"
            self._leave([one for one, _, _ in results], HTTPStatus.INSUFFICIENT_STORAGE, said)
            return False
        if answer is not None and len(results) > 1:
            self._scope.counts.count("batch", "cloudflare", len(results))
        self._failing.clear()
        headers = {} if answer is None else dict(answer.headers)
        for operation, record_id, raw in results:
            if operation.method == "POST":
                self._scope.made.add(record_id)
            elif operation.method == "DELETE":
                self._deleted.add(record_id)
            result = msgspec.json.encode({"id": record_id}) if operation.method == "DELETE" else raw
            operation.resolve(success(result, headers) if answer is None or len(results) > 1 else answer)
        return True

    def _landed(self, operation: Operation, record_id: str, raw: bytes) -> Write:
        """Take a landed operation into the cache, and return it as the journal notes it."""
        if operation.method == "DELETE":
            self._cache.remove(record_id)
            return Write("DELETE", self._zone_id, record_id, None)
        self._cache.put(record_id, raw)
        method: Literal["POST", "PUT"] = "POST" if operation.method == "POST" else "PUT"
        return Write(method, self._zone_id, record_id, operation.record or lost_answers.record_of(raw))

    async def _settle(self, part: Sequence[Operation], last: Response | None, *, is_last: bool = False) -> bool:
        """Look up operations that may have landed, and send others again, unless is_last. last: the API's answer."""
        await asyncio.sleep(lost_answers.FIRST_WAIT * 2 ** part[0].losses)
        for operation in part:
            operation.losses += 1
        try:
            listing = await self._cache.renew()
        except NotListed:
            self._leave(part, HTTPStatus.SERVICE_UNAVAILABLE, lost_answers.UNCONFIRMED)
            return False
        known = self._scope.made | self._scope.owned(self._zone_id)
        absent = [one for one in part if one.method == "DELETE" and one.record_id in self._deleted]
        self._resolve(absent, gone())
        found = lost_answers.look([one for one in part if not one.answer.done()], listing, known)
        self._leave(found.unsure, HTTPStatus.SERVICE_UNAVAILABLE, lost_answers.UNREADABLE)
        for _ in found.landed:
            self._scope.counts.count("settled", "cloudflare")
        is_done = not found.landed or await self._land(found.landed, None)
        if is_last:
            return is_done and not (absent or found.missing or found.unsure)
        again = [one for one in found.missing if one.losses < _TRIES]
        given_up = [one for one in found.missing if one.losses >= _TRIES]
        if given_up:
            self._failing.append(last or failure(HTTPStatus.BAD_GATEWAY, lost_answers.NOTHING_DONE))
            self._resolve(given_up, self._failing[-1])
        return (not again or await self._send_all(again)) and is_done and not (absent or given_up or found.unsure)

    def _resolve(self, part: Iterable[Operation], answer: Response, *, is_counted: bool = True) -> None:
        for operation in part:
            if is_counted and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                self._scope.counts.count("refusal", "cloudflare", reason="api")
            operation.resolve(answer)

    def _leave(self, part: Iterable[Operation], status: int, why: str) -> None:
        """Resolve operations that may have landed: a repetition of such a one is looked up before it is sent."""
        for operation in part:
            self._unsettled[operation.key] = operation
            operation.resolve(failure(status, f"{lost_answers.subject(operation)} {why}"))
