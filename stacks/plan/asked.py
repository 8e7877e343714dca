"""The names that objects ask for, as a plan for empty zones and an empty state has them. Pure.

Neither zone nor state is read: whether somebody else's record stands at a name, and who of several objects has had it
until now, only a run can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from itertools import count
from typing import TYPE_CHECKING, Literal

from components.marks import in_comments
from stacks.model.addresses.host_part import HostPart
from stacks.model.claims import BY_TEMPLATE, Claim, Complaint, Detected, ObjectKey, SourceSighting, links_asked
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import WAN, Address, Family, Known, RecordSet, Sighting, Unknown, ZoneSnapshot
from stacks.plan.desired.cluster_endpoints import zone_of
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import Key, contents_of

if TYPE_CHECKING:
    from stacks.settings.stack import Settings

_SITE = 1 << 80
"""The addresses of a network of 48 bits, such as a site has (RFC 6177): the hosts of links that differ then do, too."""
AskedState = Literal["made", "waiting", "conflict", "skipped", "outside"]
"""made: by a run, if nobody else has the name; outside: in none of our zones."""


@dataclass(frozen=True, slots=True)
class AskedName:
    """A name that objects ask for. zone, type: "" where there is none, or none is known.

    targets: contents of the records, without the addresses that are detected when a run is made: links has these, and
    hosts the parts of those of other hosts in their networks.
    why: the reason of any other state than made. ttl, proxied, comment: as the plan has them; None where it has none.
    templated: those of the objects that have the name by a template of the settings.
    """

    name: str
    zone: str
    type: str
    targets: tuple[str, ...]
    links: tuple[str, ...]
    objects: tuple[ObjectKey, ...]
    state: AskedState = "made"
    why: str = ""
    ttl: int | None = None
    proxied: bool | None = None
    comment: str | None = None
    templated: tuple[ObjectKey, ...] = ()
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedNames:
    """The names that objects ask for, and the complaints about them."""

    names: tuple[AskedName, ...]
    complaints: tuple[Complaint, ...]


def asked_names(settings: Settings, sources: tuple[SourceSighting, ...]) -> AskedNames:
    """Return the names that the objects of these sources ask for, sorted."""
    claims = [
        one
        for source in sources
        if isinstance(source.found, Known)
        for one in source.found.value
        if isinstance(one, Claim)
    ]
    zones = frozenset(zone.zone for zone in settings.each_zone())
    stand_ins = _stand_ins(settings, sources, claims)
    addresses = tuple(Sighting(link, family, Known((one,))) for (link, family), one in stand_ins.items())
    plan = plan_for_empty_zones(settings, addresses, sources)
    links = _detected(stand_ins, plan.hosts)
    found = [*_of_plan(plan, links, zones), *_waiting(plan, claims, zones)]
    told = {(key, one.name) for one in found for key in one.objects}
    waiting = {one.object: one.text for one in plan.complaints if one.is_waiting}
    found += _left(claims, zones, told, waiting)
    by_template = {(one.object, one.name) for one in claims if BY_TEMPLATE in one.spelled}
    found = [replace(one, templated=tuple(k for k in one.objects if (k, one.name) in by_template)) for one in found]
    return AskedNames(tuple(sorted(found, key=lambda one: (one.name, one.type, one.objects))), plan.complaints)


def plan_for_empty_zones(
    settings: Settings, addresses: tuple[Sighting, ...], sources: tuple[SourceSighting, ...]
) -> Plan:
    """Return the plan for these addresses and sources where every zone and the state are empty."""
    zones = tuple(ZoneSnapshot(zone.zone, zone.zone, ()) for zone in settings.each_zone())
    return make_plan(settings, Observation(addresses, zones, Registry(), sources))


def _detected(
    stand_ins: Mapping[tuple[str, Family], Address], hosts: Iterable[HostPart]
) -> Mapping[str, tuple[str, str]]:
    """Return the link and the host, "" for none, of each address that stands in."""
    own = {str(address): (link, "") for (link, _), address in stand_ins.items()}
    there = [(link, address) for (link, _), address in stand_ins.items() if isinstance(address, IPv6Address)]
    return {str(host.at(address)): (link, str(host)) for host in hosts for link, address in there} | own


def _stand_ins(
    settings: Settings, sources: Iterable[SourceSighting], claims: Iterable[Claim]
) -> Mapping[tuple[str, Family], Address]:
    """Return a public address for each family of each requested link. No object has any of them."""
    taken = {target for one in claims if isinstance(one.targets, Known) for target in one.targets.value}
    free: dict[Family, Iterator[Address]] = {
        Family.IPV4: (one for one in map(IPv4Address, count(int(IPv4Address("1.2.3.1")))) if str(one) not in taken),
        Family.IPV6: (
            one for one in map(IPv6Address, count(int(IPv6Address("2600::1")), _SITE)) if str(one) not in taken
        ),
    }
    links = dict.fromkeys((WAN, *settings.asked_links(), *settings.known_links(links_asked(sources))))
    return {
        (link, Family(family)): next(free[Family(family)])
        for link in links
        for family in settings.wan.of_link(link).families
    }


def _of_plan(plan: Plan, links: Mapping[str, tuple[str, str]], zones: frozenset[str]) -> Iterator[AskedName]:
    """Yield the names of the plan's record sets, and those in conflict. links: by the addresses that stand in."""
    asked = dict(plan.asked_by)
    conflicts = {(one.name, one.type): f"{one.held_by}: {one.reason}" for one in plan.conflicts}
    declared: dict[Key, RecordSet] = {(one.name, one.type): one for one in plan.record_sets if one.slots}
    for key, objects in asked.items():
        if key in conflicts:
            yield AskedName(key[0], zone_of(key[0], zones), key[1], (), (), objects, "conflict", conflicts[key])
        elif key in declared:
            one = declared[key]
            values = contents_of(one)
            yield AskedName(
                *(one.name, one.zone, one.type),
                tuple(value for value in values if value not in links),
                tuple(dict.fromkeys(links[value][0] for value in values if value in links)),
                objects,
                hosts=tuple(dict.fromkeys(links[value][1] for value in values if value in links and links[value][1])),
                ttl=one.ttl,
                proxied=one.proxied,
                comment=in_comments.parse(one.comment)[0],
            )


def _waiting(plan: Plan, claims: Iterable[Claim], zones: frozenset[str]) -> Iterator[AskedName]:
    """Yield the names whose targets are not known."""
    asked = dict(plan.asked_by)
    for one in plan.frozen:
        if (objects := asked.get((one.name, one.type))) and not one.kept:
            yield AskedName(one.name, zone_of(one.name, zones), one.type, (), (), objects, "waiting", one.reason)
    for claim in claims:
        zone = zone_of(claim.name, zones)
        if zone and claim.type is None and isinstance(claim.targets, Unknown):
            yield AskedName(claim.name, zone, "", (), (), (claim.object,), "waiting", claim.targets.reason)


def _left(
    claims: Iterable[Claim],
    zones: frozenset[str],
    told: set[tuple[ObjectKey, str]],
    waiting: Mapping[ObjectKey, str],
) -> Iterator[AskedName]:
    """Yield the names in none of our zones, and the names refused to their objects. told: the names told already.

    waiting: the objects that wait, each with the reason.
    """
    for claim in claims:
        zone = zone_of(claim.name, zones)
        if (claim.object, claim.name) in told:
            continue
        targets = claim.targets.value if isinstance(claim.targets, Known) and not zone else ()
        detected = claim.targets if isinstance(claim.targets, Detected) and not zone else Detected(())
        why = waiting.get(claim.object, "") if zone else ""
        state: AskedState = "outside" if not zone else "waiting" if why else "skipped"
        hosts = tuple(map(str, detected.hosts))
        links, objects = detected.links, (claim.object,)
        yield AskedName(claim.name, zone, claim.type or "", targets, links, objects, state, why, hosts=hosts)
