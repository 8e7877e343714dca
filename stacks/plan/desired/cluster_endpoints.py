"""From what the objects of clusters wish for to endpoints of a zone: defaults filled in, what cannot be told. Pure.

A name of the settings is the settings': an object that wishes for it too is told so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, TypeVar

from components.marks import ownership
from components.records import canonical
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, SourceSighting, Targets
from stacks.model.values import WAN, Endpoint, Known, Unknown
from stacks.plan.desired.claims import ALIAS, settle
from stacks.plan.desired.endpoints import FAMILY, Seen, addresses_of
from stacks.plan.records.record_sets import marked_comment

if TYPE_CHECKING:
    from stacks.settings.stack import Settings
    from stacks.settings.zone import ZoneSettings

ANY = ""
"""The type of a wish that may turn out to be of any."""
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
class Staying:
    """What a name has stays as it is: type ANY for all of it that nothing else speaks of."""

    name: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the objects of clusters ask of one zone."""

    endpoints: tuple[Endpoint, ...]
    staying: tuple[Staying, ...]
    complaints: tuple[Complaint, ...]
    objects: Mapping[tuple[str, str], tuple[ObjectKey, ...]]
    """Those that ask for each endpoint."""


def settled(
    settings: Settings, sources: Sequence[SourceSighting], balanced: Collection[str] = ()
) -> tuple[Mapping[str, Sequence[Claim]], tuple[Complaint, ...]]:
    """The wishes by zone, one at most for each name and type, and what has been complained of so far.

    A wish is the innermost zone's that holds its name; a name in none of ours is nobody's business here, and a balanced
    one is its load balancer's: records would only be hidden by it.
    """
    found = [one for source in sources if isinstance(source.found, Known) for one in source.found.value]
    complaints = tuple(one for one in found if isinstance(one, Complaint))
    zones = frozenset(zone.zone for zone in settings.each_zone())
    by_zone: dict[str, list[Claim]] = defaultdict(list)
    kept, lost = settle(
        one for one in found if isinstance(one, Claim) and one.name not in balanced and zone_of(one.name, zones)
    )
    for wish in kept:
        by_zone[zone_of(wish.name, zones)].append(wish)
    return by_zone, (*complaints, *lost)


def zone_of(name: str, zones: frozenset[str]) -> str:
    """The innermost of the zones that holds a name; "" for none."""
    while name not in zones:
        _, dot, name = name.partition(".")
        if not dot:
            return ""
    return name


def asked(
    zone: ZoneSettings, wishes: Sequence[Claim], own: Iterable[Endpoint], seen: Seen, links: Iterable[str], owner: str
) -> Asked:
    """What the wishes ask of a zone. own: the endpoints of the settings' names; links: those of the settings."""
    known_links = frozenset(links)
    taken: dict[str, set[str]] = defaultdict(set)
    for endpoint in own:
        taken[endpoint.name].add(endpoint.type)
    complaints: list[Complaint] = []
    staying: list[Staying] = []
    endpoints: list[Endpoint] = []
    objects: dict[tuple[str, str], tuple[ObjectKey, ...]] = {}
    for wish in wishes:
        if wish.type is None and isinstance(wish.targets, Unknown):
            staying.append(Staying(wish.name, ANY, wish.targets.reason))
            continue
        if fault := _fault(wish, zone, owner, known_links):
            complaints.append(fault)
            staying.append(Staying(wish.name, wish.type or ANY, fault.text))
            continue
        if len(wish.tags or ()) > zone.tag_limit:
            complaints.append(_too_many_tags(wish, zone))
        found = tuple(_endpoints(wish, zone, seen))
        if not found:
            staying.append(Staying(wish.name, ANY, "the addresses of its links have not been detected yet"))
        for endpoint in found:
            if any(ALIAS in {one, endpoint.type} or one == endpoint.type for one in taken.get(wish.name, ())):
                complaints += _in_the_settings(wish)
                continue
            endpoints.append(endpoint)
            objects[endpoint.name, endpoint.type] = tuple(dict.fromkeys(key for key, _ in _parts(wish)))
    return Asked(tuple(endpoints), tuple(staying), tuple(dict.fromkeys(complaints)), objects)


def _endpoints(wish: Claim, zone: ZoneSettings, seen: Seen) -> Iterator[Endpoint]:
    types = (wish.type,) if wish.type else _types(wish, seen)
    for record_type in types:
        targets = _known(wish.targets, record_type, seen)
        proxied = zone.traits.proxies and record_type in PROXIED_TYPES and _said_or(wish.proxied, zone.proxied)
        proxied = proxied and not _is_internal(record_type, targets)
        parts = tuple((key.resource, _known(given, record_type, seen)) for key, given in _parts(wish))
        yield Endpoint(
            name=wish.name,
            type=record_type,
            targets=targets,
            ttl=canonical.ttl(_said_or(wish.ttl, zone.ttl), proxied=proxied, automatic=zone.traits.automatic_ttl),
            proxied=proxied,
            comment=_said_or(wish.comment, zone.comment) if zone.traits.comments else "",
            source=wish.object.resource,
            links=wish.targets.links if isinstance(wish.targets, Detected) else (),
            parts=parts,
            tags=(wish.tags or ()) if len(wish.tags or ()) <= zone.tag_limit else (),
        )


def _is_internal(record_type: str, targets: Known[tuple[str, ...]] | Unknown) -> bool:
    """Whether an address is one that no proxy on the Internet reaches; the API refuses to proxy such a record."""
    if record_type not in FAMILY or isinstance(targets, Unknown):
        return False
    addresses = [ip_address(target) for target in targets.value]
    return any(address in network for address in addresses for network in INTERNAL)


def _too_many_tags(wish: Claim, zone: ZoneSettings) -> Complaint:
    annotation, value = dict(wish.spelled).get("tags", "tags"), ",".join(wish.tags or ())
    allowed = f"{zone.tag_limit or 'no'} tags, as the setting tag_limit of the zone {zone.zone} says"
    text = (
        f"{wish.object}: the annotation {annotation} has the value {value!r}; allowed: {allowed}. "
        "The records go without tags"
    )
    return Complaint(wish.object, annotation, value, allowed, text)


def _types(wish: Claim, seen: Seen) -> tuple[str, ...]:
    """The types of a wish that names none: those of the families that are detected on its links."""
    links = wish.targets.links if isinstance(wish.targets, Detected) else (WAN,)
    return tuple(record_type for record_type, family in FAMILY.items() if any((link, family) in seen for link in links))


def _parts(wish: Claim) -> tuple[tuple[ObjectKey, Targets], ...]:
    return wish.parts or ((wish.object, wish.targets),)


def _known(targets: Targets, record_type: str, seen: Seen) -> Known[tuple[str, ...]] | Unknown:
    return addresses_of(record_type, targets.links, seen) if isinstance(targets, Detected) else targets


def _said_or(said: T | None, default: T) -> T:
    return default if said is None else said


def _in_the_settings(wish: Claim) -> Iterator[Complaint]:
    """What each object whose wish it is has to know."""
    said = "the settings have it too, and what they say counts; take it out of one of the two"
    for key, _ in _parts(wish):
        yield Complaint(key, "", "", "", f"{key}: {wish.name} stays as the settings want it: {said}")


def _fault(wish: Claim, zone: ZoneSettings, owner: str, links: frozenset[str]) -> Complaint | None:
    """Why the zone cannot have what is wished; None where it can."""
    return _link_fault(wish, links) or _setting_fault(wish, zone, owner) or _name_fault(wish, zone)


def _link_fault(wish: Claim, links: frozenset[str]) -> Complaint | None:
    if isinstance(wish.targets, Detected) and (strange := sorted({*wish.targets.links} - links - {WAN})):
        allowed = f"the links of the settings' wan.links: {', '.join(sorted(links)) or 'there are none'}"
        return _said(wish, "link", strange[0], allowed)
    return None


def _setting_fault(wish: Claim, zone: ZoneSettings, owner: str) -> Complaint | None:
    traits, ttl = zone.traits, _said_or(wish.ttl, zone.ttl)
    if ttl != canonical.AUTOMATIC_TTL and not traits.shortest_ttl <= ttl <= traits.longest_ttl:
        allowed = f"seconds, {traits.ttls} at {traits.title}, or auto"
        if wish.ttl is not None:
            return _said(wish, "ttl", str(ttl), allowed)
        return _cannot(wish, f"it says no ttl, and that of the settings is {ttl}; allowed: {allowed}")
    if wish.proxied and not traits.proxies:
        return _said(wish, "proxied", "true", f"false; {traits.title} has no proxy")
    if wish.comment is not None and traits.comments:
        mark = marked_comment("", zone, owner)
        room = zone.comment_limit - (len(f" {mark}") if mark else 0)
        if len(wish.comment) > room:
            beside = f" beside our mark {mark}" if mark else ""
            return _said(wish, "comment", wish.comment, f"at most {room} characters{beside}")
    return None


def _name_fault(wish: Claim, zone: ZoneSettings) -> Complaint | None:
    try:
        canonical.check_name(wish.name)
        if zone.marks == "txt":
            canonical.check_name(ownership.mark_name(wish.name, wish.type or "AAAA", zone.mark_prefix))
    except ValueError as error:
        return _cannot(wish, f"{wish.name} cannot be marked as ours: {error}")
    if wish.type == ALIAS and wish.name == zone.zone and not zone.traits.apex_alias:
        return _cannot(wish, f"{wish.name} is the zone itself, which cannot be an alias at {zone.traits.title}")
    if wish.type == ALIAS and wish.targets == Known((wish.name,)):
        return _cannot(wish, f"{wish.name} would be an alias of itself")
    return None


def _cannot(wish: Claim, reason: str) -> Complaint:
    return Complaint(wish.object, "", "", "", f"{wish.object}: {reason}. {STAY}")


def _said(wish: Claim, setting: str, value: str, allowed: str) -> Complaint:
    annotation = dict(wish.spelled).get(setting, f"truenorth/{setting}")
    text = f"{wish.object}: the annotation {annotation} has the value {value!r}; allowed: {allowed}. {STAY}"
    return Complaint(wish.object, annotation, value, allowed, text)
