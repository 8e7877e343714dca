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
from components.plain_text import LONGEST_QUOTE, cut, quoted
from components.records import canonical_content, cloudflare_fields
from components.records.record import Record
from stacks.model.errors import ObservationError, Problem, ProviderRefused
from stacks.model.values import LiveRecord, RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import http
from stacks.observe.zone.choice import chosen
from stacks.observe.zone.visible import TokenState, VisibleZone, listing_error
from stacks.settings.credentials import Credentials

PAGE = 5_000
"""Records a page."""
LISTINGS = 3
"""Attempts to list a zone that changes meanwhile."""
ZONE_PAGE = 50
REFUSED = frozenset({400, 401, 403})
MANAGERS = {"email_routing": "Email Routing", "origin_worker_id": "a Worker"}
"""The services that keep records of their own, by the field of a record's `meta` that names them. Not in the API's
description; seen in https://github.com/DNSControl/dnscontrol/issues/3850 and /4907."""
_ADVICE = (
    "make a token with Zone:Read and DNS:Edit on the zone, at My Profile, API Tokens, and export it as "
    "CLOUDFLARE_API_TOKEN"
)


class _NotSeen(ProviderRefused):
    """A zone that cannot be found by its name."""

    @classmethod
    def of(cls, problems: list[Problem]) -> _NotSeen:
        """Return one error for all problems."""
        first, *more = problems
        return cls(first.what, first.where, first.do, *more)


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


def zone_id(credentials: Credentials, zone: str, known: str) -> str:
    """Return the id of a zone by its name. known: that in state, "" for none. Raises as `snapshot`.

    A token that may not read zones, only their records, leaves us with the known one: the records tell its name.
    """
    with opened(credentials) as session:
        try:
            return str(find_zone(session, credentials, zone, known)["id"])
        except _NotSeen:
            if known:
                return known
            raise


def check_name(credentials: Credentials, zone: str, zone_id: str) -> None:
    """Raise ProviderRefused where an id is that of another zone. Of a zone with records they tell the name."""
    url = f"{credentials.base_url}/zones/{zone_id}"
    with opened(credentials) as session:
        response, body = http.get(session, url, {}, "Cloudflare", f"the zone {zone}")
    found = str((body.get("result") or {}).get("name", zone)) if response.ok else zone
    if found != zone:
        raise _of_another_zone(zone_id, zone, f"it is {found}")


def find_zone(session: requests.Session, credentials: Credentials, zone: str, known: str = "") -> Mapping[str, Any]:
    """Return the API's JSON of a zone, by its name. known: as for `zone_id`. Raises as `snapshot`."""
    try:
        answer = _get(session, credentials, "/zones", {"name": zone, "per_page": str(ZONE_PAGE)}, zone)
    except ProviderRefused as error:
        raise _NotSeen.of(list(error.problems)) from None
    if not answer["result"]:
        raise _NotSeen(
            f"there is no zone {zone} that this token can see",
            f"{credentials.base_url}/zones?name={zone}",
            "check the spelling of truenorth:zone, and that the token has Zone:Read on it",
        )
    items = {str(item["id"]): item for item in answer["result"]}
    wanted = chosen(zone, [_visible_zone(item) for item in items.values()], known)
    found: Mapping[str, Any] = items[wanted.id]
    return found


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
        records.extend(map(_live, answer["result"]))
        info = answer.get("result_info") or {}
        pages = int(info.get("total_pages", 1))
        counts.add(int(info.get("total_count", len(records))))
        page += 1
    return tuple(records), counts


def _of_zone(records: tuple[LiveRecord, ...], zone: str, zone_id: str) -> tuple[LiveRecord, ...]:
    """Return the records, which must lie in the zone: what is written to another zone's id is lost to both."""
    ends = (f".{zone}", f".{zone.encode().decode('idna')}")  # the API writes international names in Unicode
    strange = next((one.record.name for one in records if not f".{one.record.name}".endswith(ends)), "")
    if strange:
        raise _of_another_zone(zone_id, zone, f"it has {strange}")
    return records


def _of_another_zone(zone_id: str, zone: str, shown: str) -> ProviderRefused:
    return ProviderRefused(
        f"the zone with the id {zone_id} is not {zone}: {shown}",
        "truenorth:zone_id (or CF_ZONE_ID)",
        f"set the id of {zone}, or leave it out: it is found by the name",
    )


def _live(item: Mapping[str, Any]) -> LiveRecord:
    """Return a record of the listing, with what the API says beside its content."""
    meta = item.get("meta") or {}
    managers = [title for field, title in MANAGERS.items() if meta.get(field)]
    managed_by = (" and ".join(managers) or "one of its services") if meta.get("read_only") else ""
    return LiveRecord(item["id"], read_record(item), managed_by, bool(item.get("proxiable", True)))


def read_record(item: Mapping[str, Any]) -> Record:
    """Return a record from the API's JSON, or from a resource's inputs in state."""
    spelled = cloudflare_fields.spelled(item)
    content = canonical_content.lenient(item["type"], spelled)
    return Record(
        name=item["name"].lower(),
        type=item["type"],
        content=content,
        ttl=int(item["ttl"]),
        proxied=bool(item.get("proxied", False)),
        comment=item.get("comment") or "",
        tags=tuple(sorted(item.get("tags") or ())),
        spelling="" if spelled == content else spelled,
    )


def visible_zones(credentials: Credentials, name: str) -> list[VisibleZone]:
    """Return the zones that the credentials can see. name: the only wanted zone, "" for all.

    Raises UserError where the credentials are refused, ObservationError where the API cannot be asked.
    """
    found: list[VisibleZone] = []
    with opened(credentials) as session:
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
        name=str(item["name"]),
        id=str(item["id"]),
        status=str(item.get("status", "")),
        plan=str((item.get("plan") or {}).get("legacy_id") or ""),
        name_servers=tuple(item.get("name_servers") or ()),
        permissions=frozenset(item["permissions"]) if item.get("permissions") else None,
        created=str(item.get("created_on") or ""),
        account=_account(item.get("account") or {}),
    )


def _account(item: Mapping[str, Any]) -> str:
    return f"{quoted(str(item.get('name', '')))} ({cut(str(item['id']), LONGEST_QUOTE)})" if item.get("id") else ""


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
