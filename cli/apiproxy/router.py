"""The way of a request to the handler of its provider, for the convergence that is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from hmac import compare_digest
from http import HTTPStatus
from typing import Final, Protocol, Self

import httpx2

from cli.apiproxy.client import ApiClient, signature
from cli.apiproxy.cloudflare.api import CloudflareHandler
from cli.apiproxy.cloudflare.envelope import failure
from cli.apiproxy.counts import Counts
from cli.apiproxy.dialect import Signature, Signer
from cli.apiproxy.dialects import BY_VARIABLE, DIALECTS
from cli.apiproxy.gandi.api import GandiHandler
from cli.apiproxy.http import Request, Response
from cli.apiproxy.intent import Write
from cli.apiproxy.pacer import Pacer
from cli.apiproxy.scope import Scope

_CONNECT, _READ = 10.0, 120.0
"""Seconds: 3,500 operations in one call take their time."""
_CONNECTIONS, _IDLE = 64, 4.0
"""Seconds after which a connection is not used again: one that the server has just closed would lose a write."""
_CLIENTS = 1000
"""Signatures at once: zones may have tokens of their own, and tokens are rotated."""


class Handler(Protocol):
    """The requests to one provider's API within one convergence, or between two."""

    async def handle(self, request: Request, client: ApiClient) -> Response:
        """Return the response to a request. Raises nothing, except where it is cancelled."""

    def send(self, zone_id: str, client: ApiClient) -> None:
        """Begin to carry out the foreseen writes of a zone before any is requested. client: signs them."""

    async def end(self) -> tuple[Write, ...]:
        """Carry out nothing more, and return the foreseen writes that landed without having been requested."""


HANDLERS: Final[Mapping[str, Callable[[Scope], Handler]]] = {
    "cloudflare": CloudflareHandler,
    "gandi": GandiHandler,
}
"""The handlers by provider, for the dialects of `cli.apiproxy.dialects`."""


class Router:
    """The asyncio side of the proxy; used within one event loop. Clients outlive convergences.

    upstreams: the APIs' base URLs by the variables of known dialects. secret: the first part of the path of every
    request: other processes of this host may reach the port, but do not know it. token: that of kept plugins.
    """

    def __init__(
        self, upstreams: Mapping[str, str], share: float, may_write: Callable[[], bool], secret: str, token: str
    ) -> None:
        self._start = f"/{secret}/".encode()
        self._token = token.encode()
        self.signatures: Mapping[str, Signature] = {}
        """The real signatures for requests that are signed with the token, by the plugins' variables."""
        self._upstreams = {variable: url.rstrip("/") for variable, url in upstreams.items()}
        self._share = share
        self._may_write = may_write
        self._clients: dict[tuple[str, Signature], ApiClient] = {}
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(_READ, connect=_CONNECT),
            limits=httpx2.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_IDLE),
        )
        self._enter(Scope())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end_handlers()
        await self._http.aclose()

    async def begin(self, scope: Scope) -> None:
        """Allow the writes of the scope's intent. Raises RuntimeError where another convergence is under way."""
        if self._scope.intent is not None:
            raise RuntimeError("one convergence at a time")
        self._enter(scope)

    async def send(self, signers: Mapping[str, Signer]) -> None:
        """Begin to carry out the foreseen writes of these zones, by id; those of others wait for a request."""
        for zone_id, (provider, credentials) in signers.items():
            dialect = DIALECTS.get(provider)
            if dialect and dialect.variable in self._upstreams:
                client = self._client(dialect.variable, dialect.sign(credentials))
                if client is not None:
                    self._handlers[provider].send(zone_id, client)

    async def end(self) -> None:
        """Carry out nothing more; set the counts' unclaimed writes."""
        self._scope.counts.unclaimed = await self._end_handlers()
        self._enter(Scope(counts=self._scope.counts))

    def admits(self, target: str) -> bool:
        """Return whether the path of a request begins with the secret."""
        return compare_digest(target.encode("latin-1")[: len(self._start)], self._start)

    async def handle(self, request: Request) -> Response:
        """Return the response to an admitted request. After the secret, its path has the variable of its plugin."""
        variable, slash, target = request.target[len(self._start) :].partition("/")
        if variable not in self._upstreams or not slash:
            return failure(HTTPStatus.NOT_FOUND, "TrueNorth's API proxy has no such path")
        headers = self._signed(variable, request.headers)
        below = Request(request.method, f"/{target}", headers, request.body)
        client = self._client(variable, signature(below))
        if client is None:
            return failure(HTTPStatus.FORBIDDEN, "TrueNorth's API proxy does not serve so many credentials")
        answer = await self._handlers[BY_VARIABLE[variable].provider].handle(below, client)
        # The proxy has repeated what may be repeated; the SDK in Cloudflare's plugin would do so for minutes.
        return replace(answer, headers={**answer.headers, "X-Should-Retry": "false"})

    def _signed(self, variable: str, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Return the headers with the real credentials, where the plugin has signed with the proxy's own token."""
        given = headers.get("authorization", "").removeprefix("Bearer ").encode("latin-1")
        if not compare_digest(given, self._token):
            return headers
        kept = {name: value for name, value in headers.items() if name != "authorization"}
        return {**kept, **dict(self.signatures.get(variable, ()))}

    def _enter(self, scope: Scope) -> None:
        self._scope = scope
        self._handlers = {provider: make(scope) for provider, make in HANDLERS.items()}
        for client in self._clients.values():
            client.pacer.counts = scope.counts

    async def _end_handlers(self) -> tuple[Write, ...]:
        return tuple([write for handler in self._handlers.values() for write in await handler.end()])

    def _client(self, variable: str, signed: Signature) -> ApiClient | None:
        """Return the client of a signature; None where there are as many as a stack could ever need."""
        client = self._clients.get((variable, signed))
        if client is None and len(self._clients) < _CLIENTS:
            counts: Counts = self._scope.counts
            pacer = Pacer(BY_VARIABLE[variable], self._share, counts, may_write=self._may_write)
            client = ApiClient(self._upstreams[variable], self._http, pacer, signed)
            self._clients[variable, signed] = client
        return client
