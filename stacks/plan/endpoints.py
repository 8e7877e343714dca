"""Endpoints: what the settings and the addresses wish for, before anybody asks who owns the names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from components import canonical
from stacks.values import WAN, Address, Endpoint, Family, Known, Sighting, Unknown

if TYPE_CHECKING:
    from stacks.settings import NameSettings, Settings

FAMILY = {family.record_type: family for family in Family}

Seen = Mapping[tuple[str, Family], Known[tuple[Address, ...]] | Unknown]
"""The addresses by link and family."""


def endpoints(settings: Settings, sightings: tuple[Sighting, ...]) -> tuple[Endpoint, ...]:
    """One endpoint for each name and type. Without targets of its own, a name points at the addresses of its links.

    Where one of several links is unknown, so are the targets: `links.settle` says what can be done all the same.
    """
    seen = {(one.link, one.family): one.addresses for one in sightings}
    return tuple(endpoint for entry in settings.names for endpoint in _of_name(entry, settings, seen))


def _of_name(entry: NameSettings, settings: Settings, seen: Seen) -> Iterator[Endpoint]:
    proxied = settings.proxied if entry.proxied is None else entry.proxied
    ttl = settings.ttl if entry.ttl is None else entry.ttl
    links = entry.links or (WAN,)
    for record_type in entry.types or _types(entry, links, seen):
        yield Endpoint(
            name=canonical.fqdn(entry.name, settings.zone),
            type=record_type,
            targets=_targets(entry, record_type, links, seen),
            ttl=canonical.ttl(ttl, proxied=proxied),
            proxied=proxied,
            comment=settings.comment if entry.comment is None else entry.comment,
            source=f"settings/names/{entry.name}",
            links=() if entry.targets else links,
        )


def _types(entry: NameSettings, links: tuple[str, ...], seen: Seen) -> tuple[str, ...]:
    """The types of a name that names none: those of its targets, else those of the families that are detected."""
    if entry.targets:
        return tuple(sorted({"AAAA" if ":" in target else "A" for target in entry.targets}))
    return tuple(family.record_type for family in Family if any((link, family) in seen for link in links))


def _targets(
    entry: NameSettings, record_type: str, links: tuple[str, ...], seen: Seen
) -> Known[tuple[str, ...]] | Unknown:
    if entry.targets:
        fitting = {target for target in entry.targets if (":" in target) == (record_type == "AAAA")}
        return Known(tuple(sorted(canonical.address(target, record_type) for target in fitting)))
    family = FAMILY[record_type]
    found = {link: seen[link, family] for link in links if (link, family) in seen}
    if not found:
        return Unknown(f"{family.value} is not among truenorth:wan.families")
    unknown = [(link, one.reason) for link, one in found.items() if isinstance(one, Unknown)]
    if unknown:
        return Unknown("; ".join(f"link {link}: {reason}" if link else reason for link, reason in unknown))
    return Known(
        tuple(sorted({str(address) for one in found.values() if isinstance(one, Known) for address in one.value}))
    )
