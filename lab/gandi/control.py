"""`/_lab/gandi`: the lab's own control of the stand-in, over HTTP. None of it counts as a call of the API.

| path | methods |
|---|---|
| `/_lab/gandi/faults` | GET, PUT (a list of rules as `Fault.as_json` writes them), DELETE |
| `/_lab/gandi/requests` | GET, DELETE |
| `/_lab/gandi/records?zone=NAME` | GET, POST (a record set), DELETE (all, or those with `&name=`, `&type=`) |

POST and DELETE of records are somebody else's edits: the zone's rules hold for them too.
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.cloudflare.control import fault_from_json
from lab.cloudflare.model import LoggedRequest, timestamp
from lab.gandi.calls import failure
from lab.gandi.errors import ApiError
from lab.gandi.state import Gandi


def routes(gandi: Gandi) -> list[Route]:
    """Make the control routes for this organisation."""

    async def faults(request: Request) -> Response:
        return await _faults(gandi, request)

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            gandi.requests.clear()
        return JSONResponse([_logged(entry) for entry in gandi.requests])

    async def records(request: Request) -> Response:
        return await _records(gandi, request)

    return [
        Route("/_lab/gandi/faults", faults, methods=["GET", "PUT", "DELETE"]),
        Route("/_lab/gandi/requests", requests, methods=["GET", "DELETE"]),
        Route("/_lab/gandi/records", records, methods=["GET", "POST", "DELETE"]),
    ]


async def _faults(gandi: Gandi, request: Request) -> Response:
    if request.method == "PUT":
        try:
            rules = await _json(request)
            if not isinstance(rules, list):
                return _bad("faults are a list of rules")
            gandi.faults.set([fault_from_json(rule) for rule in rules])
        except ValueError as error:
            return _bad(str(error))
    elif request.method == "DELETE":
        gandi.faults.clear()
    return JSONResponse([fault.as_json() for fault in gandi.faults.rules()])


async def _records(gandi: Gandi, request: Request) -> Response:
    zone = request.query_params.get("zone", "")
    if zone not in gandi.zones:
        return _bad("give ?zone=, the name of a zone that exists", 404)
    try:
        if request.method == "POST":
            body = await _json(request)
            if not isinstance(body, dict):
                return _bad("a record set is an object")
            gandi.put_record(zone, body)
        elif request.method == "DELETE":
            _delete(gandi, zone, request.query_params.get("name"), request.query_params.get("type"))
    except ApiError as error:
        answer = failure(error)
        return Response(answer.body, answer.status, media_type=answer.content_type)
    except ValueError as error:
        return _bad(f"the body is no JSON: {error}")
    base = f"{request.url.scheme}://{request.url.netloc}"
    return JSONResponse([one.as_json(base, zone) for one in gandi.records(zone)])


def _delete(gandi: Gandi, zone: str, name: str | None, record_type: str | None) -> None:
    with gandi.lock:
        for one in gandi.records(zone):
            if name in (None, one.name) and record_type in (None, one.type):
                gandi.remove_record(zone, one.name, one.type)


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
    return JSONResponse({"error": message}, status)
