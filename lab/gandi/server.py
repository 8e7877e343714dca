"""The stand-in for https://api.gandi.net as routes of an ASGI application, and as a server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from lab.cloudflare.faults import Effect, Fault
from lab.cloudflare.model import LoggedRequest
from lab.cloudflare.serving import ABORT, listening
from lab.gandi import control
from lab.gandi.calls import Answer, failure
from lab.gandi.errors import internal_error, throttled
from lab.gandi.gateway import HttpRequest, handle
from lab.gandi.routes import PREFIX
from lab.gandi.state import Gandi

_PLAIN_ERROR = 500


@contextlib.contextmanager
def serve(gandi: Gandi, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the organisation while the context lasts; yields `http://HOST:PORT`, as GANDI_URL wants it.

    `port` 0 takes any free one. Raises OSError naming the address if it cannot be had.
    """
    with listening(application(gandi), host, port) as taken:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{taken}"


def application(gandi: Gandi) -> Starlette:
    """Make an application of the routes alone."""
    return Starlette(routes=routes(gandi))


def routes(gandi: Gandi) -> list[BaseRoute]:
    """Make the API under /v5/livedns and the lab's control of it under /_lab/gandi, to go beside other routes.

    Faults that break connections need `lab.cloudflare.serving.listening` around the outermost application.
    """
    return [*control.routes(gandi), Mount(PREFIX, _Api(gandi))]


@dataclass(frozen=True, slots=True)
class _Api:
    """The ASGI side of the gateway: reads requests, lets faults strike, writes answers, keeps the log."""

    gandi: Gandi

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        incoming = HttpRequest(
            method=request.method,
            base=f"{request.url.scheme}://{request.url.netloc}",
            path=scope["path"],
            headers=dict(request.headers),
            query=dict(request.query_params),
            body=await request.body(),
            client=request.client.host if request.client else "",
        )
        verdict = self.gandi.faults.judge(incoming.method, incoming.path)
        if verdict.delay:
            await asyncio.sleep(verdict.delay)
        answer = _edge_answer(verdict.fault) if verdict.fault else None
        effect = verdict.fault.effect if verdict.fault else None
        if answer is None and effect is not Effect.DROP:
            answer = handle(self.gandi, incoming)
        if effect in (Effect.DROP, Effect.LOSE_ANSWER):
            self._log(request, incoming, None)
            await _break_connection(scope, receive)
        elif answer is not None:
            # Before the answer leaves: whoever has it finds the call in the log.
            self._log(request, incoming, answer.status)
            await _response(answer)(scope, receive, send)

    def _log(self, request: Request, incoming: HttpRequest, status: int | None) -> None:
        body: object = None
        if incoming.body:
            try:
                body = json.loads(incoming.body)
            except ValueError:
                body = incoming.body.decode(errors="replace")
        entry = LoggedRequest(self.gandi.clock(), incoming.method, incoming.path, request.url.query, body, status)
        self.gandi.requests.append(entry)


def _edge_answer(fault: Fault) -> Answer | None:
    if fault.effect is Effect.THROTTLE:
        return replace(failure(throttled()), headers={"Retry-After": str(math.ceil(fault.seconds))})
    if fault.effect is Effect.SERVER_ERROR:
        if fault.status == _PLAIN_ERROR:
            return failure(internal_error())
        return Answer(fault.status, f"<html><body><h1>{fault.status}</h1></body></html>\n".encode(), "text/html")
    return None


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), answer.content_type)


async def _break_connection(scope: Scope, receive: Receive) -> None:
    abort = scope.get(ABORT)
    if abort is None:
        raise RuntimeError("only lab.cloudflare.serving.listening can break connections")
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass  # the server must see the connection gone before it is left without an answer
