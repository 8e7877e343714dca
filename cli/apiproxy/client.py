"""Calls of a provider's API, signed as a plugin signs its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx2

from cli.apiproxy.dialect import Signature
from cli.apiproxy.http import JSON, Request, Response
from cli.apiproxy.pacer import Pacer

_SIGNING: Final = ("authorization", "x-auth-email", "x-auth-key", "x-auth-user-service-key")
_NOT_FORWARDED: Final = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding"})
_NOT_RETURNED: Final = frozenset(
    {"connection", "keep-alive", "content-length", "content-encoding", "transfer-encoding", "upgrade"}
)


def signature(request: Request) -> Signature:
    """Return the signing headers of a request. Requests with different ones are never put together."""
    return tuple((name, request.headers[name]) for name in _SIGNING if name in request.headers)


@dataclass(frozen=True, slots=True, eq=False)
class ApiClient:
    """A client of one API for the requests of one signature; lives as long as the proxy.

    upstream: the API's base URL. batch_limits: operations that a batch call of a zone may hold, by zone id; grows.
    """

    upstream: str
    http: httpx2.AsyncClient
    pacer: Pacer
    signature: Signature = ()
    batch_limits: dict[str, int] = field(default_factory=dict)

    async def call(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the API's response, of whatever status. Raises the errors of `Pacer.send`.

        headers: of the plugin's request; None for a call of the proxy's own.
        """
        sent = {**dict(self.signature), **JSON} if headers is None else _forwarded(headers)
        request = self.http.build_request(method, f"{self.upstream}{target}", headers=sent, content=body)
        return _response(await self.pacer.send(self.http, request))

    async def forward(self, request: Request) -> Response:
        """Return the API's response to a request as it came. Raises the errors of `Pacer.send`."""
        return await self.call(request.method, request.target, request.body, request.headers)


def _forwarded(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _NOT_FORWARDED}


def _response(response: httpx2.Response) -> Response:
    kept = {name: value for name, value in response.headers.items() if name.lower() not in _NOT_RETURNED}
    return Response(response.status_code, response.content, kept)
