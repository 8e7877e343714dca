"""The ASGI side of a stand-in: reads requests, lets faults strike, writes answers, keeps the log."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import formatdate
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lab.api.faults import Effect, Fault, Faults
from lab.api.http import Answer, HttpRequest, LoggedRequest, RequestLog
from lab.api.serving import ABORT

_PLAIN_ERROR = 500


class World(Protocol):
    """What stands behind an API: what is made to go wrong, what was asked, and the time."""

    faults: Faults
    requests: RequestLog
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class StandIn:
    """An API at a mount point. handle answers a request; the others are what the provider answers before its API does.

    throttled, broken: to a request too many, and with a plain 500. edge: the page of another status. headers: those of
    every answer, for one answer.
    """

    world: World
    handle: Callable[[HttpRequest], Answer]
    throttled: Callable[[], Answer]
    broken: Callable[[], Answer]
    edge: Callable[[int], Answer]
    headers: Callable[[], Mapping[str, str]] = field(default=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        incoming = HttpRequest(
            method=request.method,
            path=scope["path"],
            headers=dict(request.headers),
            query=dict(request.query_params),
            body=await request.body(),
            base=f"{request.url.scheme}://{request.url.netloc}",
            client=request.client.host if request.client else "",
        )
        verdict = self.world.faults.judge(incoming.method, incoming.path)
        if verdict.delay:
            await asyncio.sleep(verdict.delay)
        for hold in verdict.holds:
            await asyncio.shield(asyncio.wrap_future(hold))
        if self.world.faults.loses(verdict):
            await _break_connection(scope, receive)
            return
        answer = self._edge_answer(verdict.fault) if verdict.fault else None
        effect = verdict.fault.effect if verdict.fault else None
        if answer is None and effect is not Effect.DROP:
            answer = self.handle(incoming)
        if effect in (Effect.DROP, Effect.LOSE_ANSWER):
            self._log(request, incoming, None)
            await _break_connection(scope, receive)
        elif answer is not None:
            # Before the answer leaves: whoever has it finds the call in the log.
            self._log(request, incoming, answer.status)
            if verdict.answer_delay:
                await asyncio.sleep(verdict.answer_delay)
            date = formatdate(time.time() + verdict.ahead, usegmt=True)
            headers = {"Date": date, **self.headers(), **answer.headers}
            await Response(answer.body, answer.status, headers, answer.content_type)(scope, receive, send)

    def _edge_answer(self, fault: Fault) -> Answer | None:
        if fault.effect is Effect.THROTTLE:
            return replace(self.throttled(), headers={"Retry-After": str(math.ceil(fault.seconds))})
        if fault.effect is Effect.SERVER_ERROR:
            return self.broken() if fault.status == _PLAIN_ERROR else self.edge(fault.status)
        return None

    def _log(self, request: Request, incoming: HttpRequest, status: int | None) -> None:
        body: object = None
        if incoming.body:
            try:
                body = json.loads(incoming.body)
            except ValueError:
                body = incoming.body.decode(errors="replace")
        entry = LoggedRequest(self.world.clock(), incoming.method, incoming.path, request.url.query, body, status)
        self.world.requests.append(entry)


async def _break_connection(scope: Scope, receive: Receive) -> None:
    abort = scope.get(ABORT)
    if abort is None:
        raise RuntimeError("only lab.api.serving.listening can break connections")
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass  # the server must see the connection gone before it is left without an answer
