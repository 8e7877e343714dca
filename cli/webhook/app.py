"""The HTTP application of the webhook: external-dns's protocol, version 1.

| request                 | is answered                                                                         |
|-------------------------|-------------------------------------------------------------------------------------|
| GET /                   | 200 and the zones, to which external-dns then keeps                                  |
| GET /records            | 200 and what external-dns has asked for and got                                      |
| POST /adjustendpoints   | 200 and the endpoints as their zones would keep them                                 |
| POST /records           | 204 where all was carried out, else 503 with each name and reason                    |

external-dns tries again, and says so, what is answered with 500 to 510; anything else ends it. So what a person or the
time will mend is 503: a refusal of the guard, a conflict, an API that fails, a replica that stands by. It does not show
the text of an answer: the log of this process and its page have the reasons.

Source: external-dns, api/webhook.yaml and provider/webhook/webhook.go.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cli.events import Requested
from cli.web.access import PageAccess, WithAccess
from cli.webhook import answers
from cli.webhook.desk import ChangeAnswer, Desk, WebhookView
from components.webhook import shapes
from components.webhook.shapes import MEDIA_TYPE, ShapeError, bare, listed, parse_json
from stacks.observe.webhook.endpoints import MarkError, changes_of

MOST_BODIES = 4
"""Bodies that are read and looked at, at a time."""
BODY = 20.0
"""Seconds for a body."""
PATIENCE = 10.0
"""Seconds for a turn. external-dns gives up after 15 (--webhook-provider-read-timeout and -write-timeout), and ends."""
_SHOWN = 50
"""Names in an answer."""
_NOT_NOW = "this replica does not lead, or has not looked yet; ask again"


class RefusedError(Exception):
    """A request cannot be answered. Says why, with the HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def application(
    desk: Desk, zones: Sequence[str], publish: Callable[[Requested], object], patience: float = PATIENCE
) -> Starlette:
    """Return the application. zones: their domains. publish: called with each answered request. patience: seconds."""
    bodies = asyncio.Semaphore(MOST_BODIES)

    async def negotiate(request: Request) -> Response:
        return _json(request, answers.domain_filter(zones))

    async def records(request: Request) -> Response:
        return _json(request, await asyncio.to_thread(answers.records, _world(desk)))

    async def adjust(request: Request) -> Response:
        async with bodies:
            asked = listed(await _document(request))
            return _json(request, await asyncio.to_thread(answers.adjusted, _world(desk), asked))

    async def apply(request: Request) -> Response:
        async with bodies:
            document = await _document(request)
            try:
                changes = await asyncio.to_thread(changes_of, document)
            except MarkError as error:
                await asyncio.to_thread(publish, Requested(0, (str(error),)))
                raise RefusedError(503, str(error)) from None
        waiting = desk.ask(changes)
        if waiting is None:
            raise RefusedError(503, _NOT_NOW)
        try:
            async with asyncio.timeout(patience):
                answer = await asyncio.shield(asyncio.wrap_future(waiting.answer))
        except TimeoutError:
            begun = not desk.withdraw(waiting)
            answer = ChangeAnswer(
                reason="it is being carried out" if begun else "another turn is being taken; ask again"
            )
        left = (answer.reason, *map(str, answer.undone)) if answer.reason else tuple(map(str, answer.undone))
        await asyncio.to_thread(publish, Requested(len(changes.keys) + len(changes.unread), left))
        return Response(status_code=204) if answer.is_done else _refusal(503, _text(answer))

    routes = [
        Route("/", _answering(negotiate), methods=["GET"]),
        Route("/records", _answering(records), methods=["GET"]),
        Route("/records", _answering(apply), methods=["POST"]),
        Route("/adjustendpoints", _answering(adjust), methods=["POST"]),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(WithAccess, access=PageAccess())
    return app


def _answering(handle: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await handle(request)
        except RefusedError as error:
            return _refusal(error.status, str(error))
        except ShapeError as error:
            return _refusal(400, str(error))
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads

    return answer


def _world(desk: Desk) -> WebhookView:
    world = desk.world()
    if world is None:
        raise RefusedError(503, _NOT_NOW)
    return world


async def _document(request: Request) -> object:
    """Return the JSON of a body. A foreign page cannot send this media type unasked, so none has its way here."""
    if bare(request.headers.get("content-type", "")) != MEDIA_TYPE:
        raise RefusedError(415, f"the body has to be {MEDIA_TYPE}")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY):
            async for piece in request.stream():
                body += piece
                if len(body) > shapes.MOST_BYTES:
                    raise RefusedError(413, f"a body has {shapes.MOST_BYTES:,} bytes at most")
    except TimeoutError:
        raise RefusedError(408, f"the body did not come within {BODY:g} s") from None
    return await asyncio.to_thread(parse_json, bytes(body))


def _json(request: Request, document: object) -> Response:
    accepted = [bare(one) for one in request.headers.get("accept", "*/*").split(",")]
    if not {MEDIA_TYPE, "*/*", "application/*"} & set(accepted):
        raise RefusedError(406, f"answers are {MEDIA_TYPE}")
    headers = {"content-type": MEDIA_TYPE, "vary": "content-type", "cache-control": "no-store"}
    return Response(json.dumps(document), headers=headers)


def _refusal(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n", status, {"cache-control": "no-store"})


def _text(answer: ChangeAnswer) -> str:
    shown = [str(one) for one in answer.undone[:_SHOWN]]
    more = len(answer.undone) - len(shown)
    return "\n".join(filter(None, (answer.reason, *shown, f"and {more} more" if more else "")))
