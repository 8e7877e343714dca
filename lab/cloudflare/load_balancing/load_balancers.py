"""`/zones/{zone_id}/load_balancers`: names that pools answer for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.cloudflare.answers import success
from lab.cloudflare.errors import (
    failed_validation,
    load_balancing_object_not_found,
    load_balancing_quota_exceeded,
    value_not_unique,
)
from lab.cloudflare.load_balancing.affinity import with_affinity
from lab.cloudflare.load_balancing.calls import page_of
from lab.cloudflare.load_balancing.fields import accepted
from lab.cloudflare.load_balancing.load_balancer_fields import FIELDS
from lab.cloudflare.load_balancing.model import LoadBalancer
from lab.cloudflare.model import Permission, new_id
from lab.cloudflare.names import hostname

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.load_balancing.state import LoadBalancing
    from lab.cloudflare.model import Zone

_DEFAULT_TTL = 30  # seconds


def create(balancing: LoadBalancing, zone: Zone, body: Mapping[str, object], now: datetime) -> LoadBalancer:
    """Add a load balancer. ApiError if it is invalid, its name is taken, or it is one too many."""
    fields = _stored(balancing, zone, None, body)
    if len(balancing.load_balancers) >= balancing.quota.load_balancers:
        raise load_balancing_quota_exceeded("load balancer", balancing.quota.load_balancers)
    made = LoadBalancer(new_id(), fields, now, now, zone.id)
    balancing.load_balancers[made.id] = made
    return made


def overwrite(
    balancing: LoadBalancing, zone: Zone, before: LoadBalancer, body: Mapping[str, object], now: datetime
) -> LoadBalancer:
    """Set the whole load balancer: what the body leaves out takes its default. There is no ETag: the last wins."""
    changed = replace(before, fields=_stored(balancing, zone, before, body), modified_on=now)
    balancing.load_balancers[changed.id] = changed
    return changed


def patch(
    balancing: LoadBalancing, zone: Zone, before: LoadBalancer, body: Mapping[str, object], now: datetime
) -> LoadBalancer:
    """Set what the body holds and keep the rest; null clears."""
    return overwrite(balancing, zone, before, {**before.fields, **body}, now)


def find(balancing: LoadBalancing, zone: Zone, load_balancer_id: str) -> LoadBalancer:
    """Find the load balancer of this id; ApiError (404) if the zone has none."""
    found = balancing.load_balancers.get(load_balancer_id)
    if found is None or found.zone_id != zone.id:
        raise load_balancing_object_not_found()
    return found


def _stored(
    balancing: LoadBalancing, zone: Zone, before: LoadBalancer | None, body: Mapping[str, object]
) -> dict[str, object]:
    fields = accepted(FIELDS, body)
    fields["name"] = name = _name(zone, str(fields["name"]))
    others = (one for one in balancing.load_balancers.values() if one.zone_id == zone.id and one is not before)
    if any(one.name == name for one in others):
        raise value_not_unique()
    if not fields["steering_policy"]:
        by_place = any(fields.get(kind) for kind in ("region_pools", "country_pools", "pop_pools"))
        fields["steering_policy"] = "geo" if by_place else "off"
    if fields["proxied"]:
        fields.pop("ttl", None)  # a proxied name has none of its own
    else:
        fields.setdefault("ttl", _DEFAULT_TTL)
    if not fields.get("country_pools"):
        fields.pop("country_pools", None)  # unlike the two others, not answered when it is empty
    with_affinity(fields)
    _check_pools(balancing, zone, fields)
    fields["zone_name"] = zone.name
    return fields


def _name(zone: Zone, given: str) -> str:
    body = given.strip().lower().removesuffix(".").removeprefix("*.")
    name = hostname(body)
    if name is None or (name != zone.name and not name.endswith(f".{zone.name}")):
        raise failed_validation(f'name "{given}" must be a hostname in zone "{zone.name}"')
    return f"*.{name}" if given.strip().startswith("*.") else name


def _check_pools(balancing: LoadBalancing, zone: Zone, fields: Mapping[str, object]) -> None:
    pool_ids = LoadBalancer("", fields, zone.created_on, zone.created_on, zone.id).pool_ids
    pools = {pool_id: balancing.pools.get(pool_id) for pool_id in sorted(pool_ids)}
    for pool_id, pool in pools.items():
        if pool is None or pool.account_id != zone.account.id:
            raise failed_validation(f"pool {pool_id} does not exist")
    default_pools = fields["default_pools"]
    if isinstance(default_pools, list) and len(set(default_pools)) < len(default_pools):
        raise failed_validation("default_pools must not hold a pool twice")
    if fields["steering_policy"] == "proximity":
        missing = [pool_id for pool_id, pool in pools.items() if pool is not None and pool.place is None]
        if missing:
            raise failed_validation(
                f"Proximity Load Balancer has pools missing Latitude/Longitude. Pool id's {', '.join(missing)}"
            )


def _found(call: Call, permission: Permission) -> tuple[Zone, LoadBalancer]:
    zone = call.zone(permission)
    return zone, find(call.cloudflare.load_balancing, zone, call.parameters["load_balancer_id"])


def list_load_balancers(call: Call) -> Answer:
    """`GET /zones/{zone_id}/load_balancers`."""
    zone = call.zone(Permission.LOAD_BALANCING_READ)
    return page_of(
        call, [one for one in call.cloudflare.load_balancing.load_balancers.values() if one.zone_id == zone.id]
    )


def post_load_balancer(call: Call) -> Answer:
    """`POST /zones/{zone_id}/load_balancers`."""
    zone = call.zone(Permission.LOAD_BALANCING_EDIT)
    cloudflare = call.cloudflare
    return success(create(cloudflare.load_balancing, zone, call.object_body(), cloudflare.clock()).as_json())


def get_load_balancer(call: Call) -> Answer:
    """`GET /zones/{zone_id}/load_balancers/{load_balancer_id}`."""
    return success(_found(call, Permission.LOAD_BALANCING_READ)[1].as_json())


def put_load_balancer(call: Call) -> Answer:
    """`PUT /zones/{zone_id}/load_balancers/{load_balancer_id}`."""
    zone, before = _found(call, Permission.LOAD_BALANCING_EDIT)
    cloudflare = call.cloudflare
    return success(overwrite(cloudflare.load_balancing, zone, before, call.object_body(), cloudflare.clock()).as_json())


def patch_load_balancer(call: Call) -> Answer:
    """`PATCH /zones/{zone_id}/load_balancers/{load_balancer_id}`."""
    zone, before = _found(call, Permission.LOAD_BALANCING_EDIT)
    cloudflare = call.cloudflare
    return success(patch(cloudflare.load_balancing, zone, before, call.object_body(), cloudflare.clock()).as_json())


def delete_load_balancer(call: Call) -> Answer:
    """`DELETE /zones/{zone_id}/load_balancers/{load_balancer_id}`."""
    _, found = _found(call, Permission.LOAD_BALANCING_EDIT)
    del call.cloudflare.load_balancing.load_balancers[found.id]
    return success({"id": found.id})
