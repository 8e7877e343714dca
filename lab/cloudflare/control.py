"""`/_lab`: the lab's own control of the stand-in, over HTTP. None of it counts as a call of the API.

| path | methods |
|---|---|
| `/_lab/health` | GET |
| `/_lab/cloudflare/faults` | GET, PUT (a list of rules as `Fault.as_json` writes them), DELETE |
| `/_lab/cloudflare/requests` | GET, DELETE |
| `/_lab/cloudflare/records?zone=NAME-OR-ID` | GET, POST (a record, or a change with `id`), DELETE (all, or `&id=`) |
| `/_lab/cloudflare/zones` | POST (`{"name": "example.org"}`) |
| `/_lab/cloudflare/tokens` | POST (`{"token": "...", "zone": NAME-OR-ID}`: it reaches that zone only) |

POST and DELETE of records are somebody else's edits: the zone's rules hold for them too.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.cloudflare.answers import encode, failure
from lab.cloudflare.errors import ApiError
from lab.cloudflare.faults import Effect, Fault
from lab.cloudflare.model import timestamp

if TYPE_CHECKING:
    from starlette.requests import Request

    from lab.cloudflare.model import LoggedRequest, Zone
    from lab.cloudflare.state import Cloudflare

_KINDS: dict[str, tuple[type, ...]] = {
    "effect": (str,),
    "method": (str, type(None)),
    "path": (str,),
    "times": (int, type(None)),
    "probability": (int, float),
    "seed": (int,),
    "seconds": (int, float),
    "status": (int,),
}


def fault_from_json(rule: object) -> Fault:
    """Read a rule from its JSON; ValueError says what is wrong with it."""
    if not isinstance(rule, dict) or "effect" not in rule:
        raise ValueError("a fault is an object with at least an effect")
    known = {field.name for field in fields(Fault)}
    for key, value in rule.items():
        if key not in known:
            message = f"{key} is unknown; a fault has {', '.join(sorted(known))}"
            raise ValueError(message)
        if isinstance(value, bool) or not isinstance(value, _KINDS[key]):
            message = f"{key} has the wrong type"
            raise ValueError(message)  # noqa: TRY004 - the caller answers ValueError with 400
    return Fault(**{**rule, "effect": Effect(rule["effect"])})


def routes(cloudflare: Cloudflare) -> list[Route]:
    """Make the control routes for this account."""

    async def faults(request: Request) -> Response:
        return await _faults(cloudflare, request)

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            cloudflare.requests.clear()
        return JSONResponse([_logged(entry) for entry in cloudflare.requests])

    async def records(request: Request) -> Response:
        return await _records(cloudflare, request)

    async def zones(request: Request) -> Response:
        return await _add_zone(cloudflare, request)

    async def tokens(request: Request) -> Response:
        return await _add_token(cloudflare, request)

    return [
        Route("/_lab/health", _health, methods=["GET"]),
        Route("/_lab/cloudflare/faults", faults, methods=["GET", "PUT", "DELETE"]),
        Route("/_lab/cloudflare/requests", requests, methods=["GET", "DELETE"]),
        Route("/_lab/cloudflare/records", records, methods=["GET", "POST", "DELETE"]),
        Route("/_lab/cloudflare/zones", zones, methods=["POST"]),
        Route("/_lab/cloudflare/tokens", tokens, methods=["POST"]),
    ]


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _faults(cloudflare: Cloudflare, request: Request) -> Response:
    if request.method == "PUT":
        try:
            rules = await _json(request)
            if not isinstance(rules, list):
                return _bad("faults are a list of rules")
            cloudflare.faults.set([fault_from_json(rule) for rule in rules])
        except ValueError as error:
            return _bad(str(error))
    elif request.method == "DELETE":
        cloudflare.faults.clear()
    return JSONResponse([fault.as_json() for fault in cloudflare.faults.rules()])


async def _add_zone(cloudflare: Cloudflare, request: Request) -> Response:
    try:
        match await _json(request):
            case {"name": str(name)}:
                made = cloudflare.add_zone(name, "pro")
            case _:
                return _bad("give the name of the zone")
    except ValueError as error:
        return _bad(str(error))
    return Response(encode({"id": made.id, "name": made.name}), media_type="application/json")


async def _add_token(cloudflare: Cloudflare, request: Request) -> Response:
    try:
        match await _json(request):
            case {"token": str(token), "zone": str(zone)} if found := cloudflare.zone_named(zone):
                cloudflare.add_token(token, [found.id])
            case _:
                return _bad("give a token, and the name or id of a zone that exists")
    except ValueError as error:
        return _bad(f"the body is no JSON: {error}")
    return Response(encode({"zone": found.id}), media_type="application/json")


async def _records(cloudflare: Cloudflare, request: Request) -> Response:
    zone = cloudflare.zone_named(request.query_params.get("zone", ""))
    if zone is None:
        return _bad("give ?zone=, the name or id of a zone that exists", 404)
    try:
        return await _edit(cloudflare, zone, request)
    except ApiError as error:
        answer = failure(error)
        return Response(answer.body, answer.status, media_type=answer.content_type)
    except ValueError as error:
        return _bad(f"the body is no JSON: {error}")


async def _edit(cloudflare: Cloudflare, zone: Zone, request: Request) -> Response:
    if request.method == "POST":
        body = await _json(request)
        if not isinstance(body, dict):
            return _bad("a record is an object")
        match body.get("id"):
            case None:
                record = cloudflare.add_record(zone.id, body)
            case str(record_id):
                record = cloudflare.change_record(zone.id, record_id, body)
            case _:
                return _bad("id is a string")
        return Response(record.json, media_type="application/json")
    if request.method == "DELETE":
        chosen = request.query_params.get("id")
        with cloudflare.lock:
            for doomed in [one.id for one in cloudflare.records(zone.id)] if chosen is None else [chosen]:
                cloudflare.remove_record(zone.id, doomed)
    listed = b",".join(one.json for one in cloudflare.records(zone.id))
    return Response(b"[" + listed + b"]", media_type="application/json")


async def _json(request: Request) -> object:
    parsed: object = json.loads(await request.body())
    return parsed


def _logged(entry: LoggedRequest) -> dict[str, object]:
    return {
        "time": timestamp(entry.time),
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "body": entry.body,
        "status": entry.status,
    }


def _bad(message: str, status: int = 400) -> Response:
    return Response(encode({"error": message}), status, media_type="application/json")
