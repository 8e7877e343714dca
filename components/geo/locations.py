"""Locations by name: the four of external-dns-cloudflare-geo, the regions of the big clouds, and cities."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

_PLACES = json.loads(Path(__file__).with_name("places.json").read_text(encoding="utf-8"))
CITIES: Mapping[str, tuple[float, float]] = {city: tuple(degrees) for city, degrees in _PLACES["cities"].items()}
"""Cities with data centres: latitude and longitude, degrees, north and east positive, to about a kilometre."""
CLOUD_REGIONS: dict[str, dict[str, str]] = _PLACES["cloud_regions"]
"""The city in or next to each region, by cloud. Source: the list of regions in each cloud's documentation.

A cloud names the city or the country of a region, not the place of a data centre; for steering by proximity that is
close enough.
"""

_NEAR = 5
_SAID_WITH_CLOUD = frozenset({"alibaba"})
"""Alibaba has names of AWS for regions at other places; without the cloud they are those of AWS."""


@dataclass(frozen=True, slots=True)
class Location:
    """A location. name: as it may stand in a pool's name. latitude, longitude: degrees, north and east positive."""

    name: str
    latitude: float
    longitude: float


WELL_KNOWN = {
    one.name: one
    for one in (
        Location("eu", 50.1109, 8.6821),
        Location("us_east", 40.7128, -74.0060),
        Location("us_west", 34.0522, -118.2437),
        Location("asia", 35.6762, 139.6503),
    )
}
"""The four that external-dns-cloudflare-geo knows."""


def locate(name: str) -> Location:
    """Return the location of this name: `eu`, a cloud's region (`aws/eu-central-1`, or without the cloud), or a city.

    A region may be said without its cloud where all clouds that have it have it at one place.
    Raises ValueError, with names like it, where there is none, or where several places have the name.
    """
    wanted = name.strip().lower()
    if wanted in WELL_KNOWN:
        return WELL_KNOWN[wanted]
    if (meant := wanted.replace(" ", "_").replace("-", "_")) in WELL_KNOWN:
        raise ValueError(f"{name!r} may be {meant}, or the region of a cloud: {_advice(meant)}")
    cloud, slash, region = wanted.partition("/")
    city = CLOUD_REGIONS.get(cloud, {}).get(region) if slash else _plain_region(wanted)
    if city is None:
        city = wanted.replace(" ", "_").replace("-", "_")
    if city not in CITIES:
        raise ValueError(f"no place is called {name!r}: {_advice(wanted)}")
    return Location(wanted.replace("/", "-").replace(" ", "_"), *CITIES[city])


def names() -> tuple[str, ...]:
    """Return every name that `locate` knows, but for regions without their cloud."""
    regions = (f"{cloud}/{region}" for cloud, regions in CLOUD_REGIONS.items() for region in regions)
    return (*WELL_KNOWN, *sorted(regions), *sorted(CITIES))


def _plain_region(region: str) -> str | None:
    """Return the city of a region without its cloud; None for none. Raises ValueError where clouds differ."""
    clouds = {cloud: regions for cloud, regions in CLOUD_REGIONS.items() if cloud not in _SAID_WITH_CLOUD}
    found = {cloud: regions[region] for cloud, regions in clouds.items() if region in regions}
    if len(set(found.values())) > 1:
        choices = " or ".join(f"{cloud}/{region}" for cloud in found)
        raise ValueError(f"several clouds have a region {region!r}, at different places: say {choices}")
    return next(iter(found.values()), None)


def _advice(wanted: str) -> str:
    plain = {region: f"{cloud}/{region}" for cloud, regions in reversed(CLOUD_REGIONS.items()) for region in regions}
    near = [plain.get(one, one) for one in get_close_matches(wanted, (*names(), *plain), n=_NEAR)]
    near = list(dict.fromkeys(near))
    like = f"names like it are {', '.join(near)}; " if near else ""
    return f"{like}use {', '.join(WELL_KNOWN)}, a cloud's region like aws/eu-central-1, a city, or coordinates"
