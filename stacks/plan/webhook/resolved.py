"""The endpoints of the webhook's claims, with the ttl, proxy, comment and tags that their zones keep. Pure.

external-dns compares what it wishes with what there is, field by field. Both are told as they are here, so that nothing
that a zone cannot keep is asked for for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from components.records.plan_limits import NOT_KNOWN, PlanLimits
from stacks.model.claims import WEBHOOK, Claim, SourceSighting
from stacks.model.values import Endpoint, Known
from stacks.plan.desired.cluster_endpoints import claims_by_zone, zone_claims
from stacks.plan.desired.keeping import Keeping
from stacks.plan.desired.merging import ALIAS
from stacks.plan.records.record_sets import Key

if TYPE_CHECKING:
    from stacks.settings.stack import Settings


def refusal(settings: Settings, claim: Claim, limits: Mapping[str, PlanLimits]) -> str:
    """Return the reason why a claim cannot be made as it is; "" for none that does not lie in the zone."""
    source = SourceSighting(WEBHOOK, "", "", Known((claim,)))
    told = claims_by_zone(settings, (source,), limits=limits).complaints
    return next((one.text for one in told if not one.minor), "")


def resolved(settings: Settings, claims: Iterable[Claim], limits: Mapping[str, PlanLimits]) -> Mapping[Key, Endpoint]:
    """Return the endpoint of each claim that can be made, by the claim's name and type. limits: of the zones' plans."""
    source = SourceSighting(WEBHOOK, "", "", Known(tuple(claims)))
    settled = claims_by_zone(settings, (source,), limits=limits)
    found: dict[Key, Endpoint] = {}
    for zone in settings.each_zone():
        keeping = Keeping(zone, limits.get(zone.zone, NOT_KNOWN), settings.owner)
        of_zone = zone_claims(zone, settled.by_zone.get(zone.zone, ()), (), {}, keeping)
        for one in of_zone.endpoints:
            found[one.name, ALIAS if one.type == zone.traits.apex_alias else one.type] = one
    return found
