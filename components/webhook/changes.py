"""Changes of record sets at a provider, sparing what others have written there.

The protocol has no prerequisites, so the provider is asked before each change what is there, and after it what it has
made of it: a set is made only where there is none, changed only where it is as it was known, and foreign ones are left.
Between look and change somebody else can still write; the protocol allows for no less.

| the request for changes     | then                                                                                 |
|-----------------------------|--------------------------------------------------------------------------------------|
| is answered                 | what is listed is compared: a provider may leave out a set without a word            |
| fails, or its answer is lost| what is listed says whether it was done; what is not is asked for once more, alone   |
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import dns.rdataset

from components.plain_text import cut, listed
from components.records import zone_file_names
from components.webhook.client import Webhook, WebhookFault, WebhookSilent
from components.webhook.endpoints import Key, WebhookSet, endpoint_of, full_name, properties_of, sets_of
from components.webhook.shapes import CREATE, DELETE, PROPERTIES, UPDATE_NEW, UPDATE_OLD, Endpoint
from components.zone_set import SetChange, ZoneSet

_CNAME = "CNAME"
SETTLING = (0.0, 0.2, 0.5, 1.0, 2.0)
"""Seconds before each look at what a change has become: a provider may list it only after a while."""
_LABELS = "labels"
"""The field of an endpoint that is not ours, and stays as it is."""


class ForeignSet(WebhookFault):
    """A change that would overwrite records of somebody else."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A change with its part of the request, by list. before: the set as it was listed."""

    change: SetChange
    request: Mapping[str, Endpoint]
    before: WebhookSet | None


Outcome = int | WebhookFault
"""The ttl that the provider keeps, in seconds, or why a change was not made."""
_Zones = Mapping[str, Mapping[Key, WebhookSet]]


def look(webhook: Webhook, wanted: Sequence[ZoneSet]) -> list[dns.rdataset.Rdataset | None]:
    """Return the records of the sets' names and types as they are listed now; None where there are none."""
    zones = _listed(webhook, wanted)
    found = (_at(zones, one) for one in wanted)
    return [one.of_zone(asked.zone).rdataset() if one else None for asked, one in zip(wanted, found, strict=True)]


def carry_out(webhook: Webhook, changes: Sequence[SetChange]) -> list[Outcome]:
    """Make changes of different sets in one request, and return what has become of each.

    Raises WebhookFault where nothing was done, for the same reason for all.
    """
    zones = _listed(webhook, [one.about for one in changes])
    wanted = {at: _wish(one, zones) for at, one in enumerate(changes) if one.wanted}
    try:
        kept = {_key(one): one for one in webhook.adjusted(list(wanted.values()))} if wanted else {}
    except WebhookFault:
        if len(changes) == 1:
            raise
        return [outcome for one in changes for outcome in _alone(webhook, one)]
    outcomes: dict[int, Outcome] = {}
    steps: dict[int, _Step] = {}
    for at, change in enumerate(changes):
        try:
            found = _step(webhook, change, zones, kept.get(_key(wanted[at])) if at in wanted else None)
        except WebhookFault as fault:
            outcomes[at] = fault
            continue
        if isinstance(found, _Step):
            steps[at] = found
        else:
            outcomes[at] = found
    outcomes |= _asked(webhook, steps, is_last=False)
    return [outcomes[at] for at in range(len(changes))]


def _alone(webhook: Webhook, change: SetChange) -> list[Outcome]:
    try:
        return carry_out(webhook, [change])
    except WebhookFault as fault:
        return [fault]


def _listed(webhook: Webhook, about: Iterable[ZoneSet]) -> _Zones:
    endpoints = webhook.records()
    return {zone: sets_of(endpoints, zone.rstrip(".").lower()) for zone in {one.zone for one in about}}


def _at(zones: _Zones, wanted: ZoneSet) -> WebhookSet | None:
    return zones[wanted.zone].get((full_name(wanted), wanted.type))


def _beside(zones: _Zones, wanted: ZoneSet) -> WebhookSet | None:
    """Return a set at the same name that cannot stand beside the wanted one: one of both is a CNAME."""
    name = full_name(wanted)
    others = (one for (other, _), one in zones[wanted.zone].items() if other == name)
    return next((one for one in others if _CNAME in {wanted.type, one.type}), None)


def _wish(change: SetChange, zones: _Zones) -> Endpoint:
    """Return the wanted endpoint; labels, and properties that are not ours, are as they are listed."""
    wished = endpoint_of(change.about)
    if not change.known or not (found := _at(zones, change.about)):
        return wished
    ours = dict((*change.known.properties, *change.about.properties))
    theirs = [one for one in found.endpoint.get(PROPERTIES) or () if one.get("name") not in ours]
    properties = [*theirs, *wished.get(PROPERTIES, ())]
    labels = found.endpoint.get(_LABELS)
    return wished | ({PROPERTIES: properties} if properties else {}) | ({_LABELS: labels} if labels else {})


def _key(endpoint: Endpoint) -> Key:
    return (endpoint.get("dnsName") or "").rstrip(".").lower(), endpoint.get("recordType") or ""


def _step(webhook: Webhook, change: SetChange, zones: _Zones, kept: Endpoint | None) -> _Step | int:
    """Return what a change takes; the listed ttl where it takes nothing. Raises ForeignSet, WebhookFault.

    kept: the wanted endpoint as the provider would keep it; None where it would not.
    """
    about, found = change.about, _at(zones, change.about)
    if change.wanted is None:
        if found is None:
            return 0
        if found.is_split:
            raise ForeignSet(_taken(found, about))
        return _Step(change, {DELETE: found.endpoint}, found)
    if change.known is None and (taken := found or _beside(zones, about)):
        raise ForeignSet(_taken(taken, about))
    if change.known and (found is None or found.is_split or not (_same(change.known, found) or _same(about, found))):
        raise ForeignSet(_taken(found, about))
    if kept is None or not kept.get("targets"):
        raise WebhookFault(f"{webhook.named} does not take {about.said}: it keeps no records of type {about.type}")
    if lacking := dict(about.properties).keys() - properties_of(kept).keys():
        raise WebhookFault(f"{webhook.named} does not keep the properties of {about.said}: {listed(sorted(lacking))}")
    if found is None:
        return _Step(change, {CREATE: kept}, None)
    are_kept = change.known is not None and change.known.properties == about.properties
    if are_kept and _same(about, found) and (kept.get("recordTTL") or 0) in {0, found.ttl}:
        return found.ttl
    return _Step(change, {UPDATE_OLD: found.endpoint, UPDATE_NEW: kept}, found)


def _asked(webhook: Webhook, steps: Mapping[int, _Step], *, is_last: bool) -> dict[int, Outcome]:
    """Ask for changes together, then for those alone that nothing was made of. is_last: whether they are alone."""
    if not steps:
        return {}
    was_lost = ""
    try:
        webhook.apply(_request(steps.values()))
    except WebhookFault as fault:
        if (isinstance(fault, WebhookSilent) and not fault.was_sent) or (
            is_last and not isinstance(fault, WebhookSilent)
        ):
            return dict.fromkeys(steps, fault)
        was_lost = str(fault)
    outcomes: dict[int, Outcome] = {}
    found = _settled(webhook, steps, was_lost)
    for at, step in steps.items():
        change, there = step.change, found.get(at)
        if isinstance(there, WebhookFault):
            outcomes[at] = there
        elif _is(change.wanted, there):
            outcomes[at] = there.ttl if there else 0
        elif not was_lost:
            outcomes[at] = WebhookFault(_kept_otherwise(webhook, change, there))
        elif there != step.before:
            outcomes[at] = ForeignSet(_taken(there, change.about))
        elif is_last:
            outcomes[at] = WebhookFault(f"{change.about.said} could not be changed: {was_lost}")
        else:
            outcomes |= _asked(webhook, {at: step}, is_last=True)
    return outcomes


def _request(steps: Iterable[_Step]) -> dict[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = {}
    for step in steps:
        for name, endpoint in step.request.items():
            found.setdefault(name, []).append(endpoint)
    return found


def _settled(
    webhook: Webhook, steps: Mapping[int, _Step], was_lost: str
) -> Mapping[int, WebhookSet | WebhookFault | None]:
    """Return the listed sets after a request: the results, or those still there after a while."""
    about = {at: step.change.about for at, step in steps.items()}
    found: dict[int, WebhookSet | WebhookFault | None] = {}
    for wait in SETTLING:
        time.sleep(wait)
        try:
            zones = _listed(webhook, about.values())
        except WebhookFault as fault:
            why = f"{was_lost}; then {fault}" if was_lost else str(fault)
            text = "could not confirm the change of {}: {}; the next run looks what is there"
            return {at: WebhookFault(text.format(one.said, why)) for at, one in about.items()}
        found = {at: _at(zones, one) for at, one in about.items()}
        if all(_is(step.change.wanted, found[at]) for at, step in steps.items()):  # type: ignore[arg-type] # no fault
            break
    return found


def _is(result: ZoneSet | None, found: WebhookSet | None) -> bool:
    if result is None or found is None:
        return result is None and found is None
    return _same(result, found)


def _same(wanted: ZoneSet, found: WebhookSet) -> bool:
    """Return whether the values are the same; the ttl is as the provider keeps it."""
    contents = (zone_file_names.content(wanted.type, one.values, wanted.zone) for one in (wanted, found))
    return len(set(contents)) == 1


def _taken(found: WebhookSet | None, about: ZoneSet) -> str:
    """Return in words why a change would overwrite something."""
    if found is None:
        return f"{about.said} is not there any more: nothing was changed"
    values = listed([cut(one, 80) for one in found.values])
    several = "several sets (setIdentifier), " if found.is_split else ""
    return f"{found.name} {found.type} is now {several}{values}, which somebody else has written: nothing was changed"


def _kept_otherwise(webhook: Webhook, change: SetChange, found: WebhookSet | None) -> str:
    about = change.about
    if change.wanted is None:
        return f"{webhook.named} has taken the removal of {about.said}, and still lists it: see its log"
    if found is None:
        return (
            f"{webhook.named} has taken {about.said}, and does not list it: it may keep no records of type "
            f"{about.type}, or have no such zone; its log says which"
        )
    values = listed([cut(one, 80) for one in found.values])
    return f"{webhook.named} keeps {about.said} as {values}, not as it was asked for"
