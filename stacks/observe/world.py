"""The world in one value: WAN addresses, clusters, zones and registry, looked at together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from stacks.model.claims import SourceSighting, links_asked
from stacks.model.errors import ObservationError, Problem, UserError
from stacks.model.observation import Observation, Registry
from stacks.model.values import Sighting, UnreadZone, ZoneSnapshot
from stacks.observe.geo.sight import see
from stacks.observe.wan.links import sight
from stacks.observe.zone.providers import READERS
from stacks.settings.cluster import ClusterSettings
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings


@dataclass(frozen=True, slots=True)
class Sights:
    """What is seen beside the zones: the WAN addresses, and what the objects of clusters wish for."""

    addresses: tuple[Sighting, ...]
    sources: tuple[SourceSighting, ...] = ()

    @property
    def of_records(self) -> tuple[SourceSighting, ...]:
        """The sources of what is wished to have records; the others are balanced."""
        return tuple(one for one in self.sources if not one.balances)


def observe(
    settings: Settings,
    credentials: Mapping[str, Credentials],
    registry: Callable[[], Registry],
    sights: Callable[[], Sights] | None = None,
) -> Observation:
    """Observe everything the plan depends on. registry reads the state; sights stands in for a look of our own.

    Raises UserError (credentials, zone, kubeconfig) and ObservationError (state, or every zone out of reach). What
    could not be detected or read raises nothing: it is Unknown; so is one zone among several: it is an UnreadZone.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="observe") as pool:
        seen = pool.submit(sights or (lambda: look_around(settings, os.environ)))
        known = registry()
        zones = read_zones(settings, credentials, known)
        around = seen.result()
        geo = see(settings, credentials, known, zones, around.addresses, around.sources)
        return Observation(around.addresses, zones, known, around.of_records, geo)


def look_around(settings: Settings, environment: Mapping[str, str]) -> Sights:
    """Read the clusters and detect the addresses, at the same time; then those that only their objects ask for."""
    clusters, links = settings.each_cluster(), settings.asked_links()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="clusters") as pool:
        reading = pool.submit(read_clusters, clusters, environment)
        addresses = sight(settings.wan, links)
        sources = reading.result()
    further = [link for link in settings.known_links(links_asked(sources)) if link not in links]
    return Sights((*addresses, *sight(settings.wan, further)), sources)


def read_clusters(clusters: Sequence[ClusterSettings], environment: Mapping[str, str]) -> tuple[SourceSighting, ...]:
    """What the objects of the clusters wish for; the client is imported only where there is a cluster."""
    if not clusters:
        return ()
    from stacks.observe.cluster.reading import read  # noqa: PLC0415 - see above

    return read(clusters, environment)


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
