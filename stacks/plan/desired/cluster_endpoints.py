"""Endpoints from the claims of cluster objects: defaults filled in, impossible claims complained of. Pure.

`admission` says which claims may be made, `claims` who gets the name. A claim that cannot be fulfilled keeps what its
object has, and keeps nobody else from the name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from components.marks import ownership
from components.records import canonical
from components.records.aliases import Neighbour, clash
from components.records.plan_limits import NOT_KNOWN, PlanLimits
from components.records.types import why_not_at
from components.views import bare
from stacks.model.claims import WEBHOOK, Claim, Complaint, Detected, ObjectKey, SourceSighting, Targets
from stacks.model.values import WAN, Endpoint, Known, NameQueue, Unknown
from stacks.plan.desired.admission import IN_THE_SETTINGS, Closed, admitted, rules_of, without_names, without_targets
from stacks.plan.desired.claims import NOBODY, SharingRules, settle
from stacks.plan.desired.endpoints import FAMILY, AddressesByLink, addresses_of, detected_types
from stacks.plan.desired.keeping import Keeping, kept, wants_proxy
from stacks.plan.desired.merging import ALIAS
from stacks.plan.desired.reachable import proxiable, reachable
from stacks.plan.desired.target_networks import chosen
from stacks.plan.desired.tenure import Tenure
from stacks.plan.desired.ways import Ways, definite, ways_of
from stacks.plan.records.record_sets import Key

if TYPE_CHECKING:
    from stacks.settings.cluster import ClaimRules
    from stacks.settings.stack import Settings
    from stacks.settings.zone import ZoneSettings

ANY = ""
"""The type of a claim with unknown targets, which may be of any type."""
STAY = "The records stay as they are until it is mended"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StayingName:
    """A record set to be left as it is. type: ANY for all types of the name that no other entry names."""

    name: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class ZoneClaims:
    """The claims of cluster objects in one zone, as endpoints."""

    endpoints: tuple[Endpoint, ...]
    staying: tuple[StayingName, ...]
    complaints: tuple[Complaint, ...]
    objects: Mapping[tuple[str, str], tuple[ObjectKey, ...]]
    """The claiming objects of each endpoint."""


@dataclass(frozen=True, slots=True)
class SettledClaims:
    """The claims by zone, one at most for each name and type, with the complaints so far."""

    by_zone: Mapping[str, Sequence[Claim]]
    complaints: tuple[Complaint, ...]
    queues: tuple[NameQueue, ...]
    ways: Mapping[Key, Ways] = field(default_factory=dict)
    """The targets by parent of the objects that have several, for state to remember."""


def claims_by_zone(
    settings: Settings,
    sources: Sequence[SourceSighting],
    tenure: Tenure = NOBODY,
    balanced: Collection[str] = (),
    detected: frozenset[str] = frozenset({WAN}),
    limits: Mapping[str, PlanLimits] = MappingProxyType({}),
) -> SettledClaims:
    """Return the claims that may be made and have their names, with the targets and settings that their zones keep.

    A claim belongs to the innermost zone that holds its name. Names in none of our zones are ignored, and balanced
    names too: their load balancer would hide the records. detected: the links with an address. limits: of the zones'
    plans.
    """
    named = (source.found for source in sources if not source.balances)
    found = [one for several in named if isinstance(several, Known) for one in several.value]
    complaints = tuple(dict.fromkeys(one for one in found if isinstance(one, Complaint)))
    zones = {zone.zone: zone for zone in settings.each_zone()}
    names = frozenset(zones)
    asked = (one for one in found if isinstance(one, Claim) and one.name not in balanced)
    claims = tuple(definite(asked, tenure.registry))
    where = {one.name: zone_of(one.name, names) for one in claims}
    inside = (one for one in claims if where[one.name])
    keeping = {name: Keeping(zone, limits.get(name, NOT_KNOWN), settings.owner) for name, zone in zones.items()}
    rules = rules_of(settings, sources)
    counting, left_out = chosen(inside, rules)
    allowed, refused = admitted(settings, counting, sources, Closed.of(settings))
    usable, useless = reachable(allowed, lambda one: zones[where[one.name]], rules, {*map(bare, names)})
    links = frozenset(settings.wan.links)
    possible: list[Claim] = []
    faults: dict[Complaint, None] = {}
    for claim in usable:
        fault = _fault(claim, zones[where[claim.name]], links)
        if fault:
            faults[fault] = None
        possible.append(without_targets(claim, Unknown(fault.text)) if fault else claim)
    fitting, lost = kept(possible, lambda one: keeping[where[one.name]])
    settled = settle(fitting, tenure, _sharing(rules, detected))
    by_zone: dict[str, list[Claim]] = defaultdict(list)
    for claim in settled.claims:
        by_zone[where[claim.name]].append(claim)
    told = (*complaints, *left_out, *refused, *useless, *faults, *lost, *settled.complaints)
    return SettledClaims(by_zone, told, settled.queues, ways_of(possible, tenure.registry))


def _sharing(rules: Mapping[str, ClaimRules], detected: frozenset[str]) -> SharingRules:
    return SharingRules(
        merging_all=frozenset({WEBHOOK, *(cluster for cluster, one in rules.items() if one.merge == "all")}),
        most_targets={cluster: one.targets_per_name for cluster, one in rules.items()},
        detected=detected,
    )


def zone_of(name: str, zones: frozenset[str]) -> str:
    """Return the innermost zone that holds a name; "" for none."""
    while name not in zones:
        _, dot, name = name.partition(".")
        if not dot:
            return ""
    return name


def zone_claims(
    zone: ZoneSettings,
    claims: Sequence[Claim],
    own: Iterable[Endpoint],
    addresses: AddressesByLink,
    keeping: Keeping | None = None,
) -> ZoneClaims:
    """Return the endpoints of the claims in a zone. own: endpoints of the settings. keeping: None for any plan's."""
    keeping = keeping or Keeping(zone)
    taken: dict[str, set[Neighbour]] = defaultdict(set)
    for endpoint in own:
        taken[endpoint.name].add(Neighbour(endpoint.type, endpoint.proxied))
    complaints: list[Complaint] = []
    staying: list[StayingName] = []
    endpoints: list[Endpoint] = []
    objects: dict[tuple[str, str], tuple[ObjectKey, ...]] = {}
    for claim in claims:
        if claim.type is None and isinstance(claim.targets, Unknown):
            staying.append(StayingName(claim.name, ANY, claim.targets.reason))
            continue
        if unproxied := _without_proxy(claim, zone):
            complaints.append(unproxied)
            if not proxiable(_values(claim)):
                staying.append(StayingName(claim.name, claim.type or ANY, unproxied.text))
                continue
        found = tuple(_endpoints(claim, keeping, addresses))
        if not found:
            staying.append(StayingName(claim.name, ANY, "the addresses of its links have not been detected yet"))
        for endpoint in found:
            mine, is_apex = Neighbour(endpoint.type, endpoint.proxied), endpoint.name == zone.zone
            if any(clash(zone.traits, mine, one, at_apex=is_apex) for one in taken.get(claim.name, ())):
                complaints += (without_names(key, (claim.name,), IN_THE_SETTINGS) for key, _ in _parts(claim))
                continue
            endpoints.append(endpoint)
            objects[endpoint.name, endpoint.type] = tuple(
                dict.fromkeys((*(key for key, _ in _parts(claim)), *claim.agreeing))
            )
    return ZoneClaims(tuple(endpoints), tuple(staying), tuple(dict.fromkeys(complaints)), objects)


def _endpoints(claim: Claim, keeping: Keeping, addresses: AddressesByLink) -> Iterator[Endpoint]:
    zone = keeping.zone
    types = (claim.type,) if claim.type else _types(claim, addresses)
    if types == (ALIAS,) and claim.name == zone.zone:
        types = (zone.traits.apex_alias,)
    for record_type in types:
        targets = _known(claim.targets, record_type, addresses)
        parts = tuple((key.resource, _known(given, record_type, addresses)) for key, given in _parts(claim))
        proxied = wants_proxy(claim, zone)
        if proxied and record_type in FAMILY and isinstance(targets, Known):
            reached = proxiable(targets.value)
            proxied = bool(reached)
            targets = Known(reached or targets.value)
            parts = tuple((giver, _among(part, targets.value)) for giver, part in parts)
        yield Endpoint(
            name=claim.name,
            type=record_type,
            targets=targets,
            ttl=canonical.ttl(
                keeping.ttl(_said_or(claim.ttl, zone.ttl)), proxied=proxied, automatic=zone.traits.automatic_ttl
            ),
            proxied=proxied,
            comment=_said_or(claim.comment, keeping.comment(zone.comment)) if zone.traits.comments else "",
            source=claim.object.resource,
            links=claim.targets.links if isinstance(claim.targets, Detected) else (),
            hosts=claim.targets.hosts if isinstance(claim.targets, Detected) else (),
            parts=parts,
            tags=claim.tags or (),
            keep=zone.keep,
        )


def _without_proxy(claim: Claim, zone: ZoneSettings) -> Complaint | None:
    """Return the complaint on private targets, let in by a setting, that keep the proxy from a claim; None for none.

    Beside others they are left out. Alone they cost an annotation its proxy or the claim its records: not the former,
    because whoever asks for the proxy may mean to hide something.
    """
    inside = sorted(set(_values(claim)) - set(proxiable(_values(claim))))
    if not inside or not wants_proxy(claim, zone) or (len(inside) == len(_values(claim)) and not claim.proxied):
        return None
    text = f"{claim.object}: no proxy reaches {', '.join(inside)}, and {claim.name} is to be proxied: left out"
    return Complaint(claim.object, "", "", "", text)


def _among(part: Known[tuple[str, ...]] | Unknown, targets: Collection[str]) -> Known[tuple[str, ...]] | Unknown:
    return Known(tuple(one for one in part.value if one in targets)) if isinstance(part, Known) else part


def _values(claim: Claim) -> tuple[str, ...]:
    return claim.targets.value if isinstance(claim.targets, Known) and claim.type in FAMILY else ()


def _types(claim: Claim, addresses: AddressesByLink) -> tuple[str, ...]:
    """Return the types of a claim without one: those of the families detected on its links."""
    targets = claim.targets if isinstance(claim.targets, Detected) else Detected()
    return detected_types(targets.links, addresses, with_hosts=bool(targets.hosts))


def _parts(claim: Claim) -> tuple[tuple[ObjectKey, Targets], ...]:
    return claim.parts or ((claim.object, claim.targets),)


def _known(targets: Targets, record_type: str, addresses: AddressesByLink) -> Known[tuple[str, ...]] | Unknown:
    if isinstance(targets, Detected):
        return addresses_of(record_type, targets.links, addresses, targets.hosts)
    return targets


def _said_or(said: T | None, default: T) -> T:
    return default if said is None else said


def _fault(claim: Claim, zone: ZoneSettings, links: frozenset[str]) -> Complaint | None:
    """Return the complaint on a claim that the zone cannot fulfil; None where it can, and where nobody knows."""
    if claim.type is None and isinstance(claim.targets, Unknown):
        return None
    return _link_fault(claim, links) or _name_fault(claim, zone)


def _link_fault(claim: Claim, links: frozenset[str]) -> Complaint | None:
    if isinstance(claim.targets, Detected) and (strange := sorted({*claim.targets.links} - links - {WAN})):
        allowed = f"the links of the settings' wan.links: {', '.join(sorted(links)) or 'there are none'}"
        return _said(claim, "link", strange[0], allowed)
    return None


def _name_fault(claim: Claim, zone: ZoneSettings) -> Complaint | None:
    try:
        canonical.check_name(bare(claim.name))
        if zone.marks == "txt":
            canonical.check_name(bare(ownership.mark_name(claim.name, claim.type or "AAAA", zone.mark_prefix)))
    except ValueError as error:
        return _cannot(claim, f"{claim.name} cannot be marked as ours: {error}")
    made = zone.traits.apex_alias if claim.type == ALIAS and claim.name == zone.zone else claim.type
    if made in zone.traits.lacks:
        return _cannot(claim, f"{zone.traits.title} has no {made} records: {claim.name} gets none")
    if reason := why_not_at(claim.type or "", claim.name, zone.zone):
        return _cannot(claim, reason)
    if claim.type == ALIAS and claim.targets == Known((bare(claim.name),)):
        return _cannot(claim, f"{claim.name} would be an alias of itself")
    return None


def _cannot(claim: Claim, reason: str) -> Complaint:
    return Complaint(claim.object, "", "", "", f"{claim.object}: {reason}. {STAY}")


def _said(claim: Claim, setting: str, value: str, allowed: str) -> Complaint:
    annotation = dict(claim.spelled).get(setting, f"truenorth/{setting}")
    text = f"{claim.object}: the annotation {annotation} has the value {value!r}; allowed: {allowed}. {STAY}"
    return Complaint(claim.object, annotation, value, allowed, text)
