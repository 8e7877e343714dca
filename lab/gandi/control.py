"""`/_lab/gandi`: the lab's own control of the stand-in, over HTTP. None of it counts as a call of the API.

| path | methods |
|---|---|
| `/_lab/gandi/faults` | GET, PUT (a list of rules as `Fault.as_json` writes them), DELETE |
| `/_lab/gandi/requests` | GET, DELETE |
| `/_lab/gandi/records?zone=NAME` | GET, POST (a record set), DELETE (all, or those with `&name=`, `&type=`) |

POST and DELETE of records are somebody else's edits: the zone's rules hold for them too.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.api.control import bad, common_routes, json_of
from lab.gandi.calls import failure
from lab.gandi.errors import ApiError
from lab.gandi.state import Gandi


def routes(gandi: Gandi) -> list[Route]:
    """Make the control routes for this organisation."""

    async def records(request: Request) -> Response:
        return await _records(gandi, request)

    return [
        *common_routes("gandi", gandi),
        Route("/_lab/gandi/records", records, methods=["GET", "POST", "DELETE"]),
    ]


async def _records(gandi: Gandi, request: Request) -> Response:
    zone = request.query_params.get("zone", "")
    if zone not in gandi.zones:
        return bad("give ?zone=, the name of a zone that exists", 404)
    try:
        if request.method == "POST":
            body = await json_of(request)
            if not isinstance(body, dict):
                return bad("a record set is an object")
            gandi.put_record(zone, body)
        elif request.method == "DELETE":
            _delete(gandi, zone, request.query_params.get("name"), request.query_params.get("type"))
    except ApiError as error:
        answer = failure(error)
        return Response(answer.body, answer.status, media_type=answer.content_type)
    except ValueError as error:
        return bad(f"the body is no JSON: {error}")
    base = f"{request.url.scheme}://{request.url.netloc}"
    return JSONResponse([one.as_json(base, zone) for one in gandi.records(zone)])


def _delete(gandi: Gandi, zone: str, name: str | None, record_type: str | None) -> None:
    with gandi.lock:
        for one in gandi.records(zone):
            if name in (None, one.name) and record_type in (None, one.type):
                gandi.remove_record(zone, one.name, one.type)
