"""`/accounts/{account_id}/load_balancers/pools`: origins that share traffic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.cloudflare.answers import success
from lab.cloudflare.errors import (
    failed_validation,
    load_balancing_object_not_found,
    load_balancing_quota_exceeded,
    still_referenced,
    value_not_unique,
)
from lab.cloudflare.load_balancing.calls import account, page_of
from lab.cloudflare.load_balancing.fields import Field, accepted, choice, flag, listing, matching, number, record, text
from lab.cloudflare.load_balancing.model import EVERYWHERE, REGIONS, Pool
from lab.cloudflare.load_balancing.origins import stored_origins
from lab.cloudflare.model import Permission, new_id, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.load_balancing.state import LoadBalancing

_STEERING = ("random", "hash", "least_outstanding_requests", "least_connections")
_PERCENT = number(0, 100)
_FILTER = record({"disable": Field(flag, default=False), "healthy": Field(flag)})

_FIELDS: Mapping[str, Field] = {
    "name": Field(
        matching(r"[A-Za-z0-9_-]+", "may only contain alphanumeric characters, hyphens and underscores"), required=True
    ),
    "description": Field(text, ""),
    "enabled": Field(flag, default=True),
    "minimum_origins": Field(number(0, 1000, 1), 1),
    "monitor": Field(text),
    "notification_email": Field(text, ""),
    "check_regions": Field(listing(choice((*REGIONS, EVERYWHERE)), 0, len(REGIONS), "check region")),
    "latitude": Field(number(-90, 90)),
    "longitude": Field(number(-180, 180)),
    "load_shedding": Field(
        record(
            {
                "default_percent": Field(_PERCENT, 0),
                "default_policy": Field(choice(("random", "hash")), "random"),
                "session_percent": Field(_PERCENT, 0),
                "session_policy": Field(choice(("hash",)), "hash"),
            }
        )
    ),
    "notification_filter": Field(record({"origin": Field(_FILTER), "pool": Field(_FILTER)})),
    "origin_steering": Field(record({"policy": Field(choice(_STEERING), "random")})),
}


def create(balancing: LoadBalancing, account_id: str, body: Mapping[str, object], now: datetime) -> Pool:
    """Add a pool. ApiError if it is invalid, its name is taken, or it is one too many."""
    fields = _stored(balancing, account_id, None, body, now)
    if len([one for one in balancing.pools.values() if one.account_id == account_id]) >= balancing.quota.pools:
        raise load_balancing_quota_exceeded("pool", balancing.quota.pools)
    return _keep(balancing, None, Pool(new_id(), fields, now, now, account_id), now)


def overwrite(balancing: LoadBalancing, pool: Pool, body: Mapping[str, object], now: datetime) -> Pool:
    """Set the whole pool: what the body leaves out takes its default."""
    fields = _stored(balancing, pool.account_id, pool, body, now)
    return _keep(balancing, pool, replace(pool, fields=fields, modified_on=now), now)


def patch(balancing: LoadBalancing, pool: Pool, body: Mapping[str, object], now: datetime) -> Pool:
    """Set what the body holds and keep the rest; null clears. Origins are set as a whole."""
    return overwrite(balancing, pool, {**pool.fields, **body}, now)


def find(balancing: LoadBalancing, account_id: str, pool_id: str) -> Pool:
    """Find the pool of this id; ApiError (404) if the account has none."""
    pool = balancing.pools.get(pool_id)
    if pool is None or pool.account_id != account_id:
        raise load_balancing_object_not_found()
    return pool


def remove(balancing: LoadBalancing, pool: Pool) -> None:
    """Delete the pool; refused while a load balancer refers to it."""
    if any(pool.id in one.pool_ids for one in balancing.load_balancers.values()):
        raise still_referenced()
    del balancing.pools[pool.id]
    balancing.health.forget(pool)


def _stored(
    balancing: LoadBalancing, account_id: str, before: Pool | None, body: Mapping[str, object], now: datetime
) -> dict[str, object]:
    fields = accepted(_FIELDS, body)
    if body.get("origins") is None:
        raise failed_validation("origins must be set")
    there = before.fields["origins"] if before else []
    known = [one for one in there if isinstance(one, dict)] if isinstance(there, list) else []
    fields["origins"] = stored_origins(body["origins"], balancing.quota.origins, now, known)
    if ("latitude" in fields) != ("longitude" in fields):
        raise failed_validation("latitude and longitude must be set together")
    regions = fields.get("check_regions", ())
    if isinstance(regions, list) and EVERYWHERE in regions and not balancing.quota.enterprise:
        raise failed_validation(
            "Probing from every data centre is not allowed with this subscription. Please choose regions to probe from."
        )
    if not regions:
        fields.pop("check_regions", None)  # answered as null
    if "monitor" in fields:
        _check_monitor(balancing, account_id, fields)
    others = (one for one in balancing.pools.values() if one.account_id == account_id and one is not before)
    if any(one.name == fields["name"] for one in others):
        raise value_not_unique()
    if not fields["enabled"]:
        fields["disabled_at"] = (before.fields.get("disabled_at") if before else None) or timestamp(now)
    fields["networks"] = ["cloudflare"]
    return fields


def _check_monitor(balancing: LoadBalancing, account_id: str, fields: dict[str, object]) -> None:
    monitor_id = str(fields["monitor"])
    if not monitor_id:
        del fields["monitor"]
        return
    monitor = balancing.monitors.get(monitor_id)
    if monitor is None or monitor.account_id != account_id:
        raise failed_validation(f"monitor {monitor_id} does not exist")


def _keep(balancing: LoadBalancing, before: Pool | None, pool: Pool, now: datetime) -> Pool:
    balancing.pools[pool.id] = pool
    balancing.health.note(before, pool, now)
    return pool


def _found(call: Call, permission: Permission) -> Pool:
    return find(call.cloudflare.load_balancing, account(call, permission).id, call.parameters["pool_id"])


def list_pools(call: Call) -> Answer:
    """`GET /accounts/{account_id}/load_balancers/pools`, all or those of a monitor."""
    owner = account(call, Permission.LOAD_BALANCING_READ)
    monitor = call.query.get("monitor")
    pools = [one for one in call.cloudflare.load_balancing.pools.values() if one.account_id == owner.id]
    return page_of(call, [one for one in pools if monitor in (None, one.monitor_id)])


def patch_pools(call: Call) -> Answer:
    """`PATCH /accounts/{account_id}/load_balancers/pools`: take the notification address out of every pool."""
    owner = account(call, Permission.LOAD_BALANCING_EDIT)
    balancing, now = call.cloudflare.load_balancing, call.cloudflare.clock()
    if call.object_body().get("notification_email") != "":
        raise failed_validation("notification_email can only be reset")
    pools = [one for one in balancing.pools.values() if one.account_id == owner.id]
    return page_of(call, [patch(balancing, one, {"notification_email": ""}, now) for one in pools])


def post_pool(call: Call) -> Answer:
    """`POST /accounts/{account_id}/load_balancers/pools`."""
    owner = account(call, Permission.LOAD_BALANCING_EDIT)
    cloudflare = call.cloudflare
    return success(create(cloudflare.load_balancing, owner.id, call.object_body(), cloudflare.clock()).as_json())


def get_pool(call: Call) -> Answer:
    """`GET /accounts/{account_id}/load_balancers/pools/{pool_id}`."""
    return success(_found(call, Permission.LOAD_BALANCING_READ).as_json())


def put_pool(call: Call) -> Answer:
    """`PUT /accounts/{account_id}/load_balancers/pools/{pool_id}`."""
    pool = _found(call, Permission.LOAD_BALANCING_EDIT)
    cloudflare = call.cloudflare
    return success(overwrite(cloudflare.load_balancing, pool, call.object_body(), cloudflare.clock()).as_json())


def patch_pool(call: Call) -> Answer:
    """`PATCH /accounts/{account_id}/load_balancers/pools/{pool_id}`."""
    pool = _found(call, Permission.LOAD_BALANCING_EDIT)
    cloudflare = call.cloudflare
    return success(patch(cloudflare.load_balancing, pool, call.object_body(), cloudflare.clock()).as_json())


def delete_pool(call: Call) -> Answer:
    """`DELETE /accounts/{account_id}/load_balancers/pools/{pool_id}`."""
    pool = _found(call, Permission.LOAD_BALANCING_EDIT)
    remove(call.cloudflare.load_balancing, pool)
    return success({"id": pool.id})
