"""A call of the API as its handlers see it: who asks for what, and what it may reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.cloudflare.errors import (
    authentication_error,
    invalid_body,
    invalid_parameter,
    no_route,
    unauthorized_resource,
)
from lab.cloudflare.model import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.cloudflare.model import Token, Zone
    from lab.cloudflare.state import Cloudflare
    from lab.cloudflare.store import RecordStore


@dataclass(frozen=True, slots=True)
class Call:
    """`parameters` are those of the path, `body` the parsed JSON (None: no body)."""

    cloudflare: Cloudflare
    token: Token
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: object = None

    def zone(self, permission: Permission) -> Zone:
        """Find the zone of the path; ApiError, as the API refuses, unless the token may do this to it."""
        zone_id = self.parameters["zone_id"]
        zone = self.cloudflare.zones.get(zone_id)
        if zone is None and self.token.zones is None:
            raise no_route(self.path)
        if zone is None or not self.token.reaches(zone_id) or not self.token.may(permission):
            # A token cannot tell a zone that is not its own from one that does not exist.
            raise unauthorized_resource() if permission is Permission.ZONE_READ else authentication_error()
        return zone

    def store(self, zone: Zone) -> RecordStore:
        """Find the records of the zone."""
        return self.cloudflare.stores[zone.id]

    def object_body(self) -> dict[str, object]:
        """Take the body, which must be a JSON object."""
        if not isinstance(self.body, dict):
            raise invalid_body()
        return self.body

    def page(self, total: int, default: int, maximum: int) -> tuple[slice, dict[str, int]]:
        """Find which part of `total` items the query asks for, and its `result_info`. Pages over `maximum` are cut."""
        page = self._count("page", 1)
        size = min(self._count("per_page", default), maximum)
        start = (page - 1) * size
        info = {
            "page": page,
            "per_page": size,
            "count": max(0, min(size, total - start)),
            "total_count": total,
            "total_pages": -(-total // size),
        }
        return slice(start, start + size), info

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        """Read a query parameter that must be one of `options`."""
        value = self.query.get(name, default)
        if value not in options:
            raise invalid_parameter(name)
        return value

    def _count(self, name: str, default: int) -> int:
        text = self.query.get(name, str(default))
        # Clients send whole numbers as 5 or as 5.0.
        digits = text.removesuffix(".0")
        if not (digits.isascii() and digits.isdigit()) or int(digits) < 1:
            raise invalid_parameter(name)
        return int(digits)
