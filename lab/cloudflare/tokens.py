"""Who asks: API tokens and global keys, and `/user/tokens/verify`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lab.cloudflare.answers import success
from lab.cloudflare.errors import (
    authentication_error,
    invalid_access_token,
    invalid_api_token,
    malformed_key,
    malformed_token,
    missing_credentials,
    unknown_key,
    verify_needs_token,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.errors import ApiError
    from lab.cloudflare.model import Token
    from lab.cloudflare.state import Cloudflare

VERIFY = "/user/tokens/verify"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")
_KEY = re.compile(r"[0-9a-f]{37,}")


def identify(cloudflare: Cloudflare, headers: Mapping[str, str], route: str) -> Token:
    """Find out whose call this is. `headers` by lower-case name, `route` the path's template. Raises ApiError.

    A value that was made a token is one whatever its form; the form only decides how others are refused.
    """
    authorization = headers.get("authorization")
    if authorization is not None:
        scheme, _, value = authorization.partition(" ")
        value = value.strip()
        token = cloudflare.tokens.get(value) if scheme.lower() == "bearer" else None
        if token is not None and token.email is None:
            return token
        if scheme.lower() != "bearer" or not _TOKEN.fullmatch(value):
            raise malformed_token()
        raise _unknown_token(route)
    email, key = headers.get("x-auth-email"), headers.get("x-auth-key")
    if email is None or key is None:
        raise missing_credentials()
    token = cloudflare.tokens.get(key)
    if token is not None and token.email == email:
        return token
    raise unknown_key() if token is not None or _KEY.fullmatch(key) else malformed_key()


def _unknown_token(route: str) -> ApiError:
    if route == VERIFY:
        return invalid_api_token()
    return authentication_error(401) if route.startswith("/accounts") else invalid_access_token()


def verify(call: Call) -> Answer:
    """`GET /user/tokens/verify`: whether the token works. A global key is no token."""
    if call.token.email is not None:
        raise verify_needs_token()
    message = {"code": 10000, "message": "This API Token is valid and active", "type": None}
    return success({"id": call.token.id, "status": "active"}, [message])
