"""Which API a request is for, and what stands behind the requests of the convergence that is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Self

import httpx2

from cli.apiproxy.calls import Credentials, credentials
from cli.apiproxy.cloudflare import Cloudflare
from cli.apiproxy.cloudflare_json import failure
from cli.apiproxy.counts import Counts
from cli.apiproxy.gandi import handle_gandi
from cli.apiproxy.http import Answer, Context, Request
from cli.apiproxy.intent import Intent
from cli.apiproxy.journal import Journal
from cli.apiproxy.pace import Pace
from stacks.model.api_calls import Service

_GANDI = "GANDI_URL"
_CONNECT, _READ = 10.0, 120.0
"""Seconds: 3,500 operations in one call take their time."""
_CONNECTIONS, _IDLE = 64, 4.0
"""Seconds after which a connection is not used again: one that the server has just closed would lose a write."""


class Switch:
    """Asyncio side; used within one event loop. Paces and clients outlive convergences."""

    def __init__(self, upstreams: Mapping[str, str], share: float, may_write: Callable[[], bool]) -> None:
        self._upstreams = {variable: url.rstrip("/") for variable, url in upstreams.items()}
        self._share = share
        self._may_write = may_write
        self._paces: dict[tuple[str, Credentials], Pace] = {}
        self._sizes: dict[str, int] = {}
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(_READ, connect=_CONNECT),
            limits=httpx2.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_IDLE),
        )
        self._intent: Intent | None = None
        self._journal = Journal(None)
        self._counts = Counts()
        self._cloudflare = Cloudflare(None, self._sizes)
        self._made: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._cloudflare.end()
        await self._client.aclose()

    async def begin(self, intent: Intent, journal: Journal, counts: Counts) -> None:
        """Allow what the intent allows. Raises RuntimeError where another convergence is under way."""
        if self._intent is not None:
            raise RuntimeError("one convergence at a time")
        self._intent, self._journal, self._counts = intent, journal, counts
        self._cloudflare = Cloudflare(intent, self._sizes)
        self._made = set()

    async def end(self) -> None:
        """Carry out nothing more; tell the counts what nobody asked for."""
        self._counts.unclaimed = await self._cloudflare.end()
        self._intent = None
        self._journal = Journal(None)
        self._cloudflare = Cloudflare(None, self._sizes)

    async def handle(self, request: Request) -> Answer:
        """Answer a request; its path begins with the variable of its plugin."""
        variable, slash, target = request.target[1:].partition("/")
        upstream = self._upstreams.get(variable)
        if upstream is None or not slash:
            return failure(HTTPStatus.NOT_FOUND, f"TrueNorth's bridge has no {request.target}")
        below = Request(request.method, f"/{target}", request.headers, request.body)
        context = self._context(variable, upstream, below)
        if variable == _GANDI:
            return await handle_gandi(below, context)
        return await self._cloudflare.handle(below, context)

    def _context(self, variable: str, upstream: str, request: Request) -> Context:
        signature = (variable, credentials(request))
        pace = self._paces.get(signature)
        if pace is None:
            service: Service = "gandi" if variable == _GANDI else "cloudflare"
            self._paces[signature] = pace = Pace(self._share, self._counts, service, may_write=self._may_write)
        pace.counts = self._counts
        return Context(upstream, self._client, pace, self._journal, self._counts, self._intent, self._made)
