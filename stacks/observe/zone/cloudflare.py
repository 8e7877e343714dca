"""Cloudflare's zones: the records of one, the zones that a token can see, and the token itself.

https://developers.cloudflare.com/api/resources/dns/subresources/records/methods/list/,
https://developers.cloudflare.com/api/resources/zones/methods/list/ and
https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import requests

from components import urns
from components.records import cloudflare_fields, international
from components.records.record import Record
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.values import LiveRecord, RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import http
from stacks.observe.zone.visible import TokenState, VisibleZone, listing_error
from stacks.settings.credentials import Credentials

PAGE = 5_000
"""Records a page."""
LISTINGS = 3
"""Attempts to list a zone that changes meanwhile."""
ZONE_PAGE = 50
REFUSED = frozenset({400, 401, 403})
_ADVICE = (
    "make a token with Zone:Read and DNS:Edit on the zone, at My Profile, API Tokens, and export it as "
    "CLOUDFLARE_API_TOKEN"
)


def snapshot(credentials: Credentials, zone: str, zone_id: str) -> ZoneSnapshot:
    """Return all records of the zone; its id is looked up (one more call) where zone_id is empty.

    Raises ProviderRefused where the token is wrong, sees no such zone, or the id is another zone's; ObservationError
    where the API cannot be asked.
    """
    with opened(credentials) as session:
        found = zone_id or str(find_zone(session, credentials, zone)["id"])
        return ZoneSnapshot(zone, found, _records(session, credentials, zone, found))


def registered(resource: Mapping[str, Any]) -> RegisteredRecord:
    """Return the record of a resource in state."""
    inputs = resource["inputs"]
    logical_name = urns.logical_name(resource["urn"])
    return RegisteredRecord(resource["urn"], logical_name, resource["id"], inputs["zoneId"], read_record(inputs))


def opened(credentials: Credentials) -> AbstractContextManager[requests.Session]:
    """Return a session with the credentials in its headers."""
    if credentials.token:
        return http.opened("cloudflare", {"Authorization": f"Bearer {credentials.token}"})
    return http.opened("cloudflare", {"X-Auth-Key": credentials.key, "X-Auth-Email": credentials.email})


def find_zone(session: requests.Session, credentials: Credentials, zone: str) -> Mapping[str, Any]:
    """Return the API's JSON of a zone, by its name. Raises as `snapshot`."""
    answers = (_get(session, credentials, "/zones", {"name": name}, zone) for name in _spellings(zone))
    answer = next((one for one in answers if one["result"]), None)
    if answer is None:
        raise ProviderRefused(
            f"there is no zone {zone} that this token can see",
            f"{credentials.base_url}/zones?name={international.to_unicode(zone)}",
            "check the spelling of truenorth:zone, and that the token has Zone:Read on it",
        )
    found: Mapping[str, Any] = answer["result"][0]
    return found


def _spellings(zone: str) -> tuple[str, ...]:
    """Return the spellings under which the API may have a zone: in Unicode, and before it took that in Punycode.

    https://github.com/cloudflare/cloudflare-go/issues/347, https://github.com/octodns/octodns-cloudflare/issues/42
    """
    return tuple(dict.fromkeys((international.to_unicode(zone), zone)))


def _records(session: requests.Session, credentials: Credentials, zone: str, zone_id: str) -> tuple[LiveRecord, ...]:
    """Return the records of all pages. Records that come or go meanwhile move others from page to page: then again."""
    for _ in range(LISTINGS):
        records, counts = _listing(session, credentials, zone, zone_id)
        if counts == {len(records)} and len({one.id for one in records}) == len(records):
            return _of_zone(records, zone, zone_id)
    raise ObservationError(
        f"the zone {zone} changes while it is listed: Cloudflare shows {len(records)} records, and counts "
        f"{', then '.join(map(str, sorted(counts)))}"
    )


def _listing(
    session: requests.Session, credentials: Credentials, zone: str, zone_id: str
) -> tuple[tuple[LiveRecord, ...], set[int]]:
    """Return the records of all pages, and how many there are by the API's own counts on the pages."""
    records: list[LiveRecord] = []
    counts: set[int] = set()
    page, pages = 1, 1
    while page <= pages:
        query = {"page": str(page), "per_page": str(PAGE)}
        answer = _get(session, credentials, f"/zones/{zone_id}/dns_records", query, zone)
        records.extend(LiveRecord(item["id"], read_record(item)) for item in answer["result"])
        info = answer.get("result_info") or {}
        pages = int(info.get("total_pages", 1))
        counts.add(int(info.get("total_count", len(records))))
        page += 1
    return tuple(records), counts


def _of_zone(records: tuple[LiveRecord, ...], zone: str, zone_id: str) -> tuple[LiveRecord, ...]:
    """Return the records, which must lie in the zone: what is written to another zone's id is lost to both."""
    strange = next((one.record.name for one in records if not f".{one.record.name}".endswith(f".{zone}")), "")
    if strange:
        raise ProviderRefused(
            f"the zone with the id {zone_id} is not {zone}: it has {strange}",
            "truenorth:zone_id (or CF_ZONE_ID)",
            f"set the id of {zone}, or leave it out: it is found by the name",
        )
    return records


def read_record(item: Mapping[str, Any]) -> Record:
    """Return a record from the API's JSON, or from a resource's inputs in state."""
    return Record(
        name=international.stored(item["name"]),
        type=item["type"],
        content=cloudflare_fields.content(item),
        ttl=int(item["ttl"]),
        proxied=bool(item.get("proxied", False)),
        comment=item.get("comment") or "",
        tags=tuple(sorted(item.get("tags") or ())),
    )


def visible_zones(credentials: Credentials, name: str) -> list[VisibleZone]:
    """Return the zones that the credentials can see. name: the only wanted zone, "" for all.

    Raises UserError where the credentials are refused, ObservationError where the API cannot be asked.
    """
    with opened(credentials) as session:
        for spelled in _spellings(name):
            if found := _listed_zones(session, credentials, spelled):
                return found
    return []


def _listed_zones(session: requests.Session, credentials: Credentials, name: str) -> list[VisibleZone]:
    found: list[VisibleZone] = []
    page, pages = 1, 1
    while page <= pages:
        query = {"page": str(page), "per_page": str(ZONE_PAGE), **({"name": name} if name else {})}
        url = f"{credentials.base_url}/zones"
        response, body = http.get(session, url, query, "Cloudflare", "the zones of the token")
        if not response.ok or not body.get("success"):
            raise listing_error("Cloudflare", url, response, reason(response, body), _ADVICE)
        found += [_visible_zone(item) for item in body["result"]]
        pages = int((body.get("result_info") or {}).get("total_pages", 1))
        page += 1
    return found


def token_state(credentials: Credentials) -> TokenState | None:
    """Return the state of a user's API token; None for a key, and for a token of an account.

    Raises ObservationError where the API cannot be asked.
    """
    if not credentials.token:
        return None
    with opened(credentials) as session:
        url = f"{credentials.base_url}/user/tokens/verify"
        response, body = http.get(session, url, {}, "Cloudflare", "the token")
    if not response.ok or not body.get("success"):
        return None
    result = body["result"]
    expires = result.get("expires_on")
    return TokenState(str(result.get("status", "")), datetime.fromisoformat(expires) if expires else None)


def _visible_zone(item: Mapping[str, Any]) -> VisibleZone:
    return VisibleZone(
        provider="cloudflare",
        name=international.stored(str(item["name"])),
        id=str(item["id"]),
        status=str(item.get("status", "")),
        plan=str((item.get("plan") or {}).get("legacy_id") or ""),
        name_servers=tuple(item.get("name_servers") or ()),
        permissions=frozenset(item["permissions"]) if item.get("permissions") else None,
        created=str(item.get("created_on") or ""),
    )


def _get(
    session: requests.Session, credentials: Credentials, path: str, query: Mapping[str, str], zone: str
) -> dict[str, Any]:
    url = f"{credentials.base_url}{path}"
    response, body = http.get(session, url, query, "Cloudflare", f"the zone {zone}")
    if response.ok and body.get("success"):
        if not isinstance(body.get("result"), list):
            raise ObservationError(f"Cloudflare's answer about the zone {zone} has no list of results")
        return dict(body)
    refusal = reason(response, body)
    if response.status_code == requests.codes.too_many_requests:
        wait = response.headers.get("Retry-After", "some")
        raise ObservationError(f"Cloudflare's rate limit is used up: asks to wait {wait} seconds")
    if response.status_code in REFUSED and body:  # a page of the edge, which is no JSON, judges no credentials
        raise ProviderRefused(
            f"Cloudflare refuses the credentials: {refusal}",
            f"GET {url} answered {response.status_code}",
            "check CLOUDFLARE_API_TOKEN: it needs Zone:Read and DNS:Edit on this zone and must not have expired",
        )
    if response.status_code == requests.codes.not_found:
        raise ProviderRefused(
            f"there is no zone with the id {path.split('/')[2]}: {refusal}",
            f"GET {url} answered {response.status_code}",
            f"check truenorth:zone_id (or CF_ZONE_ID), or leave it out: it is found by the name {zone}",
        )
    raise ObservationError(f"Cloudflare answered {response.status_code} about the zone {zone}: {refusal}")


def reason(response: requests.Response, body: Mapping[str, Any]) -> str:
    """Return the API's own words on why it refused."""
    return "; ".join(_error_text(error) for error in body.get("errors", ())) or response.reason


def _error_text(error: Mapping[str, Any]) -> str:
    chain = "".join(f", {_error_text(inner)}" for inner in error.get("error_chain", ()))
    return f"{error.get('message', '')} ({error.get('code', '?')}){chain}"
