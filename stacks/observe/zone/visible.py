"""What a token is let see: the zones, and what it may do with each. For the commands that set up and examine.

https://developers.cloudflare.com/api/resources/zones/methods/list/,
https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/ and
https://api.gandi.net/docs/livedns/#v5-livedns-domains
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from stacks.model.errors import ObservationError, UserError
from stacks.observe.zone import cloudflare, http
from stacks.settings.credentials import Credentials

ZONE_READ, DNS_EDIT, BALANCING_EDIT = "#zone:read", "#dns_records:edit", "#lb:edit"
"""Permissions, as Cloudflare names them in a zone."""
ACTIVE = "active"
_PAGE = {"cloudflare": 50, "gandi": 100}
_REFUSED = frozenset({400, 401, 403})
_THROTTLED = 429


@dataclass(frozen=True, slots=True)
class VisibleZone:
    """A zone. plan: `free`, `pro`, `business` or `enterprise` at Cloudflare, "" elsewhere.

    status: active, or what else Cloudflare says, such as pending. name_servers: those that it is to be delegated to.
    permissions: None where the provider does not say what the token may do. created: RFC 3339, "" where nobody says.
    """

    provider: str
    name: str
    id: str
    status: str = ACTIVE
    plan: str = ""
    name_servers: tuple[str, ...] = ()
    permissions: frozenset[str] | None = None
    created: str = ""

    def may(self, permission: str) -> bool:
        """Whether the token may do this, as far as is known."""
        return self.permissions is None or permission in self.permissions


@dataclass(frozen=True, slots=True)
class TokenState:
    """What the provider says of a token itself. expires: None where it lasts."""

    status: str
    expires: datetime | None


def zones(provider: str, credentials: Credentials, name: str = "") -> tuple[VisibleZone, ...]:
    """The zones that the credentials let see, in the order of their names.

    name: the only one that is asked for; Cloudflare has tokens for single zones that may not list all.
    Raises UserError where they are refused, ObservationError where the API cannot be asked.
    """
    found = _LISTS[provider](credentials, name)
    return tuple(sorted((zone for zone in found if name in {"", zone.name}), key=lambda zone: zone.name))


def token_state(credentials: Credentials) -> TokenState | None:
    """What Cloudflare says of an API token of a user; None where it says nothing: of a key, or an account's own token.

    Raises ObservationError where the API cannot be asked.
    """
    if not credentials.token:
        return None
    with cloudflare.opened(credentials) as session:
        url = f"{credentials.base_url}/user/tokens/verify"
        response, body = http.get(session, url, {}, "Cloudflare", "the token")
    if not response.ok or not body.get("success"):
        return None
    result = body["result"]
    expires = result.get("expires_on")
    return TokenState(str(result.get("status", "")), datetime.fromisoformat(expires) if expires else None)


def _of_cloudflare(credentials: Credentials, name: str) -> list[VisibleZone]:
    found: list[VisibleZone] = []
    with cloudflare.opened(credentials) as session:
        page, pages = 1, 1
        while page <= pages:
            query = {"page": str(page), "per_page": str(_PAGE["cloudflare"]), **({"name": name} if name else {})}
            url = f"{credentials.base_url}/zones"
            response, body = http.get(session, url, query, "Cloudflare", "the zones of the token")
            if not response.ok or not body.get("success"):
                raise _refused("Cloudflare", url, response, cloudflare.reason(response, body))
            found += [_cloudflare_zone(item) for item in body["result"]]
            pages = int((body.get("result_info") or {}).get("total_pages", 1))
            page += 1
    return found


def _cloudflare_zone(item: Mapping[str, Any]) -> VisibleZone:
    return VisibleZone(
        provider="cloudflare",
        name=str(item["name"]),
        id=str(item["id"]),
        status=str(item.get("status", "")),
        plan=str((item.get("plan") or {}).get("legacy_id") or ""),
        name_servers=tuple(item.get("name_servers") or ()),
        permissions=frozenset(item["permissions"]) if item.get("permissions") else None,
        created=str(item.get("created_on") or ""),
    )


def _of_gandi(credentials: Credentials, _name: str) -> list[VisibleZone]:
    scheme, secret = ("Bearer", credentials.token) if credentials.token else ("Apikey", credentials.key)
    found: list[VisibleZone] = []
    with http.opened("gandi", {"Authorization": f"{scheme} {secret}", "Accept": "application/json"}) as session:
        page = 1
        while True:
            query = {"page": str(page), "per_page": str(_PAGE["gandi"])}
            url = f"{credentials.base_url}/v5/livedns/domains"
            response, body = http.get(session, url, query, "Gandi", "the domains of the token")
            if not response.ok or not isinstance(body, list):
                said = body.get("message") or body.get("cause") if isinstance(body, dict) else ""
                raise _refused("Gandi", url, response, str(said or response.reason))
            found += [VisibleZone("gandi", str(item["fqdn"]), str(item["fqdn"])) for item in body]
            if len(body) < _PAGE["gandi"]:
                return found
            page += 1


def _refused(provider: str, url: str, response: requests.Response, said: str) -> UserError | ObservationError:
    if response.status_code in _REFUSED:
        return UserError(
            f"{provider} refuses the credentials: {said}",
            f"GET {url} answered {response.status_code}",
            _DO[provider],
        )
    if response.status_code == _THROTTLED:
        return ObservationError(f"{provider}'s rate limit is used up: try again in five minutes")
    return ObservationError(f"{provider} answered {response.status_code}: {said}")


_DO = {
    "Cloudflare": "make a token with Zone:Read and DNS:Edit on the zone, at My Profile, API Tokens, and export it as "
    "CLOUDFLARE_API_TOKEN",
    "Gandi": "make a personal access token that may manage the domain's technical configuration, and export it as "
    "GANDI_PERSONAL_ACCESS_TOKEN",
}
_LISTS: Mapping[str, Callable[[Credentials, str], list[VisibleZone]]] = {
    "cloudflare": _of_cloudflare,
    "gandi": _of_gandi,
}
