"""Cloudflare's zones: the records of one, the zones that a token can see, and the token itself.

https://developers.cloudflare.com/api/resources/dns/subresources/records/methods/list/,
https://developers.cloudflare.com/api/resources/zones/methods/list/ and
https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests

from components import urns
from components.plain_text import LONGEST_QUOTE, cut, quoted
from components.records import canonical_content, cloudflare_fields, international
from components.records.plan_limits import NOT_KNOWN, PlanLimits, limits_of
from components.records.record import Record
from stacks.model.errors import ObservationError, Problem, ProviderRefused
from stacks.model.values import LiveRecord, RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import http
from stacks.observe.zone.choice import chosen
from stacks.observe.zone.cloudflare_answers import get, opened, reason
from stacks.observe.zone.visible import TokenState, VisibleZone, listing_error
from stacks.settings.credentials import Credentials

PAGE = 5_000
"""Records a page."""
LISTINGS = 3
"""Attempts to list a zone that changes meanwhile."""
ZONE_PAGE = 50
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


def limits(credentials: Credentials, zone: ZoneSnapshot) -> PlanLimits:
    """Return the limits of a zone's plan; nothing is known where the token may not read the zone.

    Raises ObservationError where the API cannot be asked.
    """
    with opened(credentials) as session:
        url = f"{credentials.base_url}/zones/{zone.zone_id}"
        response, body = http.get(session, url, {}, "Cloudflare", f"the plan of the zone {zone.zone}")
    if response.status_code == requests.codes.too_many_requests or response.status_code >= requests.codes.server_error:
        raise ObservationError(f"Cloudflare answered {response.status_code} about the plan of the zone {zone.zone}")
    found = _visible_zone(body["result"]) if response.ok and body.get("result") else None
    return limits_of(found.plan, found.created) if found else NOT_KNOWN


def registered(resource: Mapping[str, Any]) -> RegisteredRecord:
    """Return the record of a resource in state."""
    inputs = resource["inputs"]
    logical_name = urns.logical_name(resource["urn"])
    return RegisteredRecord(resource["urn"], logical_name, resource["id"], inputs["zoneId"], read_record(inputs))


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
    found = international.stored(str((body.get("result") or {}).get("name", zone))) if response.ok else zone
    if found != zone:
        raise _of_another_zone(zone_id, zone, f"it is {found}")


def find_zone(session: requests.Session, credentials: Credentials, zone: str, known: str = "") -> Mapping[str, Any]:
    """Return the API's JSON of a zone, by its name. known: as for `zone_id`. Raises as `snapshot`."""
    items: dict[str, Mapping[str, Any]] = {}
    try:
        for spelled in _spellings(zone):
            query = {"name": spelled, "per_page": str(ZONE_PAGE)}
            items = {str(one["id"]): one for one in get(session, credentials, "/zones", query, zone)["result"]}
            if items:
                break
    except ProviderRefused as error:
        raise _NotSeen.of(list(error.problems)) from None
    if not items:
        raise _NotSeen(
            f"there is no zone {zone} that this token can see",
            f"{credentials.base_url}/zones?name={international.to_unicode(zone)}",
            "check the spelling of truenorth:zone, and that the token has Zone:Read on it",
        )
    wanted = chosen(zone, [_visible_zone(item) for item in items.values()], known)
    found: Mapping[str, Any] = items[wanted.id]
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
        answer = get(session, credentials, f"/zones/{zone_id}/dns_records", query, zone)
        records.extend(map(_live, answer["result"]))
        info = answer.get("result_info") or {}
        pages = int(info.get("total_pages", 1))
        counts.add(int(info.get("total_count", len(records))))
        page += 1
    return tuple(records), counts


def _of_zone(records: tuple[LiveRecord, ...], zone: str, zone_id: str) -> tuple[LiveRecord, ...]:
    """Return the records, which must lie in the zone: what is written to another zone's id is lost to both."""
    strange = next((one.record.name for one in records if not f".{one.record.name}".endswith(f".{zone}")), "")
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
        name=international.stored(item["name"]),
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
    with opened(credentials) as session:
        for spelled in _spellings(name):
            if found := _listed_zones(session, credentials, spelled):
                return found
    return []


def _listed_zones(session: requests.Session, credentials: Credentials, name: str) -> list[VisibleZone]:
    found: list[VisibleZone] = []
    info: Mapping[str, Any] = {}
    page, pages = 1, 1
    while page <= pages:
        query = {"page": str(page), "per_page": str(ZONE_PAGE), **({"name": name} if name else {})}
        url = f"{credentials.base_url}/zones"
        response, body = http.get(session, url, query, "Cloudflare", "the zones of the token")
        if not response.ok or not body.get("success"):
            raise listing_error("Cloudflare", url, response, reason(response, body), _ADVICE)
        found += [_visible_zone(item) for item in body.get("result") or ()]
        info = body.get("result_info") or {}
        pages = int(info.get("total_pages", 1))
        page += 1
    if (count := int(info.get("total_count", len(found)))) != len({one.id for one in found}):
        raise ObservationError(f"Cloudflare lists {len(found)} zones of the token, and counts {count}")
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
        account=_account(item.get("account") or {}),
    )


def _account(item: Mapping[str, Any]) -> str:
    return f"{quoted(str(item.get('name', '')))} ({cut(str(item['id']), LONGEST_QUOTE)})" if item.get("id") else ""
