"""Requests of Cloudflare's plugin: those about records are served zone by zone, all others are passed on."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from cli.apiproxy.calls import Calls, Credentials, credentials, passed_on
from cli.apiproxy.cloudflare_json import failure
from cli.apiproxy.common import Common
from cli.apiproxy.operation import ORDER, Method, requested
from cli.apiproxy.pace import Lost, TooLong, Unreachable
from cli.apiproxy.presend import Foreseen
from cli.apiproxy.zone import Zone

if TYPE_CHECKING:
    from cli.apiproxy.http import Answer, Context, Request
    from cli.apiproxy.intent import Intent, Write

_RECORDS: Final = re.compile(r"/zones/([0-9a-f]{32})/dns_records(?:/([0-9a-f]{32}))?/?")
_PATIENCE: Final = 20.0
"""Seconds at the end of a convergence for writes that are under way."""


class Cloudflare:
    """The zones of one convergence; outside of one, records are read from the API, and never written.

    sizes: of batches, by zone id; outlives the convergence.
    """

    def __init__(self, intent: Intent | None, sizes: dict[str, int]) -> None:
        self._intent = intent
        self._sizes = sizes
        self._common: dict[str, Common] = {}
        self._zones: dict[tuple[str, Credentials], Zone] = {}
        self._foreseen: dict[str, list[Write]] = defaultdict(list)
        for write in intent.foreseen if intent else ():
            self._foreseen[write.zone_id].append(write)

    async def handle(self, request: Request, context: Context) -> Answer:
        """Answer one request."""
        try:
            return await self._handle(request, context)
        except Lost:
            said = "the API's answer was lost: whether this was carried out could not be confirmed"
            return failure(HTTPStatus.SERVICE_UNAVAILABLE, said)
        except Unreachable as error:
            return failure(HTTPStatus.BAD_GATEWAY, f"the API could not be reached: {error}")
        except TooLong as error:
            return failure(HTTPStatus.TOO_MANY_REQUESTS, f"the API's limit is used up: {error}")

    async def end(self) -> tuple[Write, ...]:
        """Carry out nothing more. What was foreseen and has landed, and nobody asked for."""
        await asyncio.gather(*(zone.end(_PATIENCE) for zone in self._zones.values()))
        return tuple(write for common in self._common.values() for write in common.foreseen.unclaimed())

    async def _handle(self, request: Request, context: Context) -> Answer:
        place = _RECORDS.fullmatch(request.target)
        if request.method not in ORDER:
            if request.method == "GET" and place and place[2] and self._intent is not None:
                return await self._zone(place[1], request, context).read(place[2])
            return await passed_on(request, context)
        if "/dns_records" not in request.target:
            return await passed_on(request, context)
        if self._intent is None:
            return _fenced(context, "no convergence is under way")
        if place is None or (request.method == "POST") != (place[2] is None):
            return _fenced(context, f"it does not know {request.method} {request.target}")
        operation = requested(cast("Method", request.method), place[2] or "", request.body, request.headers)
        is_repeated = request.headers.get("x-stainless-retry-count", "0") != "0"
        return await self._zone(place[1], request, context).write(operation, is_repeated=is_repeated)

    def _zone(self, zone_id: str, request: Request, context: Context) -> Zone:
        signature = credentials(request)
        zone = self._zones.get((zone_id, signature))
        if zone is None:
            if zone_id not in self._common:
                self._common[zone_id] = Common(Foreseen(self._foreseen[zone_id]), context.made)
            calls = Calls(context, dict(signature))
            zone = Zone(calls, zone_id, self._common[zone_id], self._sizes)
            self._zones[zone_id, signature] = zone
        return zone


def _fenced(context: Context, why: str) -> Answer:
    context.counts.refused("fence")
    said = f"TrueNorth's bridge refused to write records: {why}. Nothing was changed"
    return failure(HTTPStatus.FORBIDDEN, said)
