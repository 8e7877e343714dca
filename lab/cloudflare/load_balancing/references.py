"""Who refers to whom: `.../pools/{pool_id}/references` and `.../monitors/{monitor_id}/references`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.answers import encode, success_page
from lab.cloudflare.load_balancing import monitors, pools
from lab.cloudflare.load_balancing.calls import account
from lab.cloudflare.model import Permission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call

_DEFAULT_PAGE, _LARGEST_PAGE = 25, 1000


def get_pool_references(call: Call) -> Answer:
    """`GET .../pools/{pool_id}/references`: the load balancers that use it, and the monitor that it uses."""
    balancing = call.cloudflare.load_balancing
    owner = account(call, Permission.LOAD_BALANCING_READ)
    pool = pools.find(balancing, owner.id, call.parameters["pool_id"])
    found = [
        _reference("referrer", "load_balancer", one.id, one.name)
        for one in balancing.load_balancers.values()
        if pool.id in one.pool_ids
    ]
    if pool.monitor_id is not None:
        monitor = balancing.monitors[pool.monitor_id]
        found.append(_reference("referral", "monitor", monitor.id, monitor.description))
    return _answer(call, found)


def get_monitor_references(call: Call) -> Answer:
    """`GET .../monitors/{monitor_id}/references`: the pools that use it."""
    balancing = call.cloudflare.load_balancing
    owner = account(call, Permission.LOAD_BALANCING_READ)
    monitor = monitors.find(balancing, owner.id, call.parameters["monitor_id"])
    users = [one for one in balancing.pools.values() if one.monitor_id == monitor.id]
    return _answer(call, [_reference("referrer", "pool", one.id, one.name) for one in users])


def _reference(direction: str, kind: str, identifier: str, name: str) -> dict[str, str]:
    return {"reference_type": direction, "resource_type": kind, "resource_id": identifier, "resource_name": name}


def _answer(call: Call, found: Sequence[dict[str, str]]) -> Answer:
    part, info = call.page(len(found), _DEFAULT_PAGE, _LARGEST_PAGE)
    return success_page([encode(one) for one in found[part]], info)
