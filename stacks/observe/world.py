"""The world in one value: WAN addresses, zones and registry, looked at together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from stacks.credentials import Credentials
from stacks.errors import ObservationError, Problem, UserError
from stacks.observe.wan.links import sight
from stacks.observe.zone.providers import READERS
from stacks.settings import Settings
from stacks.values import Observation, Registry, Sighting, UnreadZone, ZoneSnapshot
from stacks.zone_settings import ZoneSettings


def observe(
    settings: Settings,
    credentials: Mapping[str, Credentials],
    registry: Callable[[], Registry],
    sightings: Callable[[], tuple[Sighting, ...]] | None = None,
) -> Observation:
    """Observe everything the plan depends on. registry reads the state; sightings overrides the WAN detection.

    Raises UserError (credentials, zone) and ObservationError (state, or every zone out of reach). An address that
    could not be detected raises nothing: it is Unknown; neither does one zone among several: it is an UnreadZone.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="observe") as pool:
        wan = pool.submit(sightings or (lambda: sight(settings.wan, settings.asked_links())))
        known = registry()
        zones = read_zones(settings, credentials, known)
        return Observation(wan.result(), zones, known)


def read_zones(
    settings: Settings, credentials: Mapping[str, Credentials], registry: Registry
) -> tuple[ZoneSnapshot | UnreadZone, ...]:
    """The records of every zone now, listed at the same time. Raises UserError, ObservationError as `observe`."""
    ids = dict(registry.zone_ids)

    def read(zone: ZoneSettings) -> ZoneSnapshot | ObservationError | UserError:
        try:
            zone_id = zone.zone_id or ids.get(zone.zone, "")
            return READERS[zone.provider].snapshot(credentials[zone.zone], zone.zone, zone_id)
        except (ObservationError, UserError) as error:
            return error

    wanted = settings.each_zone()
    with ThreadPoolExecutor(max_workers=min(len(wanted), 8), thread_name_prefix="zone") as pool:
        outcomes = list(pool.map(read, wanted))
    problems: list[Problem] = [
        problem for outcome in outcomes if isinstance(outcome, UserError) for problem in outcome.problems
    ]
    if problems:
        raise UserError.of(problems)
    failures = [outcome for outcome in outcomes if isinstance(outcome, ObservationError)]
    if len(failures) == len(wanted):
        raise failures[0]
    return tuple(
        UnreadZone(zone.zone, str(outcome)) if isinstance(outcome, ObservationError) else outcome
        for zone, outcome in zip(wanted, outcomes, strict=True)
        if not isinstance(outcome, UserError)
    )
