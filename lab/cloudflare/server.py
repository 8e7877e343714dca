"""The stand-in for https://api.cloudflare.com/client/v4 as an ASGI application, and as a server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from lab.cloudflare import control
from lab.cloudflare.answers import Answer, edge_page, failure
from lab.cloudflare.errors import internal_error, throttled
from lab.cloudflare.faults import Effect, Fault
from lab.cloudflare.gateway import HttpRequest, handle
from lab.cloudflare.model import LoggedRequest
from lab.cloudflare.routes import PREFIX
from lab.cloudflare.serving import ABORT, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

    from lab.cloudflare.state import Cloudflare

_PLAIN_ERROR = 500


@contextlib.contextmanager
def serve(cloudflare: Cloudflare, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the account while the context lasts; yields the base URL for clients, `http://HOST:PORT/client/v4`.

    `port` 0 takes any free one. Raises OSError naming the address if it cannot be had.
    """
    with listening(application(cloudflare), host, port) as taken:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{taken}{PREFIX}"


def application(cloudflare: Cloudflare) -> Starlette:
    """Make the API under /client/v4 and the lab's control of it under /_lab.

    Faults that break connections need `lab.cloudflare.serving.listening` around the outermost application.
    """
    return Starlette(routes=[*control.routes(cloudflare), Mount(PREFIX, _Api(cloudflare))])


@dataclass(frozen=True, slots=True)
class _Api:
    """The ASGI side of the gateway: reads requests, lets faults strike, writes answers, keeps the log."""

    cloudflare: Cloudflare

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        incoming = HttpRequest(
            method=request.method,
            path=scope["path"],
            headers=dict(request.headers),
            query=dict(request.query_params),
            body=await request.body(),
        )
        verdict = self.cloudflare.faults.judge(incoming.method, incoming.path)
        if verdict.delay:
            await asyncio.sleep(verdict.delay)
        answer = _edge_answer(verdict.fault) if verdict.fault else None
        effect = verdict.fault.effect if verdict.fault else None
        if answer is None and effect is not Effect.DROP:
            answer = handle(self.cloudflare, incoming)
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
        entry = LoggedRequest(self.cloudflare.clock(), incoming.method, incoming.path, request.url.query, body, status)
        self.cloudflare.requests.append(entry)


def _edge_answer(fault: Fault) -> Answer | None:
    if fault.effect is Effect.THROTTLE:
        return replace(failure(throttled()), headers={"Retry-After": str(math.ceil(fault.seconds))})
    if fault.effect is Effect.SERVER_ERROR:
        return failure(internal_error()) if fault.status == _PLAIN_ERROR else edge_page(fault.status)
    return None


def _response(answer: Answer) -> Response:
    headers = {"Server": "cloudflare", "CF-Ray": f"{uuid4().hex[:16]}-LAB", **answer.headers}
    return Response(answer.body, answer.status, headers, answer.content_type)


async def _break_connection(scope: Scope, receive: Receive) -> None:
    abort = scope.get(ABORT)
    if abort is None:
        raise RuntimeError("only lab.cloudflare.serving.listening can break connections")
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass  # the server must see the connection gone before it is left without an answer
