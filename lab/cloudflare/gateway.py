"""From a request to its answer, without any network: the route, who asks, how often, and the handler."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.cloudflare.answers import failure
from lab.cloudflare.calls import Call
from lab.cloudflare.errors import ApiError, malformed_json, no_method, no_route, throttled, wrong_content_type
from lab.cloudflare.routes import PREFIX, ROUTES
from lab.cloudflare.tokens import identify

if TYPE_CHECKING:
    from lab.api.http import Answer, HttpRequest
    from lab.cloudflare.state import Cloudflare

_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_PATTERNS = [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)), template) for template in ROUTES]


def handle(cloudflare: Cloudflare, request: HttpRequest) -> Answer:
    """Answer one request of the API. Holds the account's lock, so calls happen one after the other."""
    headers: dict[str, str] = {}
    with cloudflare.lock:
        try:
            answer = _answer(cloudflare, request, headers)
        except ApiError as error:
            answer = failure(error)
    return replace(answer, headers={**answer.headers, **headers})


def _answer(cloudflare: Cloudflare, request: HttpRequest, headers: dict[str, str]) -> Answer:
    template, parameters = _route(request.path)
    token = identify(cloudflare, request.headers, template)
    allowance = cloudflare.limiter.take(token.value)
    if allowance is not None:
        headers.update(allowance.headers())
        if allowance.refused:
            raise throttled()
    handler = ROUTES[template].get(request.method)
    if handler is None:
        raise no_method(request.method)
    call = Call(cloudflare, token, request.path, parameters, request.query, _body(request))
    return handler(call)


def _route(path: str) -> tuple[str, dict[str, str]]:
    below = path.removeprefix(PREFIX).rstrip("/")
    for pattern, template in _PATTERNS:
        match = pattern.fullmatch(below)
        if match:
            parameters = match.groupdict()
            identifiers = (value for name, value in parameters.items() if name.endswith("_id"))
            if all(_IDENTIFIER.fullmatch(value) for value in identifiers):
                return template, parameters
    raise no_route(path)


def _body(request: HttpRequest) -> object:
    if not request.body or request.method == "GET":
        return None
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise wrong_content_type()
    try:
        return json.loads(request.body, parse_constant=_no_constant)
    except ValueError as error:
        raise malformed_json() from error


def _no_constant(name: str) -> object:
    message = f"{name} is no JSON"
    raise ValueError(message)
