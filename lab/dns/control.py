"""The DNS server's control from outside: how it behaves, and how often it was asked."""

from __future__ import annotations

import json
from dataclasses import fields

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.dns.behaviour import DnsBehaviour

_DEFAULTS = {known.name: known.default for known in fields(DnsBehaviour) if isinstance(known.default, bool | float)}
"""What may be set, with what it is at first."""


def dns_route(behaviour: DnsBehaviour) -> Route:
    """`/_lab/dns`: GET the behaviour and the count of queries, PUT some of it (`{"lag": 5}`)."""

    async def handle(request: Request) -> Response:
        if request.method == "PUT":
            wanted = json.loads(await request.body())
            if not isinstance(wanted, dict) or not all(_fits(name, value) for name, value in wanted.items()):
                return JSONResponse({"error": f"give some of {', '.join(_DEFAULTS)}: seconds, or true or false"}, 400)
            for name, value in wanted.items():
                setattr(behaviour, name, value)
        return JSONResponse({name: getattr(behaviour, name) for name in (*_DEFAULTS, "queries")})

    return Route("/_lab/dns", handle, methods=["GET", "PUT"])


def _fits(name: str, value: object) -> bool:
    default = _DEFAULTS.get(name)
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    return isinstance(default, float) and isinstance(value, int | float) and value >= 0
