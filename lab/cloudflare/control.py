"""`/_lab`: the lab's own control of the stand-in, over HTTP. None of it counts as a call of the API.

| path | methods |
|---|---|
| `/_lab/health` | GET |
| `/_lab/cloudflare/faults` | GET, PUT (a list of rules as `Fault.as_json` writes them), DELETE |
| `/_lab/cloudflare/requests` | GET, DELETE |
| `/_lab/cloudflare/records?zone=NAME-OR-ID` | GET, POST (a record, or a change with `id`), DELETE (all, or `&id=`) |
| `/_lab/cloudflare/zones` | POST (`{"name": "example.org"}`; also `plan`, `status`, `account`; or `id` and `status`) |
| `/_lab/cloudflare/tokens` | POST (`{"token": "...", "zone": NAME-OR-ID}` or a list of them; `permissions`) |

Health, quota and steering of load balancing: `lab.cloudflare.load_balancing.control`.
Lists of addresses: `lab.cloudflare.lists.control`.
POST and DELETE of records are somebody else's edits: the zone's rules hold for them too. `meta` makes a record one that
a service of Cloudflare's own keeps: `{"read_only": true, "email_routing": true}`. account: the name of one, which is
made where there is none, so that several can have a zone of one name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.api.control import bad, common_routes, json_of
from lab.cloudflare.answers import encode, failure
from lab.cloudflare.errors import ApiError
from lab.cloudflare.limits import PLANS
from lab.cloudflare.lists import control as lists
from lab.cloudflare.load_balancing import control as load_balancing
from lab.cloudflare.model import ALL_PERMISSIONS, Permission
from lab.cloudflare.zones import STATUSES

if TYPE_CHECKING:
    from starlette.requests import Request

    from lab.cloudflare.model import Account, Zone
    from lab.cloudflare.state import Cloudflare


def routes(cloudflare: Cloudflare) -> list[Route]:
    """Make the control routes for this account."""

    async def records(request: Request) -> Response:
        return await _records(cloudflare, request)

    async def zones(request: Request) -> Response:
        return await _add_zone(cloudflare, request)

    async def tokens(request: Request) -> Response:
        return await _add_token(cloudflare, request)

    return [
        Route("/_lab/health", _health, methods=["GET"]),
        *common_routes("cloudflare", cloudflare),
        Route("/_lab/cloudflare/records", records, methods=["GET", "POST", "DELETE"]),
        Route("/_lab/cloudflare/zones", zones, methods=["POST"]),
        Route("/_lab/cloudflare/tokens", tokens, methods=["POST"]),
        *load_balancing.routes(cloudflare),
        *lists.routes(cloudflare),
    ]


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _add_zone(cloudflare: Cloudflare, request: Request) -> Response:
    try:
        match await json_of(request):
            case {"name": str(name), **rest}:
                plan, status = rest.get("plan", "pro"), rest.get("status", "active")
                if plan not in PLANS or status not in STATUSES:
                    return bad(f"plan is one of {', '.join(PLANS)}, status of {', '.join(STATUSES)}")
                made = cloudflare.add_zone(
                    name,
                    plan,
                    status=status,
                    account=_account(cloudflare, rest.get("account")),
                )
            case {"id": str(zone_id), "status": str(status)} if zone_id in cloudflare.zones and status in STATUSES:
                made = cloudflare.set_status(zone_id, status)
            case _:
                return bad("give the name of the zone, or the id of one and its status")
    except ValueError as error:
        return bad(str(error))
    return Response(encode({"id": made.id, "name": made.name}), media_type="application/json")


def _account(cloudflare: Cloudflare, name: object) -> Account:
    name = name or cloudflare.account.name
    known = next((one for one in cloudflare.accounts.values() if one.name == name), None)
    return known or cloudflare.add_account(str(name))


async def _add_token(cloudflare: Cloudflare, request: Request) -> Response:
    try:
        match await json_of(request):
            case {"token": str(token), "zone": str() | list() as named, **rest}:
                zones = [cloudflare.zone_named(str(one)) for one in ([named] if isinstance(named, str) else named)]
                found = [zone.id for zone in zones if zone]
                permissions = rest.get("permissions", [*ALL_PERMISSIONS])
                if not isinstance(permissions, list):
                    return bad("permissions are a list")
                if len(found) < len(zones):
                    return bad("give a token, and the names or ids of zones that exist")
                cloudflare.add_token(token, found, [Permission(one) for one in permissions])
            case _:
                return bad("give a token, and the name or id of its zone, or a list of them")
    except ValueError as error:
        return bad(str(error))
    return Response(encode({"zones": found}), media_type="application/json")


async def _records(cloudflare: Cloudflare, request: Request) -> Response:
    zone = cloudflare.zone_named(request.query_params.get("zone", ""))
    if zone is None:
        return bad("give ?zone=, the name or id of a zone that exists", 404)
    try:
        return await _edit(cloudflare, zone, request)
    except ApiError as error:
        answer = failure(error)
        return Response(answer.body, answer.status, media_type=answer.content_type)
    except ValueError as error:
        return bad(f"the body is no JSON: {error}")


async def _edit(cloudflare: Cloudflare, zone: Zone, request: Request) -> Response:
    if request.method == "POST":
        body = await json_of(request)
        if not isinstance(body, dict) or not isinstance(meta := body.pop("meta", {}), dict):
            return bad("a record is an object, and its meta is one")
        match body.get("id"):
            case None:
                record = cloudflare.add_record(zone.id, body, meta)
            case str(record_id) if meta:
                record = cloudflare.set_meta(zone.id, record_id, meta)
            case str(record_id):
                record = cloudflare.change_record(zone.id, record_id, body)
            case _:
                return bad("id is a string")
        return Response(record.json, media_type="application/json")
    if request.method == "DELETE":
        chosen = request.query_params.get("id")
        with cloudflare.lock:
            for doomed in [one.id for one in cloudflare.records(zone.id)] if chosen is None else [chosen]:
                cloudflare.remove_record(zone.id, doomed)
    listed = b",".join(one.json for one in cloudflare.records(zone.id))
    return Response(b"[" + listed + b"]", media_type="application/json")
