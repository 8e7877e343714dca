"""What is seen of load balancing in one look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from components.geo.values import LoadBalancer, Pool
from stacks.model.claims import SourceSighting
from stacks.model.errors import ObservationError
from stacks.model.geo import Account, GeoMemory, GeoSight, LivePool
from stacks.model.observation import Registry
from stacks.model.values import Known, Sighting, Unknown, UnreadZone, ZoneSnapshot
from stacks.observe.geo.account import read_account
from stacks.observe.geo.asked import Asked, asked
from stacks.settings.credentials import Credentials
from stacks.settings.geo_checks import BALANCING, zone_of
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings


def see(
    settings: Settings,
    credentials: Mapping[str, Credentials],
    registry: Registry,
    zones: Iterable[ZoneSnapshot | UnreadZone],
    addresses: Iterable[Sighting],
    sources: Iterable[SourceSighting],
) -> GeoSight | None:
    """What this stack has in load balancers, and wishes to have; None where it has no part in load balancing.

    An account that cannot be read is unknown. Raises UserError where the token may not, or an id is wrong.
    """
    memory = registry.geo
    if settings.geo is None and memory == GeoMemory():
        return None
    found = asked(settings.geo, sources, addresses, memory) if settings.geo else Asked()
    ids = dict(registry.zone_ids) | {one.zone: one.zone_id for one in zones if isinstance(one, ZoneSnapshot)}
    places = {one.zone: one.zone_id or ids.get(one.zone, "") for one in _zones(settings, memory, found)}
    account_id = (settings.geo.account_id if settings.geo else "") or memory.account_id
    account: Account | Unknown = Unknown("none of our zones is at Cloudflare")
    if places:
        try:
            account = read_account(credentials, account_id, places, health_of=lambda one: _changes(one, memory, found))
        except ObservationError as error:
            account = Unknown(str(error))
    return GeoSight(account, found.wishes, found.cluster, found.complaints)


def _zones(settings: Settings, memory: GeoMemory, found: Asked) -> list[ZoneSettings]:
    """The zones of our load balancers; of others the token need not see any. One at least, which says the account."""
    ours = [one for one in settings.each_zone() if one.provider == BALANCING]
    hosts = [one.host_name for one in found.wishes]
    hosts += [one.name for one in memory.wished]
    hosts += [one.value.name for one in memory.registered if isinstance(one.value, LoadBalancer)]
    around = [zone_of(host, ours) for host in dict.fromkeys(hosts)]
    return [one for one in ours if one in around] or ours[:1]


def _changes(pool: LivePool, memory: GeoMemory, found: Asked) -> bool:
    """Whether it is our pool, and is to have other addresses: then it counts which of them are healthy."""
    ours = any(one.id == pool.id and isinstance(one.value, Pool) for one in memory.registered)
    wanted = {address for one in found.wishes if isinstance(one.addresses, Known) for address in one.addresses.value}
    return ours and wanted != {one.address for one in pool.pool.origins}
