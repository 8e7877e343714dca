"""The load balancers that objects may ask for, by the rules for the names and targets of their cluster. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from stacks.model.claims import Claim, Complaint, SourceSighting
from stacks.model.geo import GeoWish
from stacks.model.observation import Observation
from stacks.model.values import Known, Unknown
from stacks.plan.desired.admission import Closed, admitted
from stacks.plan.desired.cluster_endpoints import zone_of

if TYPE_CHECKING:
    from stacks.settings.stack import Settings


def admitted_wishes(
    settings: Settings, sources: Sequence[SourceSighting], cluster: str, wishes: Sequence[GeoWish]
) -> tuple[tuple[GeoWish, ...], tuple[Complaint, ...]]:
    """Return the wishes without what objects may not ask for, and one complaint to each object for each reason.

    cluster: that of the pool, as in `GeoSight`. Objects give a load balancer of the settings nothing but addresses.
    """
    if settings.geo is None:
        return tuple(wishes), ()
    zones = frozenset(one.zone for one in settings.each_zone())
    own = frozenset(one.hostname for one in settings.geo.each_balancer())
    asked = [one for one in _claims(sources) if one.pool_of == cluster and zone_of(one.name, zones)]
    allowed, refused = admitted(settings, asked, sources, Closed.of(settings), own)
    kept: dict[str, list[Claim]] = defaultdict(list)
    for claim in allowed:
        kept[claim.name].append(claim)
    changed = {one.name for one in set(asked).symmetric_difference(allowed)}
    found = tuple(
        _of(one, kept[one.host_name]) if one.host_name in changed else one
        for one in wishes
        if one.host_name not in changed or one.host_name in own or kept[one.host_name]
    )
    return found, refused


def with_admitted(settings: Settings, observation: Observation) -> Observation:
    """Return an observation with what may be balanced alone, and with what is said to the owners of the others."""
    seen = observation.geo
    if seen is None:
        return observation
    wishes, refused = admitted_wishes(settings, observation.sources, seen.cluster, seen.wishes)
    complaints = tuple(dict.fromkeys((*seen.complaints, *refused)))
    return replace(observation, geo=replace(seen, wishes=wishes, complaints=complaints))


def _claims(sources: Sequence[SourceSighting]) -> Iterator[Claim]:
    for source in sources:
        if source.balances and isinstance(source.found, Known):
            yield from (one for one in source.found.value if isinstance(one, Claim))


def _of(wish: GeoWish, claims: Sequence[Claim]) -> GeoWish:
    """Return the wish for a host with the addresses of the claims that may be made alone."""
    addresses = {each for one in claims if isinstance(one.targets, Known) for each in one.targets.value}
    objects = tuple(dict.fromkeys(one.object for one in claims))
    unknown = [one.targets for one in claims if isinstance(one.targets, Unknown)]
    if isinstance(wish.addresses, Unknown):
        unknown.append(wish.addresses)
    if unknown:
        return GeoWish(wish.host_name, unknown[0], objects, tuple(sorted(addresses)))
    return GeoWish(wish.host_name, Known(tuple(sorted(addresses))), objects)
