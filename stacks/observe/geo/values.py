"""Values of pools, monitors and load balancers, from the JSON of the API or the inputs in state. Pure.

https://developers.cloudflare.com/api/resources/load_balancers/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from components.geo import canonical
from components.geo.values import LoadBalancer, LoadShedding, Monitor, Origin, Pool
from components.records import international

Json = Mapping[str, Any]

_BY_NAMES = frozenset({"region_pools", "country_pools", "pop_pools", "pool_weights", "header"})
"""The objects whose keys are names of the user's, not the API's."""


def of_state(inputs: Json) -> Json:
    """Return the inputs of a resource in state with the API's names for them."""
    return {_snake(key): _of_state(_snake(key), value) for key, value in inputs.items()}


def monitor(item: Json) -> Monitor:
    """Return a monitor from the API's JSON."""
    return canonical.monitor(
        Monitor(
            type=item.get("type") or "http",
            interval=_whole(item.get("interval"), 60),
            timeout=_whole(item.get("timeout"), 5),
            retries=_whole(item.get("retries"), 2),
            method=item.get("method") or "GET",
            path=item.get("path") or "/",
            port=_whole(item.get("port"), 0),
            expected_codes=item.get("expected_codes") or "",
            expected_body=item.get("expected_body") or "",
            follow_redirects=bool(item.get("follow_redirects")),
            allow_insecure=bool(item.get("allow_insecure")),
            header=tuple((name, tuple(values)) for name, values in (item.get("header") or {}).items()),
            probe_zone=item.get("probe_zone") or "",
            consecutive_up=_whole(item.get("consecutive_up"), 0),
            consecutive_down=_whole(item.get("consecutive_down"), 0),
            description=item.get("description") or "",
        )
    )


def pool(item: Json) -> Pool:
    """Return a pool from the API's JSON."""
    shedding = item.get("load_shedding") or {}
    steering = item.get("origin_steering") or {}
    return canonical.pool(
        Pool(
            name=item["name"],
            origins=tuple(_origin(one) for one in item.get("origins") or ()),
            latitude=_coordinate(item.get("latitude")),
            longitude=_coordinate(item.get("longitude")),
            enabled=item.get("enabled", True),
            minimum_origins=_whole(item.get("minimum_origins"), 1),
            check_regions=tuple(item.get("check_regions") or ()),
            notification_email=item.get("notification_email") or "",
            load_shedding=LoadShedding(
                default_percent=shedding.get("default_percent") or 0,
                default_policy=shedding.get("default_policy") or "random",
                session_percent=shedding.get("session_percent") or 0,
                session_policy=shedding.get("session_policy") or "hash",
            ),
            origin_steering=steering.get("policy") or "random",
            description=item.get("description") or "",
        )
    )


def balancer(item: Json) -> LoadBalancer:
    """Return a load balancer from the API's JSON."""
    weights = item.get("random_steering") or {}
    strategy = item.get("location_strategy") or {}
    affinity = item.get("session_affinity_attributes") or {}
    return canonical.balancer(
        LoadBalancer(
            name=international.stored(item["name"]),
            default_pools=tuple(item.get("default_pools") or ()),
            fallback_pool=item.get("fallback_pool") or "",
            steering_policy=item.get("steering_policy") or _implied(item),
            proxied=bool(item.get("proxied")),
            ttl=_whole(item.get("ttl"), 30),
            enabled=item.get("enabled", True),
            description=item.get("description") or "",
            session_affinity=item.get("session_affinity") or "none",
            session_affinity_ttl=_whole(item.get("session_affinity_ttl"), 0),
            region_pools=_pools(item.get("region_pools")),
            country_pools=_pools(item.get("country_pools")),
            pop_pools=_pools(item.get("pop_pools")),
            pool_weights=tuple((weights.get("pool_weights") or {}).items()),
            default_weight=float(1 if weights.get("default_weight") is None else weights["default_weight"]),
            failover_across_pools=bool((item.get("adaptive_routing") or {}).get("failover_across_pools")),
            location_mode=strategy.get("mode") or "pop",
            prefer_ecs=strategy.get("prefer_ecs") or "proximity",
            session_affinity_headers=tuple(affinity.get("headers") or ()),
        )
    )


def _implied(item: Json) -> Any:  # noqa: ANN401 - one of the policies
    """Return the API's steering policy where none is given."""
    return "geo" if any(item.get(kind) for kind in ("region_pools", "country_pools", "pop_pools")) else "off"


def _origin(item: Json) -> Origin:
    header = item.get("header") or {}
    hosts = header.get("Host") or header.get("hosts") or ()
    return Origin(
        name=item.get("name") or "",
        address=item["address"],
        weight=float(1 if item.get("weight") is None else item["weight"]),
        enabled=item.get("enabled", True),
        port=_whole(item.get("port"), 0),
        host_header=hosts[0] if hosts else "",
        flatten_cname=item.get("flatten_cname", True),
        virtual_network_id=item.get("virtual_network_id") or "",
    )


def _pools(table: Mapping[str, list[str]] | None) -> canonical.Pools:
    return tuple((key, tuple(pools)) for key, pools in (table or {}).items())


def _whole(value: float | None, default: int) -> int:
    return default if value is None else int(value)


def _coordinate(value: float | None) -> float | None:
    return None if value is None else float(value)


def _of_state(key: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and key not in _BY_NAMES:
        return of_state(value)
    if isinstance(value, list):
        return [_of_state(key, one) for one in value]
    return value


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)
