"""From a request to its answer, without any network: who asks, how often, the route, and the handler."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from lab.api.http import Answer, HttpRequest
from lab.gandi.calls import Call, failure
from lab.gandi.errors import (
    ApiError,
    access_denied,
    malformed,
    missing_credentials,
    no_method,
    not_found,
    throttled,
)
from lab.gandi.model import Token
from lab.gandi.routes import PREFIX, ROUTES
from lab.gandi.state import Gandi

_PATTERNS = [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)), template) for template in ROUTES]
_SCHEMES = ("bearer", "apikey")


def handle(gandi: Gandi, request: HttpRequest) -> Answer:
    """Answer one request of the API. Holds the organisation's lock, so calls happen one after the other."""
    headers: dict[str, str] = {}
    with gandi.lock:
        try:
            answer = _answer(gandi, request, headers)
        except ApiError as error:
            answer = failure(error)
    return replace(answer, headers={**answer.headers, **headers})


def _answer(gandi: Gandi, request: HttpRequest, headers: dict[str, str]) -> Answer:
    allowance = gandi.limiter.take(request.client)
    if allowance is not None and allowance.refused:
        headers["Retry-After"] = str(allowance.reset)
        raise throttled()
    token = _identify(gandi, request.headers.get("authorization", ""))
    template, parameters = _route(request.path)
    handler = ROUTES[template].get(request.method)
    if handler is None:
        raise no_method()
    wants_text = request.headers.get("accept", "").startswith("text/plain")
    call = Call(gandi, token, request.base, request.path, parameters, request.query, wants_text, _body(request))
    return handler(call)


def _identify(gandi: Gandi, authorization: str) -> Token:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() not in _SCHEMES or not value.strip():
        raise missing_credentials()
    token = gandi.tokens.get(value.strip())
    if token is None or token.scheme != scheme.lower():
        raise access_denied()
    return token


def _route(path: str) -> tuple[str, dict[str, str]]:
    below = path.removeprefix(PREFIX).rstrip("/")
    for pattern, template in _PATTERNS:
        match = pattern.fullmatch(below)
        if match:
            return template, match.groupdict()
    raise not_found()


def _body(request: HttpRequest) -> object:
    if not request.body or request.method in ("GET", "DELETE"):
        return None
    try:
        parsed: object = json.loads(request.body)
    except ValueError as error:
        raise malformed(f"The body is no JSON: {error}") from error
    return parsed
