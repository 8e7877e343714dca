"""Reads the world into one frozen Observation: addresses, the state's registry and the zone, at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from stacks.observe.wan.links import sight
from stacks.observe.zone import cloudflare
from stacks.settings import Credentials, Settings
from stacks.values import Observation, Registry, Sighting, ZoneSnapshot


def observe(
    settings: Settings,
    credentials: Credentials,
    registry: Callable[[], Registry],
    sightings: Callable[[], tuple[Sighting, ...]] | None = None,
) -> Observation:
    """Observe everything the plan depends on. registry reads the state; sightings overrides the WAN detection.

    Raises UserError (credentials, zone) and ObservationError (API or state out of reach). An address that could not
    be detected raises nothing: it is Unknown.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="observe") as pool:
        wan = pool.submit(sightings or (lambda: sight(settings.wan, settings.asked_links())))
        known = registry()
        zone = read_zone(settings, credentials, known)
        return Observation(wan.result(), zone, known)


def read_zone(settings: Settings, credentials: Credentials, registry: Registry) -> ZoneSnapshot:
    """The zone's records in one listing; its id comes from the settings, else from state, else from the API."""
    zone_id = settings.zone_id or dict(registry.zone_ids).get(settings.zone, "")
    return cloudflare.snapshot(credentials, settings.zone, zone_id)
