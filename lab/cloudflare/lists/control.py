"""The lab's control of lists, over HTTP.

| path | methods |
|---|---|
| `/_lab/cloudflare/lists` | GET: the account's id, and its lists with their items |
| | POST (`{"name": "office", "kind": "ip", "description": "..."}`) adds a list |
| | PUT (`{"name": "office", "ip": "192.0.2.1", "comment": "..."}`) adds an address |
| | PUT (`{"name": "office", "filters": 1}`) lets so many rules refer to it |
| | DELETE `?name=office` deletes a list, `&ip=192.0.2.1` an address in it |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.api.control import bad, json_of
from lab.cloudflare.errors import ApiError
from lab.cloudflare.lists import edits

if TYPE_CHECKING:
    from starlette.requests import Request

    from lab.cloudflare.state import Cloudflare


def routes(cloudflare: Cloudflare) -> list[Route]:
    """Make the control routes for this account."""

    async def lists(request: Request) -> Response:
        try:
            await _edit(cloudflare, request)
        except (ApiError, ValueError) as error:
            return bad(str(error))
        except KeyError:
            return bad("there is no list of this name", 404)
        return _listed(cloudflare)

    return [Route("/_lab/cloudflare/lists", lists, methods=["GET", "POST", "PUT", "DELETE"])]


async def _edit(cloudflare: Cloudflare, request: Request) -> None:
    if request.method == "DELETE":
        name, ip = request.query_params.get("name", ""), request.query_params.get("ip", "")
        if ip:
            edits.remove_address(cloudflare, name, ip)
        else:
            edits.remove_list(cloudflare, name)
    elif request.method != "GET":
        match await json_of(request):
            case {"name": str(name), "ip": str(ip), **rest}:
                edits.add_address(cloudflare, name, ip, str(rest.get("comment", "")))
            case {"name": str(name), "filters": int(filters)}:
                edits.refer(cloudflare, name, filters)
            case {"name": str(name), **rest} if request.method == "POST":
                edits.add_list(cloudflare, name, str(rest.get("kind", "ip")), str(rest.get("description", "")))
            case _:
                message = "give the name of a list, and an ip, or filters"
                raise ValueError(message)


def _listed(cloudflare: Cloudflare) -> Response:
    with cloudflare.lock:
        cloudflare.custom_lists.settle()
        found = [
            one.as_json() | {"items": [item.as_json() for item in one.items]}
            for one in cloudflare.custom_lists.lists.values()
        ]
        return JSONResponse({"account_id": cloudflare.account.id, "lists": found})
