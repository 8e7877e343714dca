"""The HTTP application of `truenorth watch`: page, JSON, metrics and probes, all read-only.

There is no secret in any of it, and nothing to do: so no cookie, and no other origin that may read it. Names and
addresses may be for few all the same: `cli.web.access` says who reads them.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cli.web.access import PageAccess, WithAccess
from cli.web.document import Redact, as_it_is
from cli.web.events import Streams
from cli.web.health import Health, HealthCheck
from cli.web.published import Published, pieces
from cli.web.status_board import StatusBoard

_SCRIPTS = ("theme", "script", "dom", "sections", "names", "balancing")
_PLACES = {
    "/": ("index.html", "text/html"),
    "/style.css": ("style.css", "text/css"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    **{f"/{name}.js": (f"{name}.js", "text/javascript") for name in _SCRIPTS},
}
File = tuple[bytes, bytes, str, str]
"""The content, the same compressed, its etag, and its media type."""
Exposition = Callable[[str], tuple[bytes, str]]
"""The metrics and their content type, for the Accept header of a request."""
HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Of every answer: the page loads nothing from elsewhere, runs no script but its own, and stands in no frame."""


def application(
    board: StatusBoard,
    health: Health,
    exposition: Exposition,
    redact: Redact = as_it_is,
    access: PageAccess | None = None,
) -> Starlette:
    """The application. redact: takes what is secret out of a JSON document, as a last fence. access: None for all.

    Its `state.streams` are the open connections that have to be ended before the server can: `serving` does.
    """
    published = Published(board, redact)
    streams = Streams(published)

    async def raw(request: Request) -> Response:
        encoded = await published.raw()
        return _answer(request, encoded.plain, encoded.compressed, encoded.etag, "application/json")

    async def events(request: Request) -> Response:
        if streams.is_full:
            return PlainTextResponse("too many pages are open; ask for /raw\n", 503, {"retry-after": "30"})
        headers = {"cache-control": "no-store", "vary": "accept-encoding", "x-accel-buffering": "no"}
        if request.method == "HEAD":
            return Response(headers=headers, media_type="text/event-stream")
        compressed = _takes_gzip(request)
        headers |= {"content-encoding": "gzip"} if compressed else {}
        return StreamingResponse(streams.stream(compressed=compressed), headers=headers, media_type="text/event-stream")

    async def metrics(request: Request) -> Response:
        body, content_type = await asyncio.to_thread(exposition, request.headers.get("accept", ""))
        return Response(body, headers={"cache-control": "no-store", "content-type": content_type})

    routes = [
        Route("/raw", raw),
        Route("/events", events),
        Route("/metrics", metrics),
        *(Route(path, _probe(health.life)) for path in ("/healthz", "/health")),  # what many charts ask for liveness
        Route("/livez", _probe(health.life)),
        Route("/readyz", _probe(health.readiness)),
        *(Route(path, _file(*found)) for path, found in files().items()),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(WithAccess, access=access or PageAccess())
    app.add_middleware(_WithHeaders)
    app.state.streams = streams
    return app


class _WithHeaders:
    """Adds the headers of every answer. Pure ASGI: an endless answer goes through piece by piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, sending)


class _Shared(Response):
    """An answer whose body all readers share: each connection holds a piece of it only."""

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for piece in pieces(bytes(self.body)):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _file(plain: bytes, compressed: bytes, etag: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    async def file(request: Request) -> Response:
        return _answer(request, plain, compressed, etag, media_type)

    return file


def _answer(request: Request, plain: bytes, compressed: bytes, etag: str, media_type: str) -> Response:
    """The content, compressed where the client takes that, or 304 where it has it (RFC 9110, 13.1.2)."""
    headers = {"etag": etag, "cache-control": "no-cache", "vary": "accept-encoding"}
    known = {one.strip() for one in request.headers.get("if-none-match", "").split(",")}
    if known & {etag, etag.removeprefix("W/"), "*"}:
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request):
        return _Shared(compressed, headers=headers | {"content-encoding": "gzip"}, media_type=media_type)
    return _Shared(plain, headers=headers, media_type=media_type)


def _takes_gzip(request: Request) -> bool:
    accepted = [one.replace(" ", "").lower() for one in request.headers.get("accept-encoding", "").split(",")]
    return any(one.partition(";")[0] == "gzip" and not one.endswith((";q=0", ";q=0.0")) for one in accepted)


def _probe(checks: Callable[[], Sequence[HealthCheck]]) -> Callable[[Request], Awaitable[Response]]:
    """As Kubernetes' own: `ok`, or a line for each check (https://kubernetes.io/docs/reference/using-api/health-checks/)."""

    async def probe(request: Request) -> Response:
        found = checks()
        failed = any(one.problem for one in found)
        if not failed and "verbose" not in request.query_params:
            return PlainTextResponse("ok", headers={"cache-control": "no-store"})
        lines = [f"[-]{one.name} failed: {one.problem}" if one.problem else f"[+]{one.name} ok" for one in found]
        lines.append(f"{request.url.path.strip('/')} check {'failed' if failed else 'passed'}")
        return PlainTextResponse("\n".join(lines) + "\n", 503 if failed else 200, {"cache-control": "no-store"})

    return probe


def files() -> Mapping[str, File]:
    """Return the files of the page by the path that they are served at."""
    folder = Path(__file__).with_name("page")
    return {path: _packed((folder / name).read_text("utf-8"), kind) for path, (name, kind) in _PLACES.items()}


def _packed(text: str, kind: str) -> File:
    content = text.encode()
    return content, gzip.compress(content, mtime=0), f'W/"{hashlib.sha256(content).hexdigest()[:16]}"', kind
