"""Who may read the page: requests with a known Host, and, where that is asked for, with a user and password."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from stacks.model.errors import UserError
from stacks.settings.secrets.files import read_secret

USER, PASSWORD = "TRUENORTH_PAGE_USER", "TRUENORTH_PAGE_PASSWORD"
PROBES = frozenset({"/livez", "/readyz", "/healthz", "/health"})
"""Paths without sign-in: they say nothing of names and addresses, and a kubelet has no password."""
_OF_CLUSTER = (".svc", ".svc.cluster.local")
"""Ends of names that only a cluster's own DNS has."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A user and password, as the digest of both: what is compared has one length, whatever is tried."""

    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, user: str, password: str) -> SignIn:
        """Return the sign-in of a user."""
        return cls(_digest(f"{user}:{password}".encode()))

    def allows(self, authorization: str) -> bool:
        """Return whether a header Authorization has the user and password (RFC 7617)."""
        scheme, _, given = authorization.partition(" ")
        try:
            found = base64.b64decode(given.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(_digest(found), self.digest)


@dataclass(frozen=True, slots=True)
class PageAccess:
    """The limits of access. hosts: names by which the page is reached, beside addresses and names of the network.

    A page of another origin could make its own name point here (DNS rebinding) and read all: so only names count that
    nobody else can give away.
    """

    hosts: frozenset[str] = frozenset()
    sign_in: SignIn | None = None

    def refusal(self, host: str, path: str, authorization: str) -> Response | None:
        """Return the answer to a request that may not read, None where it may."""
        if not self._knows(host):
            text = "this page is not known by that name; truenorth:watch.web.hosts has the names that it is known by\n"
            return PlainTextResponse(text, 421, {"cache-control": "no-store"})
        if self.sign_in and path not in PROBES and not self.sign_in.allows(authorization):
            asking = {"www-authenticate": 'Basic realm="TrueNorth", charset="UTF-8"', "cache-control": "no-store"}
            return PlainTextResponse("sign in\n", 401, asking)
        return None

    def _knows(self, host: str) -> bool:
        """Return whether a header Host is an address, a name without a dot, one of the cluster, or one of the settings.

        Names without a dot are those of the own network: no one can register one (ICANN, SAC053).
        """
        name = _without_port(host).lower().rstrip(".")
        if name in self.hosts or "." not in name or name.endswith((".localhost", *_OF_CLUSTER)):
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True


class WithAccess:
    """Answers requests that may not read. Pure ASGI: an endless answer goes through piece by piece."""

    def __init__(self, app: ASGIApp, access: PageAccess) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        refusal = self._access.refusal(headers.get("host", ""), scope["path"], headers.get("authorization", ""))
        await (refusal or self._app)(scope, receive, send)


def sign_in(environment: Mapping[str, str]) -> SignIn | None:
    """Return the sign-in of the environment, None where it has none. Raises UserError where it is half of one."""
    user, password = environment.get(USER, ""), read_secret(environment, PASSWORD)
    if not user and not password:
        return None
    if not user or not password or ":" in user:
        what = "the page needs a user without a colon and a password, or neither"
        raise UserError(what, f"environment: {USER}, and {PASSWORD} or {PASSWORD}_FILE", "set both, or unset both")
    return SignIn.of(user, password)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
