"""The claims of external-dns so far, from the record sets in state that were made for its objects. Pure.

external-dns sends differences only, and keeps nothing. So what it asked for and got is what it asks for, until it says
otherwise: to a process that has just begun, to another replica, and to `truenorth up`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from components.marks import ownership
from components.records import canonical_content
from stacks.model.claims import WEBHOOK, Claim, SourceSighting, webhook_claim
from stacks.model.observation import Registry
from stacks.model.values import Known, RegisteredRecord
from stacks.observe.webhook.endpoints import Key
from stacks.settings.stack import Settings

SOURCE = "webhook"
_OURS = f"{WEBHOOK}/"
"""The beginning of the resources of objects for which external-dns has asked."""


def kept(registry: Registry) -> dict[Key, Claim]:
    """Return the claims by which the sets in state were made."""
    resources = _resources(registry)
    records: dict[Key, list[RegisteredRecord]] = defaultdict(list)
    for one in registry.records:
        if one.resource.is_record and one.resource.record_set in resources:
            records[one.resource.record_set].append(one)
    shared = {(one.name, one.type): dict(one.parts) for one in registry.shared}
    found: dict[Key, Claim] = {}
    for key, several in records.items():
        own = shared.get(key, {}).get(resources[key])
        values = own or [value for one in several for value in canonical_content.split(one.record.content)]
        claim = webhook_claim(several[0].record, values, resources[key].removeprefix(_OURS))
        found[claim.name, claim.type or ""] = claim
    return found


def sighting(claims: Iterable[Claim]) -> SourceSighting:
    """Return the claims as those of a source."""
    return SourceSighting(WEBHOOK, SOURCE, "", Known(tuple(claims)))


def kept_source(settings: Settings, registry: Registry) -> tuple[SourceSighting, ...]:
    """Return the source with what external-dns has asked for so far; () where it never has, and nobody listens."""
    claims = kept(registry)
    if settings.watch.webhook.retired:
        return (sighting(()),)
    return (sighting(claims.values()),) if claims or settings.watch.webhook.listen else ()


def _resources(registry: Registry) -> Mapping[Key, str]:
    """Return the object of external-dns behind each set in state."""
    found: dict[Key, str] = {}
    for shared in registry.shared:
        for resource, _ in shared.parts:
            if resource.startswith(_OURS):
                found[shared.name, shared.type] = resource
    for one in registry.records:
        mark = ownership.parse(one.record.content) if one.resource.is_mark else None
        if mark and mark.resource.startswith(_OURS):
            found.setdefault(one.resource.record_set, mark.resource)
    return found
