"""Requests of Gandi's plugin: paced, noted in the journal, fenced, and looked up where an answer was lost.

The API answers 200 to a POST of a record set that is there already with the same values, and the plugin takes it for
made: the proxy refuses it unless the stack owns the set. The plugin gives up after five seconds and repeats nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from cli.apiproxy.client import ApiClient
from cli.apiproxy.counts import Reason
from cli.apiproxy.gandi.requests import RequestedSet, requested_set, set_in
from cli.apiproxy.http import Request, Response
from cli.apiproxy.intent import Method, Write
from cli.apiproxy.pacer import READS, AnswerLost, ApiUnreachable, TurnTooLate
from cli.apiproxy.scope import Scope
from stacks.model.errors import NotNow
from stacks.plan.changes import same

FAILING: Final = 8
"""Record sets in a row that the API could not write, after which no other is tried: a run has hundreds."""
SENDINGS: Final = 3
"""How often a write is sent that was found not to have landed."""
_JSON: Final = {"Content-Type": "application/json"}
_FOR_ALL: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that are about the caller, not about a record set."""
_METHODS: Final[Mapping[str, Method]] = {"POST": "POST", "PUT": "PUT", "DELETE": "DELETE"}


class _Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """An answer of the proxy in place of the API's. reason: as it is counted; None for one that is not."""

    def __init__(
        self, status: HTTPStatus, message: str, reason: Reason | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.reason, self.headers = status, reason, headers or {}


class GandiHandler:
    """The record sets of one convergence; outside of one, they are read from the API, and never written."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._failed = 0
        """Record sets in a row that the API could not write."""

    async def handle(self, request: Request, client: ApiClient) -> Response:
        """Return the response to a request."""
        try:
            if request.method in READS:
                return await _forward(request, client)
            return await self._write(request, client)
        except _Refusal as refusal:
            if refusal.reason:
                self._scope.counts.count("refusal", "gandi", reason=refusal.reason)
            kind, cause = f"HTTP{refusal.status.phrase.replace(' ', '')}", refusal.status.phrase
            said = {"object": kind, "cause": cause, "code": int(refusal.status), "message": str(refusal)}
            return Response(refusal.status, json.dumps(said).encode(), {**_JSON, **refusal.headers})

    def send(self, zone_id: str, client: ApiClient) -> None:
        """Do nothing: no write is foreseen, as the API takes them one by one."""

    async def end(self) -> tuple[Write, ...]:
        """Return no writes: none is sent before the plugin requests it."""
        return ()

    async def _write(self, request: Request, client: ApiClient) -> Response:
        try:
            wanted = requested_set(request)
        except ValueError as error:
            message = f"TrueNorth's API proxy does not send what it cannot read: {error}"
            raise _Refusal(HTTPStatus.BAD_REQUEST, message) from error
        if self._scope.intent is None or wanted is None or request.method not in _METHODS:
            what = str(wanted) if wanted else request.target
            why = (
                "no run of this stack is under way"
                if self._scope.intent is None
                else "it is no write of one record set"
            )
            raise _Refusal(HTTPStatus.FORBIDDEN, f"TrueNorth's API proxy refuses to write {what}: {why}", "fence")
        if request.method == "POST" and not self._scope.may_create(wanted.zone, wanted.record):
            message = f"TrueNorth's API proxy refuses to create {wanted}: the plan declares no such record set"
            raise _Refusal(HTTPStatus.FORBIDDEN, message, "fence")
        if request.method != "POST" and not self._owns(wanted):
            message = f"TrueNorth's API proxy refuses to change {wanted}: this stack does not own it"
            raise _Refusal(HTTPStatus.FORBIDDEN, message, "fence")
        return await self._carry_out(request, wanted, client)

    async def _carry_out(self, request: Request, wanted: RequestedSet, client: ApiClient) -> Response:
        method, makes = _METHODS[request.method], request.method == "POST"
        if self._failed >= FAILING:
            message = "Gandi's API could not write the record sets before this one, which was not tried"
            raise _Refusal(HTTPStatus.SERVICE_UNAVAILABLE, message)
        if makes:
            await self._note(Write(method, wanted.zone, "", wanted.record))
        answer = await self._send(request, wanted, client)
        if makes and answer.status == HTTPStatus.OK and not self._owns(wanted):
            message = (
                f"{wanted} is in the zone already, with these very values, and this stack has not made it. It is left "
                "alone: truenorth adopt takes it over"
            )
            raise _Refusal(HTTPStatus.CONFLICT, message, "fence")
        if answer.status >= HTTPStatus.BAD_REQUEST:
            self._scope.counts.count("refusal", "gandi", reason="api")
            if answer.status not in _FOR_ALL:
                self._scope.counts.refused(
                    Write(method, wanted.zone, "" if makes else wanted.id, wanted.record), _words(answer)
                )
            return answer
        if makes:
            self._scope.made.add(wanted.id)
        await self._note(Write(method, wanted.zone, wanted.id, wanted.record), landed=True)
        return answer

    def _owns(self, wanted: RequestedSet) -> bool:
        return self._scope.owns(wanted.zone, wanted.id)

    async def _note(self, write: Write, *, landed: bool = False) -> None:
        try:
            await (self._scope.note_landed if landed else self._scope.note_sending)([write])
        except NotNow as error:
            message = "; ".join(f"{one.what} ({one.where}): {one.do}" for one in error.problems)
            done = "It was written to the zone all the same" if landed else "Nothing was changed"
            raise _Refusal(HTTPStatus.INSUFFICIENT_STORAGE, f"{message}. {done}", "journal") from error

    async def _send(self, request: Request, wanted: RequestedSet, client: ApiClient) -> Response:
        """Return the answer to a write. Without an answer, the record set is looked up before the write is repeated."""
        said = "no answer"
        for number in range(SENDINGS):
            try:
                answer = await _forward(request, client)
            except AnswerLost:
                said = "no answer"
            else:
                said = f"HTTP status {answer.status}"
                if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    self._failed = 0
                    finds_its_own = number > 0 and request.method == "POST" and answer.status == HTTPStatus.OK
                    return _written() if finds_its_own else answer
            landed = await self._has_landed(request, wanted, client)
            self._scope.counts.count("settled", "gandi")
            if landed:
                return Response(HTTPStatus.NO_CONTENT) if request.method == "DELETE" else _written()
        self._failed += 1
        message = f"Gandi's API gave {said}, {SENDINGS} times. Nothing was changed"
        raise _Refusal(HTTPStatus.SERVICE_UNAVAILABLE, message)

    async def _has_landed(self, request: Request, wanted: RequestedSet, client: ApiClient) -> bool:
        """Return whether a write without an answer has landed. Raises _Refusal where that cannot be read."""
        headers = {name: value for name, value in request.headers.items() if not name.startswith("content-")}
        try:
            now = await client.forward(Request("GET", wanted.target, headers))
            why = f"it answers {now.status}"
        except (ApiUnreachable, TurnTooLate) as error:
            now, why = None, str(error)
        if now is None or now.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            if request.method == "POST":
                self._scope.made.add(wanted.id)  # where the next POST finds it there, this one has made it
            message = f"whether {wanted} was written could not be found out: Gandi's API gave no answer, and then {why}"
            raise _Refusal(HTTPStatus.SERVICE_UNAVAILABLE, message)
        gone = now.status == HTTPStatus.NOT_FOUND
        if wanted.record is None or gone:
            return wanted.record is None and gone
        there = set_in(now, wanted.zone)
        return there is not None and same(there, wanted.record)


async def _forward(request: Request, client: ApiClient) -> Response:
    """Return the API's answer. Raises AnswerLost, and _Refusal where the API was not asked."""
    try:
        return _readable(await client.forward(request))
    except TurnTooLate as error:
        seconds = math.ceil(error.seconds)
        message = (
            "Gandi's rate limit, or TrueNorth's share of it, is used up for longer than the plugin waits. "
            "Nothing was changed; run again later, or with fewer changes at once"
        )
        raise _Refusal(HTTPStatus.TOO_MANY_REQUESTS, message, "budget", {"Retry-After": str(seconds)}) from error
    except ApiUnreachable as error:
        message = f"Gandi's API at {client.upstream} cannot be reached: {error}. Nothing was changed"
        raise _Refusal(HTTPStatus.BAD_GATEWAY, message) from error


def _readable(answer: Response) -> Response:
    """Return a refusal as JSON: the plugin reads nothing else. A page of the API's edge becomes its message."""
    kind = next((text for name, text in answer.headers.items() if name.lower() == "content-type"), "")
    if answer.status < HTTPStatus.BAD_REQUEST or kind == _JSON["Content-Type"]:
        return answer
    kept = {name: text for name, text in answer.headers.items() if name.lower() != "content-type"}
    try:
        is_json = isinstance(json.loads(answer.body), dict)
    except ValueError:
        is_json = False
    said = {"code": answer.status, "message": f"a page of the API's edge, with HTTP status {answer.status}"}
    return Response(answer.status, answer.body if is_json else json.dumps(said).encode(), {**kept, **_JSON})


def _words(answer: Response) -> str:
    """Return the API's own words in a refusal; the status where it has none."""
    try:
        said = json.loads(answer.body)
        errors = [f"{one['name']}: {one['description']}" for one in said.get("errors", ())]
        return "; ".join(errors) or str(said["message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"HTTP status {answer.status}"


def _written() -> Response:
    return Response(HTTPStatus.CREATED, b'{"message":"DNS Record Created"}', dict(_JSON))
