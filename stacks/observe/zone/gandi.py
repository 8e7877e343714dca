"""A Gandi LiveDNS zone as it is now: its record sets, up to 500 a page, the most that the API gives.

https://api.gandi.net/docs/livedns/#v5-livedns-domains-fqdn-records
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from components import urns
from components.records import canonical_content, gandi_names
from components.records.record import Record
from stacks.model.errors import ObservationError, UserError
from stacks.model.values import LiveRecord, RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import http
from stacks.settings.credentials import Credentials

PAGE = 500
TOO_MANY_REQUESTS = 429
REFUSED = frozenset({401, 403})


def snapshot(credentials: Credentials, zone: str, _zone_id: str) -> ZoneSnapshot:
    """All record sets of the zone; its id is its name.

    Raises UserError where the token is refused or sees no such zone, ObservationError where the API cannot be asked.
    """
    scheme, secret = ("Bearer", credentials.token) if credentials.token else ("Apikey", credentials.key)
    with http.opened("gandi", {"Authorization": f"{scheme} {secret}", "Accept": "application/json"}) as session:
        return ZoneSnapshot(zone, zone, _record_sets(session, credentials, zone))


def registered(resource: Mapping[str, Any]) -> RegisteredRecord:
    """The record set that a resource of the state holds."""
    inputs = resource["inputs"]
    zone, logical_name = inputs["zone"], urns.logical_name(resource["urn"])
    record = read_record(zone, inputs["name"], inputs["type"], int(inputs["ttl"]), inputs["values"])
    return RegisteredRecord(resource["urn"], logical_name, resource["id"], zone, record, "gandi")


def _record_sets(session: requests.Session, credentials: Credentials, zone: str) -> tuple[LiveRecord, ...]:
    found: list[LiveRecord] = []
    page = 1
    while True:
        items = _get(session, credentials, zone, page)
        for item in items:
            name, record_type = item["rrset_name"], item["rrset_type"]
            record = read_record(zone, name, record_type, int(item["rrset_ttl"]), item["rrset_values"])
            found.append(LiveRecord(f"{zone}/{name}/{record_type}", record))
        if len(items) < PAGE:
            return tuple(found)
        page += 1


def read_record(zone: str, name: str, record_type: str, ttl: int, values: list[str]) -> Record:
    """A record set, from what the API says of it. name: relative to the zone, `@` for the zone's own."""
    absolute = tuple(
        canonical_content.lenient(record_type, gandi_names.absolute(record_type, text, zone)) for text in values
    )
    return Record(
        name=gandi_names.fqdn(name, zone),
        type=record_type,
        content=canonical_content.joined(absolute),
        ttl=ttl,
        proxied=False,
        comment="",
    )


def _get(session: requests.Session, credentials: Credentials, zone: str, page: int) -> list[dict[str, Any]]:
    url = f"{credentials.base_url}/v5/livedns/domains/{zone}/records"
    query = {"per_page": str(PAGE), "page": str(page)}
    response, body = http.get(session, url, query, "Gandi", f"the zone {zone}")
    if response.ok and isinstance(body, list):
        return body
    said = str(body.get("message") or body.get("cause") or response.reason) if isinstance(body, dict) else ""
    if response.status_code == TOO_MANY_REQUESTS:
        raise ObservationError("Gandi's rate limit is used up: 1000 requests a minute for each address")
    if response.status_code in REFUSED:
        raise UserError(
            f"Gandi refuses the credentials: {said}",
            f"GET {url} answered {response.status_code}",
            "check GANDI_PERSONAL_ACCESS_TOKEN: it needs the right to manage the domain's technical configuration "
            "and must not have expired",
        )
    if response.status_code == requests.codes.not_found:
        raise UserError(
            f"there is no zone {zone} that this token can see: {said}",
            f"GET {url} answered 404",
            "check the spelling of the zone, and that its domain uses Gandi's LiveDNS",
        )
    raise ObservationError(f"Gandi answered {response.status_code} about the zone {zone}: {said}")
