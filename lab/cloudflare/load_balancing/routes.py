"""The routes of load balancing, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.api.http import Answer
from lab.cloudflare.calls import Call
from lab.cloudflare.load_balancing import health, load_balancers, monitors, pools, references

_MONITORS = "/accounts/{account_id}/load_balancers/monitors"
_POOLS = "/accounts/{account_id}/load_balancers/pools"
_LOAD_BALANCERS = "/zones/{zone_id}/load_balancers"

ROUTES: Mapping[str, Mapping[str, Callable[[Call], Answer]]] = {
    _MONITORS: {"GET": monitors.list_monitors, "POST": monitors.post_monitor},
    f"{_MONITORS}/{{monitor_id}}": {
        "GET": monitors.get_monitor,
        "PUT": monitors.put_monitor,
        "PATCH": monitors.patch_monitor,
        "DELETE": monitors.delete_monitor,
    },
    f"{_MONITORS}/{{monitor_id}}/references": {"GET": references.get_monitor_references},
    _POOLS: {"GET": pools.list_pools, "POST": pools.post_pool, "PATCH": pools.patch_pools},
    f"{_POOLS}/{{pool_id}}": {
        "GET": pools.get_pool,
        "PUT": pools.put_pool,
        "PATCH": pools.patch_pool,
        "DELETE": pools.delete_pool,
    },
    f"{_POOLS}/{{pool_id}}/health": {"GET": health.get_pool_health},
    f"{_POOLS}/{{pool_id}}/references": {"GET": references.get_pool_references},
    _LOAD_BALANCERS: {"GET": load_balancers.list_load_balancers, "POST": load_balancers.post_load_balancer},
    f"{_LOAD_BALANCERS}/{{load_balancer_id}}": {
        "GET": load_balancers.get_load_balancer,
        "PUT": load_balancers.put_load_balancer,
        "PATCH": load_balancers.patch_load_balancer,
        "DELETE": load_balancers.delete_load_balancer,
    },
}
