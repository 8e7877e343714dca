"""Endpoints from the settings' names and records, with their targets. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from components.records import canonical, canonical_content
from components.records.aliases import CNAME
from components.views import bare
from stacks.model.addresses import host_part
from stacks.model.addresses.host_part import HostPart
from stacks.model.values import WAN, Address, Endpoint, Family, Known, Sighting, Unknown
from stacks.plan.desired.keeping import Keeping

if TYPE_CHECKING:
    from stacks.settings.zone import ZoneSettings
    from stacks.settings.zones.entries import NameSettings, RecordSettings

FAMILY = {family.record_type: family for family in Family}

AddressesByLink = Mapping[tuple[str, Family], Known[tuple[Address, ...]] | Unknown]
"""Detected addresses by link and family."""


def addresses_by_link(sightings: tuple[Sighting, ...]) -> AddressesByLink:
    """Return the detected addresses by link and family."""
    return {(one.link, one.family): one.addresses for one in sightings}


def endpoints(zone: ZoneSettings, addresses: AddressesByLink, keeping: Keeping | None = None) -> tuple[Endpoint, ...]:
    """Return an endpoint for each name and type. A name without targets points at the addresses of its links.

    Where one of several links is unknown, so are the targets: `links.partly_known` says what can be done all the same.
    keeping: what the zone keeps of their settings; None for what any plan keeps.
    """
    return tuple(_kept(one, zone, keeping or Keeping(zone)) for one in _wanted(zone, addresses))


def _kept(endpoint: Endpoint, zone: ZoneSettings, keeping: Keeping) -> Endpoint:
    """Return the endpoint with the settings that the zone keeps."""
    ttl = endpoint.ttl if endpoint.ttl == zone.traits.automatic_ttl else keeping.ttl(endpoint.ttl)
    comment = keeping.comment(endpoint.comment) if endpoint.comment else ""
    if (ttl, comment) == (endpoint.ttl, endpoint.comment):
        return endpoint
    return replace(endpoint, ttl=ttl, comment=comment)


def _wanted(zone: ZoneSettings, addresses: AddressesByLink) -> tuple[Endpoint, ...]:
    aliases: list[NameSettings] = []
    found: list[Endpoint] = []
    for entry in zone.names:
        if zone.is_alias(entry):
            aliases.append(entry)
        else:
            found += _of_name(entry, zone, addresses)
    found += [_alias(entry, zone) for entry in aliases]
    if aliases:
        found += _canonical(aliases, found, zone, addresses)
    return (*found, *(_static(entry, zone) for entry in zone.records))


def _of_name(entry: NameSettings, zone: ZoneSettings, addresses: AddressesByLink) -> Iterator[Endpoint]:
    links = entry.links or (WAN,)
    for record_type in entry.types or _types(entry, links, addresses):
        yield _endpoint(
            entry,
            zone,
            record_type,
            _targets(entry, record_type, links, addresses),
            links=() if entry.targets else links,
            hosts=_hosts(entry),
        )


def _hosts(entry: NameSettings) -> tuple[HostPart, ...]:
    return host_part.each(entry.host6)


def _alias(entry: NameSettings, zone: ZoneSettings) -> Endpoint:
    return _endpoint(entry, zone, CNAME, Known((bare(zone.canonical_fqdn),)))


def _canonical(
    aliases: list[NameSettings], others: list[Endpoint], zone: ZoneSettings, addresses: AddressesByLink
) -> Iterator[Endpoint]:
    """Yield the endpoints of the canonical name. It is proxied only if all its aliases are: else it would hide them."""
    name = zone.canonical_fqdn
    if any(endpoint.name == name for endpoint in others):
        return
    proxied = all(_proxied(entry, zone) for entry in aliases)
    wanted = [record_type for entry in aliases for record_type in entry.types or _types(entry, (WAN,), addresses)]
    for record_type in sorted(set(wanted)):
        targets = addresses_of(record_type, (WAN,), addresses)
        yield Endpoint(
            name=name,
            type=record_type,
            targets=targets,
            ttl=canonical.ttl(zone.ttl, proxied=proxied, automatic=zone.traits.automatic_ttl),
            proxied=proxied,
            comment=zone.comment if zone.traits.comments else "",
            source="settings/canonical_name",
            keep=zone.keep,
        )


def _static(entry: RecordSettings, zone: ZoneSettings) -> Endpoint:
    values = {canonical_content.content(entry.type, text, zone.domain) for text in entry.content}
    return _endpoint(entry, zone, zone.type_of(entry), Known(tuple(sorted(values))))


def _endpoint(
    entry: NameSettings | RecordSettings,
    zone: ZoneSettings,
    record_type: str,
    targets: Known[tuple[str, ...]] | Unknown,
    links: tuple[str, ...] = (),
    hosts: tuple[HostPart, ...] = (),
) -> Endpoint:
    proxied = _proxied(entry, zone)
    ttl = zone.ttl if entry.ttl is None else entry.ttl
    return Endpoint(
        name=zone.fqdn(entry),
        type=record_type,
        targets=targets,
        ttl=canonical.ttl(ttl, proxied=proxied, automatic=zone.traits.automatic_ttl),
        proxied=proxied,
        comment=(zone.comment if entry.comment is None else entry.comment) if zone.traits.comments else "",
        source=f"settings/{'records' if not hasattr(entry, 'links') else 'names'}/{_spelled(entry.name)}",
        links=links,
        hosts=hosts,
        keep=zone.keep if entry.keep is None else entry.keep,
    )


def _spelled(name: str) -> str:
    """Return a name of the settings for a mark: as it is written, an international one in Punycode."""
    return name if name.isascii() else canonical.ascii_name(name)


def _proxied(entry: NameSettings | RecordSettings, zone: ZoneSettings) -> bool:
    return zone.wants_proxy(entry)


def _types(entry: NameSettings, links: tuple[str, ...], addresses: AddressesByLink) -> tuple[str, ...]:
    """Return the types of a name without any: those of its targets, else those of the detected families."""
    if entry.targets:
        return tuple(sorted({"AAAA" if ":" in target else "A" for target in entry.targets}))
    return detected_types(links, addresses, with_hosts=bool(entry.host6))


def detected_types(links: Collection[str], addresses: AddressesByLink, *, with_hosts: bool) -> tuple[str, ...]:
    """Return the types of the families detected on these links. with_hosts: AAAA is among them, detected or not."""
    return tuple(
        family.record_type
        for family in Family
        if (with_hosts and family is Family.IPV6) or any((link, family) in addresses for link in links)
    )


def _targets(
    entry: NameSettings, record_type: str, links: tuple[str, ...], addresses: AddressesByLink
) -> Known[tuple[str, ...]] | Unknown:
    if entry.targets:
        fitting = {target for target in entry.targets if (":" in target) == (record_type == "AAAA")}
        return Known(tuple(sorted(canonical.address(target, record_type) for target in fitting)))
    return addresses_of(record_type, links, addresses, _hosts(entry))


def addresses_of(
    record_type: str, links: tuple[str, ...], addresses: AddressesByLink, hosts: tuple[HostPart, ...] = ()
) -> Known[tuple[str, ...]] | Unknown:
    """Return the addresses of these links for records of the type; Unknown where one link is.

    hosts: those whose addresses in the networks of the links are meant; none: the addresses themselves.
    """
    family = FAMILY[record_type]
    found = {link: addresses[link, family] for link in links if (link, family) in addresses}
    if not found:
        return Unknown(f"{family.value} is not among truenorth:wan.families")
    unknown = [(link, one.reason) for link, one in found.items() if isinstance(one, Unknown)]
    if unknown:
        return Unknown("; ".join(f"link {link}: {reason}" if link else reason for link, reason in unknown))
    known = (address for one in found.values() if isinstance(one, Known) for address in one.value)
    return Known(host_part.placed(known, hosts))
