"""Endpoints: what the settings and the addresses wish for, before anybody asks who owns the names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from components import canonical
from stacks.values import Address, Endpoint, Family, Known, Unknown

if TYPE_CHECKING:
    from stacks.settings import NameSettings, Settings

FAMILY = {family.record_type: family for family in Family}


def endpoints(
    settings: Settings, addresses: Mapping[Family, Known[tuple[Address, ...]] | Unknown]
) -> tuple[Endpoint, ...]:
    """One endpoint for each name and type. Without targets of its own, a name points at the WAN address."""
    return tuple(endpoint for entry in settings.names for endpoint in _of_name(entry, settings, addresses))


def _of_name(
    entry: NameSettings, settings: Settings, addresses: Mapping[Family, Known[tuple[Address, ...]] | Unknown]
) -> Iterator[Endpoint]:
    proxied = settings.proxied if entry.proxied is None else entry.proxied
    ttl = settings.ttl if entry.ttl is None else entry.ttl
    for record_type in entry.types or _types(entry, addresses):
        yield Endpoint(
            name=canonical.fqdn(entry.name, settings.zone),
            type=record_type,
            targets=_targets(entry, record_type, addresses),
            ttl=canonical.ttl(ttl, proxied=proxied),
            proxied=proxied,
            comment=settings.comment if entry.comment is None else entry.comment,
            source=f"settings/names/{entry.name}",
        )


def _types(entry: NameSettings, addresses: Mapping[Family, Known[tuple[Address, ...]] | Unknown]) -> tuple[str, ...]:
    """The types of a name that names none: those of its targets, else those of the families that are detected."""
    if entry.targets:
        return tuple(sorted({"AAAA" if ":" in target else "A" for target in entry.targets}))
    return tuple(family.record_type for family in addresses)


def _targets(
    entry: NameSettings, record_type: str, addresses: Mapping[Family, Known[tuple[Address, ...]] | Unknown]
) -> Known[tuple[str, ...]] | Unknown:
    if entry.targets:
        fitting = {target for target in entry.targets if (":" in target) == (record_type == "AAAA")}
        return Known(tuple(sorted(canonical.address(target, record_type) for target in fitting)))
    family = FAMILY[record_type]
    detected = addresses.get(family, Unknown(f"{family.value} is not among truenorth:wan.families"))
    if isinstance(detected, Unknown):
        return detected
    return Known(tuple(sorted(str(address) for address in detected.value)))
