"""The limits of the zones' plans, asked for where they may matter.

Most zones are small, and what is asked of them every plan keeps: for those a look costs no call more. A plan changes
seldom, so that a process asks once an hour.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from components.marks.in_comments import LONGEST_MARK
from components.records import canonical
from components.records.plan_limits import LARGEST, NOT_KNOWN, SMALLEST_QUOTA, USUAL_COMMENT, USUAL_TTL, PlanLimits
from stacks.model.claims import Claim, SourceSighting
from stacks.model.errors import ObservationError
from stacks.model.values import Known, UnreadZone, ZoneSnapshot
from stacks.observe.zone.providers import READERS
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings
from stacks.settings.zones.entries import NameSettings, RecordSettings

FRESH = 3600.0
"""Seconds for which an answer counts."""
_asked: dict[tuple[str, str], tuple[PlanLimits, float]] = {}
"""The answers so far with their times, by the API's URL and the zone's id."""


def with_limits(
    settings: Settings,
    credentials: Mapping[str, Credentials],
    zones: Sequence[ZoneSnapshot | UnreadZone],
    sources: Sequence[SourceSighting],
) -> tuple[ZoneSnapshot | UnreadZone, ...]:
    """Return the zones with the limits of their plans, where these may matter and the provider names the plans."""
    claims = [one for source in sources if isinstance(source.found, Known) for one in source.found.value]
    asking = [one for one in claims if isinstance(one, Claim)]
    return tuple(
        replace(zone, limits=_limits(settings.of_zone(zone.zone), credentials[zone.zone], zone, asking))
        if isinstance(zone, ZoneSnapshot)
        else zone
        for zone in zones
    )


def _limits(
    settings: ZoneSettings, credentials: Credentials, zone: ZoneSnapshot, claims: Sequence[Claim]
) -> PlanLimits:
    """Return the limits as they are, or as they were last where the API cannot be asked."""
    read, key = READERS[settings.provider].limits, (credentials.base_url, zone.zone_id)
    known, at = _asked.get(key, (None, 0.0))
    if known is not None and time.monotonic() - at < FRESH:
        return known
    if read is None or not _may_matter(settings, zone, claims):
        return known or NOT_KNOWN
    try:
        _asked[key] = found = read(credentials, zone), time.monotonic()
    except ObservationError:
        return known or LARGEST
    return found[0]


def _may_matter(settings: ZoneSettings, zone: ZoneSnapshot, claims: Sequence[Claim]) -> bool:
    """Whether anything that is asked for may be more than the smallest plan keeps."""
    entries: tuple[NameSettings | RecordSettings, ...] = (*settings.names, *settings.records)
    comments = (settings.comment, *(one.comment for one in entries), *(one.comment for one in claims))
    ttls = (settings.ttl, *(one.ttl for one in entries), *(one.ttl for one in claims))
    room = USUAL_COMMENT - (LONGEST_MARK if settings.marks == "comment" else 0)
    # Two types for each name, a mark beside each record.
    most = len(zone.records) + 4 * (len(settings.names) + len(claims)) + 2 * len(settings.records)
    return (
        most >= SMALLEST_QUOTA
        or any(canonical.AUTOMATIC_TTL < (one or 0) < USUAL_TTL for one in ttls)
        or any(len(one or "") > room for one in comments)
        or any(one.tags for one in claims)
        or settings.comment_limit > USUAL_COMMENT
        or bool(settings.tag_limit)
    )
