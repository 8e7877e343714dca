"""The zones and permissions of a token, for the commands that set up and examine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import requests

from stacks.model.errors import ObservationError, UserError

DNS_EDIT, BALANCING_EDIT = "#dns_records:edit", "#lb:edit"
"""Permissions, as Cloudflare names them in a zone."""
ACTIVE = "active"
_REFUSED = frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True)
class VisibleZone:
    """A zone with its state at the provider.

    plan: `free`, `pro`, `business` or `enterprise` at Cloudflare, "" elsewhere. status: active, or another of
    Cloudflare's, such as pending. name_servers: for the registrar to delegate to. permissions: of the token; None where
    the provider does not give them. created: RFC 3339, "" where it is not known. account: the name and id of the
    account that has it, "" where there are none.
    """

    provider: str
    name: str
    id: str
    status: str = ACTIVE
    plan: str = ""
    name_servers: tuple[str, ...] = ()
    permissions: frozenset[str] | None = None
    created: str = ""
    account: str = ""

    def may(self, permission: str) -> bool:
        """Return whether the token has the permission, as far as is known."""
        return self.permissions is None or permission in self.permissions


@dataclass(frozen=True, slots=True)
class TokenState:
    """The state of a token at its provider. expires: None where it does not expire."""

    status: str
    expires: datetime | None


def listing_error(
    title: str, url: str, response: requests.Response, reason: str, do: str
) -> UserError | ObservationError:
    """Return the error for a failed listing of zones. title: of the provider. do: the advice on refused credentials."""
    if response.status_code in _REFUSED:
        return UserError(f"{title} refuses the credentials: {reason}", f"GET {url} answered {response.status_code}", do)
    if response.status_code == requests.codes.too_many_requests:
        return ObservationError(f"{title}'s rate limit is used up: try again in five minutes")
    return ObservationError(f"{title} answered {response.status_code}: {reason}")
