"""Check the settings of load balancing against those of the zones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from components.views import OUTSIDE
from stacks.settings.geo import PLACES, GeoSettings
from stacks.settings.problems import fault

BALANCING = "cloudflare"
"""The provider that has load balancing."""

if TYPE_CHECKING:
    from stacks.settings.zone import ZoneSettings


def check_geo(geo: GeoSettings, zones: Iterable[ZoneSettings]) -> None:
    """Raise a fault for a missing location, or a host name that no load balancer of ours can have."""
    if geo.location is None:
        raise fault(
            # In the words of external-dns-cloudflare-geo, which its users' alerts look for.
            "the location of geo load balancing is missing: Missing required environment variables: ['GEO_LOCATION']",
            f"set truenorth:geo.location or export GEO_LOCATION: {PLACES}",
            ("geo", "location"),
        )
    zones = tuple(one for one in zones if one.view == OUTSIDE)
    recorded = {zone.fqdn(name) for zone in zones for name in zone.names}
    recorded |= {zone.fqdn(record) for zone in zones for record in zone.records}
    for name, where in _host_names(geo):
        zone = zone_of(name, zones)
        if zone is None or zone.provider != BALANCING:
            held = f": it is in {zone.zone}, which is at {zone.traits.title}" if zone else ""
            ours = ", ".join(one.zone for one in zones if one.provider == BALANCING)
            raise fault(
                f"the host name {name} is in none of our zones at Cloudflare{held}",
                f"use a name in {ours}, or add its zone" if ours else "add its zone to truenorth:zones",
                where,
            )
        if name in recorded:
            raise fault(
                f"{name} is to have a load balancer and records",
                "keep it in truenorth:geo, or in names and records: its load balancer would hide the records",
                where,
            )


def zone_of(host_name: str, zones: Iterable[ZoneSettings]) -> ZoneSettings | None:
    """Return the innermost zone around a host name; None where there is none."""
    around = [one for one in zones if host_name == one.domain or host_name.endswith(f".{one.domain}")]
    return max(around, key=lambda one: len(one.domain), default=None)


def _host_names(geo: GeoSettings) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield the host names with the paths of their settings."""
    if geo.hostname:
        yield geo.hostname, ("geo", "hostname")
    for position, name in enumerate(geo.hostnames):
        yield name, ("geo", "hostnames", position)
    for position, one in enumerate(geo.load_balancers):
        yield one.hostname, ("geo", "load_balancers", position)
