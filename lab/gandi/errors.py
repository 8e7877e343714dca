"""What the LiveDNS API answers when it refuses (https://api.gandi.net/docs/livedns/, public logs of clients)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of `errors`: what is wrong with a part of the request."""

    name: str
    description: str
    location: str = "body"

    def as_json(self) -> dict[str, str]:
        """Write the entry as the API does."""
        return {"location": self.location, "name": self.name, "description": self.description}


class ApiError(Exception):
    """A refusal, raised by whatever finds it and turned into the answer at the gateway."""

    def __init__(self, status: int, body: Mapping[str, object]) -> None:
        super().__init__(f"{status}: {body.get('message') or body.get('errors')}")
        self.status = status
        self.body = body


def missing_credentials() -> ApiError:
    message = (
        "You must provide an access token or an API Key. "
        "Please ensure that you provided either an Authorization header with a valid token or API Key."
    )
    return _refusal(HTTPStatus.UNAUTHORIZED, "HTTPUnauthorized", message)


def access_denied() -> ApiError:
    return _refusal(HTTPStatus.FORBIDDEN, "HTTPForbidden", "Access was denied to this resource.")


def not_found() -> ApiError:
    """Refuse where there is no such route or zone."""
    return _refusal(HTTPStatus.NOT_FOUND, "HTTPNotFound", "The resource could not be found.")


def record_not_found(name: str, record_type: str) -> ApiError:
    message = f"Can't find the DNS record {name}/{record_type} in the zone"
    return _refusal(HTTPStatus.NOT_FOUND, "dns-record", message)


def record_exists() -> ApiError:
    return _refusal(HTTPStatus.CONFLICT, "HTTPConflict", "This record already exists")


def no_method() -> ApiError:
    return _refusal(
        HTTPStatus.METHOD_NOT_ALLOWED, "HTTPMethodNotAllowed", "The method is not allowed for this resource."
    )


def throttled() -> ApiError:
    """Match the status: the message is not documented."""
    return _refusal(HTTPStatus.TOO_MANY_REQUESTS, "HTTPTooManyRequests", "Too many requests.")


def internal_error() -> ApiError:
    return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "HTTPInternalServerError", "Internal server error")


def invalid(problems: Sequence[Problem]) -> ApiError:
    """Refuse with all that is wrong."""
    body = {"status": "error", "errors": [problem.as_json() for problem in problems]}
    return ApiError(HTTPStatus.BAD_REQUEST, body)


def malformed(description: str) -> ApiError:
    """Refuse a body that is not what the call takes."""
    return invalid([Problem("", description)])


def _refusal(status: HTTPStatus, kind: str, message: str) -> ApiError:
    return ApiError(status, {"object": kind, "cause": status.phrase, "code": int(status), "message": message})
