"""The observation that a plan is made from: WAN addresses, clusters, zones and registry, read at the same time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from components.views import bare, qualified
from stacks.model.claims import SourceSighting, links_asked
from stacks.model.errors import ObservationError, ProviderRefused, UserError
from stacks.model.observation import Observation, Registry
from stacks.model.values import Sighting, UnreadZone, ZoneSnapshot
from stacks.observe.geo.sight import observe_geo
from stacks.observe.lists.sight import observe_lists
from stacks.observe.remembered import NOTHING, Remembered, from_memory
from stacks.observe.views import in_views, listed, require_known_views
from stacks.observe.wan.links import sight
from stacks.observe.webhook.kept import kept_source
from stacks.observe.zone.choice import CheckedZones
from stacks.observe.zone.found import require_known_zones
from stacks.observe.zone.kept import as_kept
from stacks.observe.zone.plans import with_limits
from stacks.observe.zone.providers import READERS
from stacks.settings.cluster import ClusterSettings
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings

Asked = Callable[[Settings, Registry], tuple[SourceSighting, ...]]
"""Gives the source of external-dns's webhook for what state knows; none where there is no such source."""


@dataclass(frozen=True, slots=True)
class Sights:
    """The observation without zones and state: the WAN addresses, and the claims of the clusters' objects."""

    addresses: tuple[Sighting, ...]
    sources: tuple[SourceSighting, ...] = ()

    @property
    def of_records(self) -> tuple[SourceSighting, ...]:
        """The sources with claims for records; the addresses of the others are balanced."""
        return tuple(one for one in self.sources if not one.balances)


def observe(  # noqa: PLR0913 - what an observation is made from
    settings: Settings,
    credentials: Mapping[str, Credentials],
    registry: Callable[[], Registry],
    sights: Callable[[], Sights],
    checked: CheckedZones | None = None,
    asked: Asked = kept_source,
    *,
    remembered: Remembered = NOTHING,
) -> Observation:
    """Return everything that the plan depends on.

    registry: reads the state. sights: gives WAN addresses and claims, such as `look_around`; runs in a thread beside
    the others. checked: the zones' ids that former looks have found by their names, and need not be looked up again.
    asked: gives what external-dns asks for by its webhook; by default what it has asked for so far.
    remembered: the zones that are not listed.
    Raises UserError (kubeconfig, a view with another name), ProviderRefused (the credentials or zones, where none can
    be read) and ObservationError (state, or all zones out of reach). An address or cluster that cannot be read raises
    nothing: it is Unknown; so is one zone among several, refused or out of reach: an UnreadZone.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="observe") as pool:
        looking = pool.submit(sights)
        known = registry()
        require_known_zones(settings, known)
        require_known_views(settings, known)
        zones = as_kept(read_zones(settings, credentials, known, checked, remembered), known)
        around = looking.result()
        around = replace(around, sources=in_views(settings, (*around.sources, *asked(settings, known))))
        zones = with_limits(settings, credentials, zones, around.of_records)
        geo = observe_geo(settings, credentials, known, zones, around.addresses, around.sources)
        lists = observe_lists(settings, credentials, known.lists)
        unlisted = settings.found.unlisted
        return Observation(around.addresses, zones, known, around.of_records, geo, lists, unlisted=unlisted)


def look_around(settings: Settings, environment: Mapping[str, str]) -> Sights:
    """Read clusters and daemons, and detect the addresses, at the same time; then those of links in objects only."""
    links = settings.asked_links()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="clusters") as pool:
        reading = pool.submit(read_sources, settings, environment)
        addresses = sight(settings.wan, links)
        sources = reading.result()
    further = [link for link in settings.known_links(links_asked(sources)) if link not in links]
    return Sights((*addresses, *sight(settings.wan, further)), sources)


def read_sources(settings: Settings, environment: Mapping[str, str]) -> tuple[SourceSighting, ...]:
    """Return the claims of the clusters' objects and of containers, read one after the other."""
    return (*read_clusters(settings.each_cluster(), environment), *_read_daemons(settings))


def _read_daemons(settings: Settings) -> tuple[SourceSighting, ...]:
    if not settings.docker:
        return ()
    from stacks.observe.docker.following import read  # noqa: PLC0415 - a client that not every stack needs

    return read(settings.docker, settings.cluster)


def read_clusters(clusters: Sequence[ClusterSettings], environment: Mapping[str, str]) -> tuple[SourceSighting, ...]:
    """Return the claims of the clusters' objects; the client is imported only where there is a cluster."""
    if not clusters:
        return ()
    from stacks.observe.cluster.reading import read  # noqa: PLC0415 - see above

    return read(clusters, environment)


def read_zones(
    settings: Settings,
    credentials: Mapping[str, Credentials],
    registry: Registry,
    checked: CheckedZones | None = None,
    remembered: Remembered = NOTHING,
) -> tuple[ZoneSnapshot | UnreadZone, ...]:
    """Return the present records of every zone, listed at the same time.

    checked, remembered, and what it raises: as `observe`.
    """
    ids = dict(registry.zone_ids)
    looked_up = checked or CheckedZones()

    def read(zone: ZoneSettings) -> ZoneSnapshot | ObservationError | ProviderRefused:
        if memory := remembered.get(zone.zone):
            return from_memory(zone.zone, memory, registry)
        try:
            return _read_zone(zone, credentials[zone.zone], ids.get(zone.zone, ""), looked_up)
        except (ObservationError, ProviderRefused) as error:
            return error

    wanted = settings.each_zone()
    with ThreadPoolExecutor(max_workers=min(len(wanted), 8), thread_name_prefix="zone") as pool:
        outcomes = list(pool.map(read, wanted))
    if not any(isinstance(one, ZoneSnapshot) for one in outcomes):
        _raise_all([one for one in outcomes if not isinstance(one, ZoneSnapshot)])
    return tuple(
        outcome if isinstance(outcome, ZoneSnapshot) else UnreadZone(zone.zone, str(outcome))
        for zone, outcome in zip(wanted, outcomes, strict=True)
    )


def _read_zone(zone: ZoneSettings, credentials: Credentials, known_id: str, checked: CheckedZones) -> ZoneSnapshot:
    """Return the records of a zone, as those of its view. known_id: its id in state, which is checked now and then."""
    reader = READERS[zone.provider]
    if zone.zone_id:
        found = reader.snapshot(credentials, zone.domain, zone.zone_id)
        if not found.records:
            reader.check_name(credentials, zone.domain, zone.zone_id)
        return listed(found, zone.view)
    if checked.trusts(zone.zone, known_id):
        with suppress(ProviderRefused):
            return listed(reader.snapshot(credentials, zone.domain, bare(known_id)), zone.view)
    zone_id = reader.zone_id(credentials, zone.domain, bare(known_id))
    checked.note(zone.zone, qualified(zone_id, zone.view))
    return listed(reader.snapshot(credentials, zone.domain, zone_id), zone.view)


def has_doubtful_ids(
    settings: Settings, credentials: Mapping[str, Credentials], observation: Observation, checked: CheckedZones
) -> bool:
    """Look up the zones whose ids state has remembered, before anything is written to them.

    Return whether one of them is not what its name now leads to, so that the world has to be observed anew.
    """
    remembered = dict(observation.registry.zone_ids)
    found = False
    for snapshot in observation.zones:
        zone = settings.of_zone(snapshot.zone)
        if isinstance(snapshot, UnreadZone) or zone.zone_id or checked.has(zone.zone, snapshot.zone_id):
            continue
        if remembered.get(zone.zone) == snapshot.zone_id and not _is_still(zone, snapshot.zone_id, credentials):
            checked.doubt(zone.zone, snapshot.zone_id)
            found = True
        else:
            checked.note(zone.zone, snapshot.zone_id)
    return found


def _is_still(zone: ZoneSettings, zone_id: str, credentials: Mapping[str, Credentials]) -> bool:
    """Return whether a zone's name leads to this id; also where the API cannot be asked, as it gave its records."""
    try:
        return READERS[zone.provider].zone_id(credentials[zone.zone], zone.domain, bare(zone_id)) == bare(zone_id)
    except ProviderRefused:
        return False
    except ObservationError:
        return True


def _raise_all(failures: Sequence[ObservationError | ProviderRefused]) -> NoReturn:
    """Raise the refusals of all zones as one, or, where one may pass by itself, the first of those."""
    for one in failures:
        if isinstance(one, ObservationError):
            raise one
    raise ProviderRefused.of([problem for one in failures if isinstance(one, UserError) for problem in one.problems])
