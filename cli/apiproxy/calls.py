"""Calls of Cloudflare's API in the name of whoever asked the bridge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cli.apiproxy.http import Answer, Context, Request

if TYPE_CHECKING:
    import httpx2

CREDENTIALS: Final = ("authorization", "x-auth-email", "x-auth-key", "x-auth-user-service-key")
_NOT_FORWARDED: Final = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding"})
_NOT_RETURNED: Final = frozenset(
    {"connection", "keep-alive", "content-length", "content-encoding", "transfer-encoding", "upgrade"}
)
JSON: Final = {"content-type": "application/json"}

Credentials = tuple[tuple[str, str], ...]


def credentials(request: Request) -> Credentials:
    """The headers that sign a request. Requests that differ in them are never put together."""
    return tuple((name, request.headers[name]) for name in CREDENTIALS if name in request.headers)


@dataclass(frozen=True, slots=True)
class Calls:
    """signature: the headers that sign each call that nobody has asked for in these words."""

    context: Context
    signature: Mapping[str, str]

    async def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The API's answer, of whatever status. headers: of a request that is passed on; else the call is signed.

        Raises what `Pace.send` raises.
        """
        sent = {**self.signature, **JSON} if headers is None else _forwarded(headers)
        client = self.context.client
        request = client.build_request(method, f"{self.context.upstream}{target}", headers=sent, content=body)
        return _answer(await self.context.pace.send(client, request))


async def passed_on(request: Request, context: Context) -> Answer:
    """The API's answer to a request as it came. Raises what `Pace.send` raises."""
    return await Calls(context, {}).ask(request.method, request.target, request.body, request.headers)


def _forwarded(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _NOT_FORWARDED}


def _answer(response: httpx2.Response) -> Answer:
    kept = {name: value for name, value in response.headers.items() if name.lower() not in _NOT_RETURNED}
    return Answer(response.status_code, response.content, kept)
