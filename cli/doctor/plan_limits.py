"""Checks the settings against the limits of a zone's plan at Cloudflare. Pure.

https://developers.cloudflare.com/dns/manage-dns-records/ and
https://developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.doctor.finding import DoctorFinding, failed, warning
from components.records import canonical
from components.records.plan_limits import limits_of
from stacks.model.values import Family, ZoneSnapshot
from stacks.observe.zone.visible import VisibleZone
from stacks.settings.fields import LONGEST_COMMENT
from stacks.settings.zone import ZoneSettings
from stacks.settings.zones.entries import NameSettings, RecordSettings

NEARLY = 0.9
"""The share of a limit from which on it is reported."""


def quota(visible: VisibleZone) -> int | None:
    """Return the number of records that the zone may have; None for an unknown limit."""
    return limits_of(visible.plan, visible.created).records


def beyond(
    about: str, settings: ZoneSettings, visible: VisibleZone, there: ZoneSnapshot, families: Sequence[str]
) -> Iterator[DoctorFinding]:
    """Report the settings that exceed a limit, or nearly do."""
    if settings.provider != "cloudflare" or not visible.plan:
        return
    where = f"zone {settings.zone}, plan {visible.plan}"
    limits = limits_of(visible.plan, visible.created)
    yield from _records(about, where, settings, quota(visible), there, families)
    shortest = limits.shortest_ttl or 0
    low = sorted({ttl for ttl in _ttls(settings) if canonical.AUTOMATIC_TTL < ttl < shortest})
    if low:
        what = f"a ttl of {low[0]} seconds takes the Enterprise plan"
        yield failed(about, what, where, f"set it to {shortest} or more, or to 1 for automatic")
    longest = limits.comment or LONGEST_COMMENT
    if settings.comment_limit > longest:
        do = f"set truenorth:comment_limit to {longest}"
        yield failed(
            about, f"the plan stores comments of {longest} characters, not {settings.comment_limit}", where, do
        )
    if comments := [one for one in _comments(settings) if len(one) > longest]:
        what = f"the plan stores comments of {longest} characters; one has {max(map(len, comments))}"
        yield failed(about, what, where, "shorten it")
    if settings.tag_limit and limits.tags == 0:
        yield failed(about, "the plan has no tags, and tag_limit is set", where, "remove truenorth:tag_limit")


def _records(
    about: str,
    where: str,
    settings: ZoneSettings,
    limit: int | None,
    there: ZoneSnapshot,
    families: Sequence[str],
) -> Iterator[DoctorFinding]:
    if limit is None:
        return
    has, new = len(there.records), _new(settings, there, families)
    counted = f"the zone has {has} records, {new} more are to come, and its plan allows {limit}"
    do = "delete what nobody needs, take a larger plan, or set marks: comment, which halves what is written"
    if has + new > limit:
        yield failed(about, counted, where, do)
    elif has + new > NEARLY * limit:
        yield warning(about, counted, where, do)


def _entries(settings: ZoneSettings) -> tuple[NameSettings | RecordSettings, ...]:
    return (*settings.names, *settings.records)


def _new(settings: ZoneSettings, there: ZoneSnapshot, families: Sequence[str]) -> int:
    """Return the number of records still to be made, marks among them, without those of clusters' objects."""
    known = {(one.record.name, one.record.type) for one in there.records}
    detected = tuple(Family(family).record_type for family in families)
    wanted = {
        (settings.fqdn(entry), record_type)
        for entry in _entries(settings)
        for record_type in _types(settings, entry, detected)
    }
    return len(wanted - known) * (2 if settings.marks == "txt" else 1)


def _types(settings: ZoneSettings, entry: NameSettings | RecordSettings, detected: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(entry, RecordSettings):
        return (entry.type,)
    return ("CNAME",) if settings.is_alias(entry) else entry.types or detected


def _ttls(settings: ZoneSettings) -> Iterator[int]:
    yield settings.ttl
    yield from (entry.ttl for entry in _entries(settings) if entry.ttl is not None)


def _comments(settings: ZoneSettings) -> Iterator[str]:
    yield settings.comment
    yield from (entry.comment for entry in _entries(settings) if entry.comment)
