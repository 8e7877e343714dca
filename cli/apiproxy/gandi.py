"""Requests of Gandi's plugin: paced, noted in the journal, fenced, and lost answers settled.

A POST of what is there already, with the same values, is answered 200 by the API, and the plugin takes the record set
for made: here it is refused unless this stack has it. The plugin gives up after five seconds and repeats nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from http import HTTPStatus

from cli.apiproxy import calls
from cli.apiproxy.counts import Reason
from cli.apiproxy.gandi_requests import RecordSet, asked_for, found
from cli.apiproxy.http import Answer, Context, Request
from cli.apiproxy.intent import Intent, Method, Write
from cli.apiproxy.journal import Entry
from cli.apiproxy.pace import READS, Lost, TooLong, Unreachable
from stacks.model.errors import NotNow
from stacks.plan.changes import same

SENDINGS = 3
"""How often a write is sent of which was seen that it had not landed."""
JSON = {"Content-Type": "application/json"}
METHODS: dict[str, Method] = {"POST": "POST", "PUT": "PUT", "DELETE": "DELETE"}


class _Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """The bridge's own answer, in place of the API's."""

    def __init__(self, status: HTTPStatus, message: str, reason: Reason | None, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.status, self.reason, self.headers = status, reason, headers


async def handle_gandi(request: Request, context: Context) -> Answer:
    """Answer one request; raises nothing, but where it is cancelled."""
    try:
        if request.method in READS:
            return await _asked(request, context)
        return await _written(request, context)
    except _Refusal as refusal:
        if refusal.reason:
            context.counts.refused(refusal.reason, "gandi")
        kind, cause = f"HTTP{refusal.status.phrase.replace(' ', '')}", refusal.status.phrase
        said = {"object": kind, "cause": cause, "code": int(refusal.status), "message": str(refusal)}
        return Answer(refusal.status, json.dumps(said).encode(), {**JSON, **refusal.headers})


async def _asked(request: Request, context: Context) -> Answer:
    """The API's answer. Raises Lost, and _Refusal where the API was not asked."""
    try:
        return await calls.passed_on(request, context)
    except TooLong as error:
        seconds = math.ceil(error.seconds)
        message = (
            f"the share of Gandi's limit that TrueNorth may use is used up for {seconds} s, longer than the plugin "
            "waits. Nothing was changed; run again later, or with fewer changes at once"
        )
        headers = {"Retry-After": str(seconds)}
        raise _Refusal(HTTPStatus.TOO_MANY_REQUESTS, message, "budget", headers) from error
    except Unreachable as error:
        message = f"Gandi's API at {context.upstream} cannot be reached: {error}. Nothing was changed"
        raise _Refusal(HTTPStatus.BAD_GATEWAY, message, None, {}) from error


async def _written(request: Request, context: Context) -> Answer:
    try:
        wish = asked_for(request)
    except ValueError as error:
        message = f"TrueNorth's bridge does not send what it cannot read: {error}"
        raise _Refusal(HTTPStatus.BAD_REQUEST, message, None, {}) from error
    intent = context.intent
    if intent is None or wish is None or request.method not in METHODS:
        what = str(wish) if wish else request.target
        why = "no run of this stack is under way" if intent is None else "it is no write of one record set"
        raise _Refusal(HTTPStatus.FORBIDDEN, f"TrueNorth's bridge refuses to write {what}: {why}", "fence", {})
    if request.method != "POST" and not _is_ours(wish, intent, context):
        message = f"TrueNorth's bridge refuses to change {wish}: this stack does not own it"
        raise _Refusal(HTTPStatus.FORBIDDEN, message, "fence", {})
    return await _carried_out(request, wish, intent, context)


async def _carried_out(request: Request, wish: RecordSet, intent: Intent, context: Context) -> Answer:
    method, makes = METHODS[request.method], request.method == "POST"
    if makes:
        await _note(context, Entry(intent.run, Write(method, wish.zone, "", wish.record)))
    answer = await _settled(request, wish, context)
    if makes and answer.status == HTTPStatus.OK and not _is_ours(wish, intent, context):
        message = (
            f"{wish} is in the zone already, with these very values, and this stack has not made it. It is left alone: "
            "truenorth adopt takes it over"
        )
        raise _Refusal(HTTPStatus.CONFLICT, message, "fence", {})
    if answer.status >= HTTPStatus.BAD_REQUEST:
        context.counts.refused("api", "gandi")
        return answer
    if makes:
        context.made.add(wish.id)
    await _note(context, Entry(intent.run, Write(method, wish.zone, wish.id, wish.record)), landed=True)
    return answer


def _is_ours(wish: RecordSet, intent: Intent, context: Context) -> bool:
    return wish.id in context.made or wish.id in intent.owned.get(wish.zone, ())


async def _note(context: Context, entry: Entry, *, landed: bool = False) -> None:
    try:
        await (context.journal.landed if landed else context.journal.sending)([entry])
    except NotNow as error:
        message = "; ".join(f"{one.what} ({one.where}): {one.do}" for one in error.problems)
        done = "It was written to the zone all the same" if landed else "Nothing was changed"
        raise _Refusal(HTTPStatus.INSUFFICIENT_STORAGE, f"{message}. {done}", "journal", {}) from error


async def _settled(request: Request, wish: RecordSet, context: Context) -> Answer:
    """The answer to a write. Where it is lost, the record set is read before the write is sent again, or answered."""
    for number in range(SENDINGS):
        try:
            answer = await _asked(request, context)
        except Lost:
            pass
        else:
            if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                finds_its_own = number > 0 and request.method == "POST" and answer.status == HTTPStatus.OK
                return _written_answer() if finds_its_own else answer
        landed = await _landed(request, wish, context)
        context.counts.settled("gandi")
        if landed:
            return Answer(HTTPStatus.NO_CONTENT) if request.method == "DELETE" else _written_answer()
    message = f"Gandi's API has answered none of {SENDINGS} tries to write {wish}, and it was not written"
    raise _Refusal(HTTPStatus.SERVICE_UNAVAILABLE, message, None, {})


async def _landed(request: Request, wish: RecordSet, context: Context) -> bool:
    """Whether a write whose answer is lost has landed. Raises _Refusal where nobody can say."""
    try:
        now = await calls.passed_on(Request("GET", wish.target, _without_body(request.headers)), context)
        why = f"it answers {now.status}"
    except (Unreachable, TooLong) as error:
        now, why = None, str(error)
    if now is None or now.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
        if request.method == "POST":
            context.made.add(wish.id)  # where the next POST finds it there, this one has made it
        message = f"whether {wish} was written could not be found out: Gandi's API gave no answer, and then {why}"
        raise _Refusal(HTTPStatus.SERVICE_UNAVAILABLE, message, None, {})
    gone = now.status == HTTPStatus.NOT_FOUND
    if wish.record is None or gone:
        return wish.record is None and gone
    there = found(now, wish.zone)
    return there is not None and same(there, wish.record)


def _written_answer() -> Answer:
    return Answer(HTTPStatus.CREATED, b'{"message":"DNS Record Created"}', dict(JSON))


def _without_body(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith("content-")}
