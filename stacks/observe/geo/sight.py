"""A look at load balancing: the account, and the hosts that this stack wants balanced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from components.geo.values import LoadBalancer, Pool
from stacks.model.claims import SourceSighting
from stacks.model.errors import ObservationError
from stacks.model.geo import Account, GeoMemory, GeoSight, LivePool
from stacks.model.observation import Registry
from stacks.model.values import Known, Sighting, Unknown, UnreadZone, ZoneSnapshot
from stacks.observe.geo.account import read_account
from stacks.observe.geo.wishes import GeoWishes, geo_wishes
from stacks.settings.checks.geo import BALANCING, zone_of
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings


def observe_geo(
    settings: Settings,
    credentials: Mapping[str, Credentials],
    registry: Registry,
    zones: Iterable[ZoneSnapshot | UnreadZone],
    addresses: Iterable[Sighting],
    sources: Iterable[SourceSighting],
) -> GeoSight | None:
    """Return the account and the wanted hosts; None where the stack has no part in load balancing.

    An account that cannot be read is unknown. Raises UserError where the token lacks a permission or an id is wrong.
    """
    memory = registry.geo
    if settings.geo is None and memory == GeoMemory():
        return None
    wanted = geo_wishes(settings.geo, sources, addresses, memory) if settings.geo else GeoWishes()
    ids = dict(registry.zone_ids) | {one.zone: one.zone_id for one in zones if isinstance(one, ZoneSnapshot)}
    ids |= {one.zone: one.zone_id for one in settings.each_zone() if one.zone_id}
    balanced = {one.zone: ids.get(one.zone, "") for one in _zones(settings, memory, wanted)}
    account_id = (settings.geo.account_id if settings.geo else "") or memory.account_id
    account: Account | Unknown = Unknown("none of our zones is at Cloudflare")
    if balanced:
        try:
            account = read_account(
                credentials, account_id, balanced, health_of=lambda one: _changes(one, memory, wanted)
            )
        except ObservationError as error:
            account = Unknown(str(error))
    return GeoSight(account, wanted.wishes, wanted.cluster, wanted.complaints, wanted.unread)


def _zones(settings: Settings, memory: GeoMemory, wanted: GeoWishes) -> list[ZoneSettings]:
    """Return the zones of our load balancers: the token need not see any other.

    Without load balancers it is the first zone, which leads to the account.
    """
    ours = [one for one in settings.each_zone() if one.provider == BALANCING]
    hosts = [one.host_name for one in wanted.wishes]
    hosts += [one.name for one in memory.wished]
    hosts += [one.value.name for one in memory.registered if isinstance(one.value, LoadBalancer)]
    around = [zone_of(host, ours) for host in dict.fromkeys(hosts)]
    return [one for one in ours if one in around] or ours[:1]


def _changes(pool: LivePool, memory: GeoMemory, wanted: GeoWishes) -> bool:
    """Return whether the pool is ours and gets other addresses, so that the health of each counts."""
    ours = any(one.id == pool.id and isinstance(one.value, Pool) for one in memory.registered)
    addresses = {
        address for one in wanted.wishes if isinstance(one.addresses, Known) for address in one.addresses.value
    }
    return ours and addresses != {one.address for one in pool.pool.origins}
