"""The control that every stand-in has: `/_lab/NAME/faults` and `/_lab/NAME/requests`. Its calls are not logged.

| path | methods |
|---|---|
| `/_lab/NAME/faults` | GET, PUT (a list of rules as `Fault.as_json` writes them), DELETE |
| `/_lab/NAME/requests` | GET, DELETE |

DELETE of the faults loses what they delay or hold, too; an empty list lets go what they hold, and handles it.
"""

from __future__ import annotations

import json
from dataclasses import fields

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.api.faults import Effect, Fault
from lab.api.http import LoggedRequest
from lab.api.stand_in import World

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


def common_routes(name: str, world: World) -> list[Route]:
    """Make the control routes of faults and requests for this world."""

    async def faults(request: Request) -> Response:
        return await _faults(world, request)

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            world.requests.clear()
        return JSONResponse([_logged(entry) for entry in world.requests])

    return [
        Route(f"/_lab/{name}/faults", faults, methods=["GET", "PUT", "DELETE"]),
        Route(f"/_lab/{name}/requests", requests, methods=["GET", "DELETE"]),
    ]


async def _faults(world: World, request: Request) -> Response:
    if request.method == "PUT":
        try:
            rules = await json_of(request)
            if not isinstance(rules, list):
                return bad("faults are a list of rules")
            world.faults.set([fault_from_json(rule) for rule in rules])
        except ValueError as error:
            return bad(str(error))
    elif request.method == "DELETE":
        world.faults.forget()
    return JSONResponse([fault.as_json() for fault in world.faults.rules()])


async def json_of(request: Request) -> object:
    """The body of a control call; ValueError where it is no JSON."""
    parsed: object = json.loads(await request.body())
    return parsed


def _logged(entry: LoggedRequest) -> dict[str, object]:
    return {
        "time": entry.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "body": entry.body,
        "status": entry.status,
    }


def bad(message: str, status: int = 400) -> Response:
    """Say what is wrong with a control call."""
    return JSONResponse({"error": message}, status)
