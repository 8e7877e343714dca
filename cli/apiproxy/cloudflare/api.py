"""Requests of Cloudflare's plugin: those about records are served zone by zone, other reads are forwarded.

What the convergence does not intend is refused: a record that its plan does not declare, and any write but those of
records and, where the plan has a part in them, of load balancing and address lists.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from http import HTTPStatus
from typing import Final

from cli.apiproxy.client import ApiClient
from cli.apiproxy.cloudflare import lists
from cli.apiproxy.cloudflare.envelope import failure
from cli.apiproxy.cloudflare.operation import ORDER, requested
from cli.apiproxy.cloudflare.presend import ForeseenWrites
from cli.apiproxy.cloudflare.zone import ZoneProxy
from cli.apiproxy.http import Request, Response
from cli.apiproxy.intent import Write
from cli.apiproxy.pacer import READS, AnswerLost, ApiUnreachable, TurnTooLate
from cli.apiproxy.scope import Scope

_RECORDS: Final = re.compile(r"/zones/([0-9a-f]{32})/dns_records(?:/([0-9a-f]{32}))?/?")
_PLAIN: Final = re.compile(r"(?:/[0-9A-Za-z_-]+)+/?")
"""The paths of the API. What is escaped could name one thing to the proxy and another to the API."""
_BALANCING: Final = re.compile(
    r"/(?:accounts/[0-9a-f]{32}/load_balancers/(?:pools|monitors)|zones/[0-9a-f]{32}/load_balancers)(?:/[0-9a-f]{32})?/?"
)
_PATIENCE: Final = 20.0
"""Seconds at the end of a convergence for writes that are under way."""


class CloudflareHandler:
    """The zones of one convergence; outside of one, records are read from the API, and never written."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._zones: dict[str, ZoneProxy] = {}
        self._foreseen: dict[str, list[Write]] = defaultdict(list)
        for write in scope.intent.foreseen if scope.intent else ():
            self._foreseen[write.zone_id].append(write)

    async def handle(self, request: Request, client: ApiClient) -> Response:
        """Return the response to a request."""
        try:
            return await self._handle(request, client)
        except AnswerLost:
            said = "the API's answer was lost: whether this was carried out could not be confirmed"
            return failure(HTTPStatus.SERVICE_UNAVAILABLE, said)
        except ApiUnreachable as error:
            return failure(HTTPStatus.BAD_GATEWAY, f"the API could not be reached: {error}")
        except TurnTooLate as error:
            return failure(HTTPStatus.TOO_MANY_REQUESTS, f"the API's rate limit is used up for {error}")

    def send(self, zone_id: str, client: ApiClient) -> None:
        """Begin to carry out the foreseen writes of a zone. client: signs them."""
        if self._foreseen[zone_id]:
            self._zone(zone_id, client).send(client)

    async def end(self) -> tuple[Write, ...]:
        """Carry out nothing more, and return the foreseen writes that landed without having been requested."""
        zones = self._zones.values()
        await asyncio.gather(*(zone.end(_PATIENCE) for zone in zones))
        return tuple(write for zone in zones for write in zone.foreseen.unclaimed())

    async def _handle(self, request: Request, client: ApiClient) -> Response:
        target, _, query = request.target.partition("?")
        if _PLAIN.fullmatch(target) is None:
            return self._fenced(f"it does not know {request.method} {request.target}")
        path = None if query else _RECORDS.fullmatch(target)
        if request.method not in READS:
            return await self._write(request, path, client)
        if request.method == "GET" and path and path[2] and self._scope.intent is not None:
            zone = self._zone(path[1], client)
            if zone.client is client:
                return await zone.read(path[2])
        return await client.forward(request)

    async def _write(self, request: Request, path: re.Match[str] | None, client: ApiClient) -> Response:
        intent = self._scope.intent
        if intent is None:
            return self._fenced("no convergence is under way")
        if intent.balances and _BALANCING.fullmatch(request.target):
            return await client.forward(request)
        if lists.is_about_lists(request.target) and lists.may_write(request, intent.lists):
            return await client.forward(request)
        if path is None or request.method not in ORDER or (request.method == "POST") != (path[2] is None):
            return self._fenced(f"it does not know {request.method} {request.target}")
        operation = requested(request, path[2] or "", client)
        if request.method == "POST" and not self._scope.may_create(path[1], operation.record):
            return self._fenced("the plan declares no such record")
        is_repeated = request.headers.get("x-stainless-retry-count", "0") != "0"
        return await self._zone(path[1], client).write(operation, is_repeated=is_repeated)

    def _zone(self, zone_id: str, client: ApiClient) -> ZoneProxy:
        zone = self._zones.get(zone_id)
        if zone is None:
            foreseen = ForeseenWrites(self._foreseen[zone_id])
            zone = self._zones[zone_id] = ZoneProxy(client, zone_id, self._scope, foreseen)
        return zone

    def _fenced(self, why: str) -> Response:
        self._scope.counts.count("refusal", "cloudflare", reason="fence")
        said = f"TrueNorth's API proxy refused this: {why}. Nothing was changed"
        return failure(HTTPStatus.FORBIDDEN, said)
