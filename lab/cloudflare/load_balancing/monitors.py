"""`/accounts/{account_id}/load_balancers/monitors`: how the origins of pools are checked."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from lab.cloudflare.answers import success
from lab.cloudflare.errors import failed_validation, load_balancing_object_not_found, still_referenced
from lab.cloudflare.load_balancing.calls import account, page_of
from lab.cloudflare.load_balancing.fields import Field, accepted, choice, flag, listing, mapping, number, text
from lab.cloudflare.load_balancing.model import Monitor
from lab.cloudflare.model import Permission, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.load_balancing.model import Quota
    from lab.cloudflare.load_balancing.state import LoadBalancing

_TYPES = ("http", "https", "tcp", "udp_icmp", "icmp_ping", "smtp")
_WEB = frozenset({"http", "https"})
_WITH_PORT = frozenset({"tcp", "udp_icmp", "smtp"})
_LONGEST_INTERVAL = 3600


@cache
def _fields(interval: int) -> dict[str, Field]:
    return {
        "type": Field(choice(_TYPES), "http"),
        "description": Field(text, ""),
        "method": Field(text),
        "path": Field(text),
        "header": Field(mapping(listing(text, 1, 100, "header"))),
        "port": Field(number(0, 65535, 1)),
        "timeout": Field(number(1, 10, 1), 5),
        "retries": Field(number(0, 5, 1), 2),
        "interval": Field(number(interval, _LONGEST_INTERVAL, 1), 60),
        "consecutive_up": Field(number(0, 100, 1)),
        "consecutive_down": Field(number(0, 100, 1)),
        "expected_body": Field(text, ""),
        "expected_codes": Field(text, ""),
        "follow_redirects": Field(flag, default=False),
        "allow_insecure": Field(flag, default=False),
        "probe_zone": Field(text, ""),
    }


def _stored(body: Mapping[str, object], quota: Quota) -> dict[str, object]:
    fields = accepted(_fields(quota.interval), body)
    web = fields["type"] in _WEB
    if web and not fields["expected_codes"]:
        raise failed_validation("expected_codes must be set")
    if fields["type"] in _WITH_PORT and not fields.get("port"):
        raise failed_validation("port must be set")
    fields["method"] = fields.get("method") or ("GET" if web else "connection_established")
    if web:
        fields["path"] = fields.get("path") or "/"
    return fields


def create(balancing: LoadBalancing, account_id: str, body: Mapping[str, object], now: datetime) -> Monitor:
    """Add a monitor."""
    monitor = Monitor(new_id(), _stored(body, balancing.quota), now, now, account_id)
    balancing.monitors[monitor.id] = monitor
    return monitor


def find(balancing: LoadBalancing, account_id: str, monitor_id: str) -> Monitor:
    """Find the monitor of this id; ApiError (404) if the account has none."""
    monitor = balancing.monitors.get(monitor_id)
    if monitor is None or monitor.account_id != account_id:
        raise load_balancing_object_not_found()
    return monitor


def remove(balancing: LoadBalancing, monitor: Monitor) -> None:
    """Delete the monitor; refused while a pool refers to it."""
    if any(pool.monitor_id == monitor.id for pool in balancing.pools.values()):
        raise still_referenced()
    del balancing.monitors[monitor.id]


def _put(call: Call, monitor: Monitor, body: Mapping[str, object]) -> Answer:
    balancing = call.cloudflare.load_balancing
    changed = replace(monitor, fields=_stored(body, balancing.quota), modified_on=call.cloudflare.clock())
    balancing.monitors[monitor.id] = changed
    return success(changed.as_json())


def _found(call: Call, permission: Permission) -> Monitor:
    owner = account(call, permission)
    return find(call.cloudflare.load_balancing, owner.id, call.parameters["monitor_id"])


def list_monitors(call: Call) -> Answer:
    """`GET /accounts/{account_id}/load_balancers/monitors`."""
    owner = account(call, Permission.LOAD_BALANCING_READ)
    monitors = call.cloudflare.load_balancing.monitors.values()
    return page_of(call, [one for one in monitors if one.account_id == owner.id])


def post_monitor(call: Call) -> Answer:
    """`POST /accounts/{account_id}/load_balancers/monitors`."""
    owner = account(call, Permission.LOAD_BALANCING_EDIT)
    cloudflare = call.cloudflare
    made = create(cloudflare.load_balancing, owner.id, call.object_body(), cloudflare.clock())
    return success(made.as_json())


def get_monitor(call: Call) -> Answer:
    """`GET /accounts/{account_id}/load_balancers/monitors/{monitor_id}`."""
    return success(_found(call, Permission.LOAD_BALANCING_READ).as_json())


def put_monitor(call: Call) -> Answer:
    """`PUT /accounts/{account_id}/load_balancers/monitors/{monitor_id}`."""
    return _put(call, _found(call, Permission.LOAD_BALANCING_EDIT), call.object_body())


def patch_monitor(call: Call) -> Answer:
    """`PATCH /accounts/{account_id}/load_balancers/monitors/{monitor_id}`."""
    monitor = _found(call, Permission.LOAD_BALANCING_EDIT)
    return _put(call, monitor, {**monitor.fields, **call.object_body()})


def delete_monitor(call: Call) -> Answer:
    """`DELETE /accounts/{account_id}/load_balancers/monitors/{monitor_id}`."""
    monitor = _found(call, Permission.LOAD_BALANCING_EDIT)
    remove(call.cloudflare.load_balancing, monitor)
    return success({"id": monitor.id})
