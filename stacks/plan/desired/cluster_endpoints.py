"""Endpoints from the claims of cluster objects: defaults filled in, impossible claims complained of. Pure.

`admission` says which claims may be made, `claims` who gets the name. A claim that cannot be fulfilled keeps what its
object has, and keeps nobody else from the name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, TypeVar

from components.marks import in_comments, ownership
from components.marks.writer import Writer
from components.records import canonical
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, SourceSighting, Targets
from stacks.model.values import WAN, Endpoint, Known, NameQueue, Unknown
from stacks.plan.desired.admission import Closed, admitted, rules_of, without_targets
from stacks.plan.desired.claims import NOBODY, SharingRules, settle
from stacks.plan.desired.endpoints import FAMILY, AddressesByLink, addresses_of
from stacks.plan.desired.merging import ALIAS
from stacks.plan.desired.tenure import Tenure
from stacks.plan.records.record_sets import marked_comment

if TYPE_CHECKING:
    from stacks.settings.cluster import ClaimRules
    from stacks.settings.stack import Settings
    from stacks.settings.zone import ZoneSettings

ANY = ""
"""The type of a claim with unknown targets, which may be of any type."""
INTERNAL = tuple(
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)
"""RFC 1918, 6598, 1122, 3927, 4291, 4193."""
PROXIED_TYPES = frozenset({"A", "AAAA", ALIAS})
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


def claims_by_zone(
    settings: Settings,
    sources: Sequence[SourceSighting],
    tenure: Tenure = NOBODY,
    balanced: Collection[str] = (),
    detected: frozenset[str] = frozenset({WAN}),
) -> SettledClaims:
    """Return the claims that may be made and have their names.

    A claim belongs to the innermost zone that holds its name. Names in none of our zones are ignored, and balanced
    names too: their load balancer would hide the records. detected: the links with an address.
    """
    found = [one for source in sources if isinstance(source.found, Known) for one in source.found.value]
    complaints = tuple(dict.fromkeys(one for one in found if isinstance(one, Complaint)))
    zones = {zone.zone: zone for zone in settings.each_zone()}
    names = frozenset(zones)
    claims = [one for one in found if isinstance(one, Claim) and one.name not in balanced]
    where = {one.name: zone_of(one.name, names) for one in claims}
    inside = (one for one in claims if where[one.name])
    kept, refused = admitted(settings, inside, sources, Closed.of(settings))
    links = frozenset(settings.wan.links)
    possible: list[Claim] = []
    faults: dict[Complaint, None] = {}
    for claim in kept:
        fault = _fault(claim, zones[where[claim.name]], settings.owner, links)
        if fault:
            faults[fault] = None
        possible.append(without_targets(claim, Unknown(fault.text)) if fault else claim)
    settled = settle(possible, tenure, _sharing(rules_of(settings, sources), detected))
    by_zone: dict[str, list[Claim]] = defaultdict(list)
    for claim in settled.claims:
        by_zone[where[claim.name]].append(claim)
    return SettledClaims(by_zone, (*complaints, *refused, *faults, *settled.complaints), settled.queues)


def _sharing(rules: Mapping[str, ClaimRules], detected: frozenset[str]) -> SharingRules:
    return SharingRules(
        merging_all=frozenset(cluster for cluster, one in rules.items() if one.merge == "all"),
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
    zone: ZoneSettings, claims: Sequence[Claim], own: Iterable[Endpoint], addresses: AddressesByLink
) -> ZoneClaims:
    """Return the endpoints of the claims in a zone. own: endpoints of the settings."""
    taken: dict[str, set[str]] = defaultdict(set)
    for endpoint in own:
        taken[endpoint.name].add(endpoint.type)
    complaints: list[Complaint] = []
    staying: list[StayingName] = []
    endpoints: list[Endpoint] = []
    objects: dict[tuple[str, str], tuple[ObjectKey, ...]] = {}
    for claim in claims:
        if claim.type is None and isinstance(claim.targets, Unknown):
            staying.append(StayingName(claim.name, ANY, claim.targets.reason))
            continue
        if len(claim.tags or ()) > zone.tag_limit:
            complaints.append(_too_many_tags(claim, zone))
        found = tuple(_endpoints(claim, zone, addresses))
        if not found:
            staying.append(StayingName(claim.name, ANY, "the addresses of its links have not been detected yet"))
        for endpoint in found:
            if any(ALIAS in {one, endpoint.type} or one == endpoint.type for one in taken.get(claim.name, ())):
                complaints += _in_the_settings(claim)
                continue
            endpoints.append(endpoint)
            objects[endpoint.name, endpoint.type] = tuple(
                dict.fromkeys((*(key for key, _ in _parts(claim)), *claim.agreeing))
            )
    return ZoneClaims(tuple(endpoints), tuple(staying), tuple(dict.fromkeys(complaints)), objects)


def _endpoints(claim: Claim, zone: ZoneSettings, addresses: AddressesByLink) -> Iterator[Endpoint]:
    types = (claim.type,) if claim.type else _types(claim, addresses)
    for record_type in types:
        targets = _known(claim.targets, record_type, addresses)
        proxied = zone.traits.proxies and record_type in PROXIED_TYPES and _said_or(claim.proxied, zone.proxied)
        proxied = proxied and not _is_internal(record_type, targets)
        parts = tuple((key.resource, _known(given, record_type, addresses)) for key, given in _parts(claim))
        yield Endpoint(
            name=claim.name,
            type=record_type,
            targets=targets,
            ttl=canonical.ttl(_said_or(claim.ttl, zone.ttl), proxied=proxied, automatic=zone.traits.automatic_ttl),
            proxied=proxied,
            comment=_said_or(claim.comment, zone.comment) if zone.traits.comments else "",
            source=claim.object.resource,
            links=claim.targets.links if isinstance(claim.targets, Detected) else (),
            parts=parts,
            tags=(claim.tags or ()) if len(claim.tags or ()) <= zone.tag_limit else (),
        )


def _is_internal(record_type: str, targets: Known[tuple[str, ...]] | Unknown) -> bool:
    """Whether an address cannot be reached from the Internet; the API refuses to proxy such a record."""
    if record_type not in FAMILY or isinstance(targets, Unknown):
        return False
    addresses = [ip_address(target) for target in targets.value]
    return any(address in network for address in addresses for network in INTERNAL)


def _too_many_tags(claim: Claim, zone: ZoneSettings) -> Complaint:
    annotation, value = dict(claim.spelled).get("tags", "tags"), ",".join(claim.tags or ())
    allowed = f"{zone.tag_limit or 'no'} tags, as the setting tag_limit of the zone {zone.zone} says"
    text = (
        f"{claim.object}: the annotation {annotation} has the value {value!r}; allowed: {allowed}. "
        "The records go without tags"
    )
    return Complaint(claim.object, annotation, value, allowed, text, minor=True)


def _types(claim: Claim, addresses: AddressesByLink) -> tuple[str, ...]:
    """Return the types of a claim without one: those of the families detected on its links."""
    links = claim.targets.links if isinstance(claim.targets, Detected) else (WAN,)
    return tuple(
        record_type for record_type, family in FAMILY.items() if any((link, family) in addresses for link in links)
    )


def _parts(claim: Claim) -> tuple[tuple[ObjectKey, Targets], ...]:
    return claim.parts or ((claim.object, claim.targets),)


def _known(targets: Targets, record_type: str, addresses: AddressesByLink) -> Known[tuple[str, ...]] | Unknown:
    return addresses_of(record_type, targets.links, addresses) if isinstance(targets, Detected) else targets


def _said_or(said: T | None, default: T) -> T:
    return default if said is None else said


def _in_the_settings(claim: Claim) -> Iterator[Complaint]:
    """Yield the complaint to each claiming object that the settings have the name."""
    said = "the settings have it too, and what they say counts; take it out of one of the two"
    for key, _ in _parts(claim):
        yield Complaint(key, "", "", "", f"{key}: {claim.name} stays as the settings want it: {said}")


def _fault(claim: Claim, zone: ZoneSettings, owner: str, links: frozenset[str]) -> Complaint | None:
    """Return the complaint on a claim that the zone cannot fulfil; None where it can, and where nobody knows."""
    if claim.type is None and isinstance(claim.targets, Unknown):
        return None
    return _link_fault(claim, links) or _setting_fault(claim, zone, owner) or _name_fault(claim, zone)


def _link_fault(claim: Claim, links: frozenset[str]) -> Complaint | None:
    if isinstance(claim.targets, Detected) and (strange := sorted({*claim.targets.links} - links - {WAN})):
        allowed = f"the links of the settings' wan.links: {', '.join(sorted(links)) or 'there are none'}"
        return _said(claim, "link", strange[0], allowed)
    return None


def _setting_fault(claim: Claim, zone: ZoneSettings, owner: str) -> Complaint | None:
    traits, ttl = zone.traits, _said_or(claim.ttl, zone.ttl)
    if ttl != canonical.AUTOMATIC_TTL and not traits.shortest_ttl <= ttl <= traits.longest_ttl:
        allowed = f"seconds, {traits.ttls} at {traits.title}, or auto"
        if claim.ttl is not None:
            return _said(claim, "ttl", str(ttl), allowed)
        return _cannot(claim, f"it says no ttl, and that of the settings is {ttl}; allowed: {allowed}")
    if claim.proxied and not traits.proxies:
        return _said(claim, "proxied", "true", f"false; {traits.title} has no proxy")
    if claim.comment is not None and in_comments.speaks_of_a_mark(claim.comment):
        return _said(claim, "comment", claim.comment, "a comment that is not like an ownership mark")
    if claim.comment is not None and traits.comments:
        mark = marked_comment("", zone, Writer(owner))
        room = zone.comment_limit - (len(f" {mark}") if mark else 0)
        if len(claim.comment) > room:
            beside = f" beside our mark {mark}" if mark else ""
            return _said(claim, "comment", claim.comment, f"at most {room} characters{beside}")
    return None


def _name_fault(claim: Claim, zone: ZoneSettings) -> Complaint | None:
    try:
        canonical.check_name(claim.name)
        if zone.marks == "txt":
            canonical.check_name(ownership.mark_name(claim.name, claim.type or "AAAA", zone.mark_prefix))
    except ValueError as error:
        return _cannot(claim, f"{claim.name} cannot be marked as ours: {error}")
    if claim.type == ALIAS and claim.name == zone.zone and not zone.traits.apex_alias:
        return _cannot(claim, f"{claim.name} is the zone itself, which cannot be an alias at {zone.traits.title}")
    if claim.type == ALIAS and claim.targets == Known((claim.name,)):
        return _cannot(claim, f"{claim.name} would be an alias of itself")
    return None


def _cannot(claim: Claim, reason: str) -> Complaint:
    return Complaint(claim.object, "", "", "", f"{claim.object}: {reason}. {STAY}")


def _said(claim: Claim, setting: str, value: str, allowed: str) -> Complaint:
    annotation = dict(claim.spelled).get(setting, f"truenorth/{setting}")
    text = f"{claim.object}: the annotation {annotation} has the value {value!r}; allowed: {allowed}. {STAY}"
    return Complaint(claim.object, annotation, value, allowed, text)
