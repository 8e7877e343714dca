"""The lab's control of load balancing, over HTTP.

| path | methods |
|---|---|
| `/_lab/cloudflare/health` | GET, PUT (`{"192.0.2.1": "down"}`: up, down or unknown; `{}` checks every origin now) |
| `/_lab/cloudflare/quota` | GET, PUT (`{"pools": 5}`: any of load_balancers, pools, origins, interval, enterprise) |
| `/_lab/cloudflare/steering?name=NAME` | GET: what a client gets (`&region=&country=&data_center=&chance=`) |
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.api.control import bad, json_of
from lab.cloudflare.load_balancing.health import Health
from lab.cloudflare.load_balancing.model import REGIONS, Quota
from lab.cloudflare.load_balancing.steering import Client, steer

if TYPE_CHECKING:
    from starlette.requests import Request

    from lab.cloudflare.state import Cloudflare


def routes(cloudflare: Cloudflare) -> list[Route]:
    """Make the control routes for this account."""

    async def health(request: Request) -> Response:
        return await _health(cloudflare, request)

    async def quota(request: Request) -> Response:
        return await _quota(cloudflare, request)

    async def steering(request: Request) -> Response:
        return _steering(cloudflare, request)

    return [
        Route("/_lab/cloudflare/health", health, methods=["GET", "PUT"]),
        Route("/_lab/cloudflare/quota", quota, methods=["GET", "PUT"]),
        Route("/_lab/cloudflare/steering", steering, methods=["GET"]),
    ]


async def _health(cloudflare: Cloudflare, request: Request) -> Response:
    book = cloudflare.load_balancing.health
    if request.method == "PUT":
        try:
            given = await json_of(request)
            wanted = {address: Health(health) for address, health in given.items()} if isinstance(given, dict) else None
        except ValueError as error:
            return bad(str(error))
        if wanted is None:
            return bad("give the health of addresses, up, down or unknown")
        with cloudflare.lock:
            for address, health in wanted.items():
                book.set(address, health)
            if not wanted:
                book.check()
    return JSONResponse(book.found())


async def _quota(cloudflare: Cloudflare, request: Request) -> Response:
    balancing = cloudflare.load_balancing
    if request.method == "PUT":
        try:
            wanted = await json_of(request)
        except ValueError as error:
            return bad(f"the body is no JSON: {error}")
        known = {field.name for field in fields(Quota)}
        if (
            not isinstance(wanted, dict)
            or not wanted.keys() <= known
            or not all(isinstance(value, int) for value in wanted.values())
        ):
            return bad(f"give any of {', '.join(sorted(known))}, as numbers")
        with cloudflare.lock:
            balancing.quota = replace(balancing.quota, **wanted)
    return JSONResponse(asdict(balancing.quota))


def _steering(cloudflare: Cloudflare, request: Request) -> Response:
    query = request.query_params
    region = query.get("region", "WEU")
    if region not in REGIONS:
        return bad(f"region must be one of {', '.join(REGIONS)}")
    try:
        chance = float(query.get("chance", "0"))
    except ValueError:
        return bad("chance must be a number")
    client = Client(region, query.get("country"), query.get("data_center"), chance=chance)
    balancing = cloudflare.load_balancing
    with cloudflare.lock:
        named = [one for one in balancing.load_balancers.values() if one.name == query.get("name", "").lower()]
        if not named:
            return bad("give ?name=, the name of a load balancer that exists", 404)
        steered = steer(balancing, named[0], client, cloudflare.clock())
    if steered is None:
        return JSONResponse(None)
    pool = {"pool": steered.pool.id, "name": steered.pool.name}
    return JSONResponse({**pool, "addresses": list(steered.addresses), "fallback": steered.fallback})
