"""A Cloudflare zone as it is now: one listing of up to 5,000 records a page.

https://developers.cloudflare.com/api/resources/dns/subresources/records/methods/list/
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import requests

from components import urns
from components.records import cloudflare_fields
from components.records.record import Record
from stacks.model.errors import ObservationError, UserError
from stacks.model.values import LiveRecord, RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import http
from stacks.settings.credentials import Credentials

PAGE = 5_000
TOO_MANY_REQUESTS = 429
REFUSED = frozenset({400, 401, 403})


def snapshot(credentials: Credentials, zone: str, zone_id: str) -> ZoneSnapshot:
    """All records of the zone; its id is looked up (one more call) where zone_id is empty.

    Raises UserError where the token is wrong or sees no such zone, ObservationError where the API cannot be asked.
    """
    with opened(credentials) as session:
        found = zone_id or str(find_zone(session, credentials, zone)["id"])
        return ZoneSnapshot(zone, found, _records(session, credentials, zone, found))


def registered(resource: Mapping[str, Any]) -> RegisteredRecord:
    """The record that a resource of the state holds."""
    inputs = resource["inputs"]
    logical_name = urns.logical_name(resource["urn"])
    return RegisteredRecord(resource["urn"], logical_name, resource["id"], inputs["zoneId"], read_record(inputs))


def opened(credentials: Credentials) -> AbstractContextManager[requests.Session]:
    """A session that signs its calls."""
    if credentials.token:
        return http.opened("cloudflare", {"Authorization": f"Bearer {credentials.token}"})
    return http.opened("cloudflare", {"X-Auth-Key": credentials.key, "X-Auth-Email": credentials.email})


def find_zone(session: requests.Session, credentials: Credentials, zone: str) -> Mapping[str, Any]:
    """The zone by its name, as the API gives it. Raises as `snapshot`."""
    answer = _get(session, credentials, "/zones", {"name": zone}, zone)
    if not answer["result"]:
        raise UserError(
            f"there is no zone {zone} that this token can see",
            f"{credentials.base_url}/zones?name={zone}",
            "check the spelling of truenorth:zone, and that the token has Zone:Read on it",
        )
    found: Mapping[str, Any] = answer["result"][0]
    return found


def _records(session: requests.Session, credentials: Credentials, zone: str, zone_id: str) -> tuple[LiveRecord, ...]:
    records: list[LiveRecord] = []
    page, pages = 1, 1
    while page <= pages:
        query = {"page": str(page), "per_page": str(PAGE)}
        answer = _get(session, credentials, f"/zones/{zone_id}/dns_records", query, zone)
        records.extend(LiveRecord(item["id"], read_record(item)) for item in answer["result"])
        pages = int((answer.get("result_info") or {}).get("total_pages", 1))
        page += 1
    return tuple(records)


def read_record(item: Mapping[str, Any]) -> Record:
    """A record as the API gives it, or as state holds its inputs."""
    return Record(
        name=item["name"].lower(),
        type=item["type"],
        content=cloudflare_fields.content(item),
        ttl=int(item["ttl"]),
        proxied=bool(item.get("proxied", False)),
        comment=item.get("comment") or "",
        tags=tuple(sorted(item.get("tags") or ())),
    )


def _get(
    session: requests.Session, credentials: Credentials, path: str, query: Mapping[str, str], zone: str
) -> dict[str, Any]:
    url = f"{credentials.base_url}{path}"
    response, body = http.get(session, url, query, "Cloudflare", f"the zone {zone}")
    if response.ok and body.get("success"):
        return dict(body)
    said = reason(response, body)
    if response.status_code == TOO_MANY_REQUESTS:
        wait = response.headers.get("Retry-After", "some")
        raise ObservationError(f"Cloudflare's rate limit is used up: asks to wait {wait} seconds")
    if response.status_code in REFUSED:
        raise UserError(
            f"Cloudflare refuses the credentials: {said}",
            f"GET {url} answered {response.status_code}",
            "check CLOUDFLARE_API_TOKEN: it needs Zone:Read and DNS:Edit on this zone and must not have expired",
        )
    if response.status_code == requests.codes.not_found:
        raise UserError(
            f"there is no zone with the id {path.split('/')[2]}: {said}",
            f"GET {url} answered {response.status_code}",
            f"check truenorth:zone_id (or CF_ZONE_ID), or leave it out: it is found by the name {zone}",
        )
    raise ObservationError(f"Cloudflare answered {response.status_code} about the zone {zone}: {said}")


def reason(response: requests.Response, body: Mapping[str, Any]) -> str:
    """Why the API refused, in its words."""
    return "; ".join(_said(error) for error in body.get("errors", ())) or response.reason


def _said(error: Mapping[str, Any]) -> str:
    chain = "".join(f", {_said(inner)}" for inner in error.get("error_chain", ()))
    return f"{error.get('message', '')} ({error.get('code', '?')}){chain}"
