"""Claims of external-dns to the records that it has made and marked before it moved here. Pure.

Before the switch to the webhook nobody here asks for these names: external-dns will, and with what its records say now.
So an adoption takes them over for it, and it finds all as it wishes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from components.records import canonical_content
from stacks.model.claims import WEBHOOK, Claim, SourceSighting, webhook_claim
from stacks.model.observation import Observation
from stacks.model.values import Known, LiveRecord, ZoneSnapshot
from stacks.plan.desired.admission import Closed
from stacks.plan.records.record_sets import Key
from stacks.plan.records.zone_index import ZoneIndex, index

if TYPE_CHECKING:
    from stacks.plan.records.adoption import Takeover
    from stacks.settings.stack import Settings


def with_moving(settings: Settings, observation: Observation, takeover: Takeover | None) -> Observation:
    """Return the observation with the claims of external-dns to what it has made, where it is taken over to ask here.

    Names of the settings and of objects that are read are left to these.
    """
    if takeover is None or takeover.tool != "external-dns" or not settings.watch.webhook.listen:
        return observation
    closed = Closed.of(settings)
    asked = {one.name for source in observation.sources for one in _claims(source)}
    found = [
        claim
        for zone in observation.zones
        if isinstance(zone, ZoneSnapshot)
        for claim in _made(index(settings, settings.of_zone(zone.zone), zone, observation), takeover)
        if claim.name not in asked and not closed.reason(claim.name)
    ]
    sources = tuple(
        replace(one, found=Known((*_claims(one), *found))) if one.cluster == WEBHOOK else one
        for one in observation.sources
    )
    return replace(observation, sources=sources)


def _made(zone: ZoneIndex, takeover: Takeover) -> Iterator[Claim]:
    """Yield a claim to each set outside of state whose mark is taken over."""
    sets: dict[Key, list[LiveRecord]] = defaultdict(list)
    for name, records in zone.foreign.items():
        for live in records:
            if live.id not in zone.mark_ids and (name, live.record.type) not in zone.registered:
                sets[name, live.record.type].append(live)
    for key, records in sorted(sets.items()):
        holders = zone.holders(*key)
        if holders and takeover.takes_mark(holders[0]):
            values = [value for one in records for value in canonical_content.split(one.record.content)]
            yield webhook_claim(records[0].record, values, holders[0].resource)


def _claims(source: SourceSighting) -> Iterator[Claim]:
    found = source.found.value if isinstance(source.found, Known) else ()
    return (one for one in found if isinstance(one, Claim))
