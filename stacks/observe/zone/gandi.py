"""Gandi's LiveDNS zones: the record sets of one, and the zones that a token can see.

https://api.gandi.net/docs/livedns/#v5-livedns-domains-fqdn-records and
https://api.gandi.net/docs/livedns/#v5-livedns-domains
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import requests

from components import urns
from components.records import canonical_content, international, zone_file_names
from components.records.record import Record
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.values import LiveRecord, RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import http
from stacks.observe.zone.visible import TokenState, VisibleZone, listing_error
from stacks.settings.credentials import Credentials

PAGE = 500
"""Record sets a page, the most that the API gives."""
ZONE_PAGE = 100
REFUSED = frozenset({401, 403})
_ADVICE = (
    "make a personal access token that may manage the domain's technical configuration, and export it as "
    "GANDI_PERSONAL_ACCESS_TOKEN"
)


def snapshot(credentials: Credentials, zone: str, _zone_id: str) -> ZoneSnapshot:
    """Return all record sets of the zone; its id is its name.

    Raises ProviderRefused where the token is refused or sees no such zone, ObservationError where the API cannot be
    asked.
    """
    with _opened(credentials) as session:
        return ZoneSnapshot(zone, zone, _record_sets(session, credentials, zone))


def zone_id(_credentials: Credentials, zone: str, _known: str) -> str:
    """Return the zone's name: it is its id."""
    return zone


def check_name(_credentials: Credentials, _zone: str, _zone_id: str) -> None:
    """Do nothing: a zone's name is its id."""


def registered(resource: Mapping[str, Any]) -> RegisteredRecord:
    """Return the record set of a resource in state."""
    inputs = resource["inputs"]
    zone, logical_name = inputs["zone"], urns.logical_name(resource["urn"])
    record = read_record(zone, inputs["name"], inputs["type"], int(inputs["ttl"]), inputs["values"])
    return RegisteredRecord(resource["urn"], logical_name, resource["id"], zone, record, "gandi")


def visible_zones(credentials: Credentials, _name: str) -> list[VisibleZone]:
    """Return the zones that the credentials can see.

    Raises UserError where the credentials are refused, ObservationError where the API cannot be asked.
    """
    found: list[VisibleZone] = []
    with _opened(credentials) as session:
        page = 1
        while True:
            query = {"per_page": str(ZONE_PAGE), "page": str(page)}
            url = f"{credentials.base_url}/v5/livedns/domains"
            response, body = http.get(session, url, query, "Gandi", "the domains of the token")
            if not response.ok or not isinstance(body, list):
                refusal = body.get("message") or body.get("cause") if isinstance(body, dict) else ""
                raise listing_error("Gandi", url, response, str(refusal or response.reason), _ADVICE)
            found += [VisibleZone("gandi", international.stored(str(item["fqdn"])), str(item["fqdn"])) for item in body]
            if len(body) < ZONE_PAGE:
                break
            page += 1
    count = response.headers.get("Total-Count", "")
    if count.isdecimal() and int(count) != len(found):
        raise ObservationError(f"Gandi lists {len(found)} domains of the token, and counts {count}")
    return found


def token_state(_: Credentials) -> TokenState | None:
    """Return None: Gandi's API does not give the state of a token."""
    return None


def _opened(credentials: Credentials) -> AbstractContextManager[requests.Session]:
    scheme, secret = ("Bearer", credentials.token) if credentials.token else ("Apikey", credentials.key)
    return http.opened("gandi", {"Authorization": f"{scheme} {secret}", "Accept": "application/json"})


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
    """Return a record set as a record. name: relative to the zone, `@` for the zone's own; ttl: seconds."""
    content = zone_file_names.content(record_type, values, zone)
    spelled = zone_file_names.values(record_type, content)
    return Record(
        name=zone_file_names.fqdn(name, zone),
        type=record_type,
        content=content,
        ttl=ttl,
        proxied=False,
        comment="",
        spelling="" if sorted(values) == sorted(spelled) else canonical_content.SEPARATOR.join(values),
    )


def _get(session: requests.Session, credentials: Credentials, zone: str, page: int) -> list[dict[str, Any]]:
    url = f"{credentials.base_url}/v5/livedns/domains/{zone}/records"
    query = {"per_page": str(PAGE), "page": str(page)}
    response, body = http.get(session, url, query, "Gandi", f"the zone {zone}")
    if response.ok and isinstance(body, list):
        return body
    refusal = str(body.get("message") or body.get("cause") or response.reason) if isinstance(body, dict) else ""
    if response.status_code == requests.codes.too_many_requests:
        raise ObservationError("Gandi's rate limit is used up: 1000 requests a minute for each address")
    if response.status_code in REFUSED:
        raise ProviderRefused(
            f"Gandi refuses the credentials: {refusal}",
            f"GET {url} answered {response.status_code}",
            f"check {credentials.given_by}: it needs the right to manage the domain's technical configuration "
            "and must not have expired",
        )
    if response.status_code == requests.codes.not_found:
        raise ProviderRefused(
            f"there is no zone {zone} that this token can see: {refusal}",
            f"GET {url} answered 404",
            "check the spelling of the zone, and that its domain uses Gandi's LiveDNS",
        )
    raise ObservationError(f"Gandi answered {response.status_code} about the zone {zone}: {refusal}")
