"""What a client may send about a load balancer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.cloudflare.load_balancing.fields import Field, choice, flag, listing, mapping, matching, number, record, text
from lab.cloudflare.load_balancing.model import REGIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEERING = (
    "off",
    "geo",
    "random",
    "dynamic_latency",
    "proximity",
    "least_outstanding_requests",
    "least_connections",
    "",
)
_AFFINITY = ("none", "cookie", "ip_cookie", "header", "")
_MOST_POOLS = 1000
_POOLS = listing(text, 1, _MOST_POOLS, "pool")

_SHARED: Mapping[str, Field] = {
    "country_pools": Field(mapping(_POOLS, matching("[A-Z]{2}", "must have the keys of ISO 3166-1 alpha-2"))),
    "location_strategy": Field(
        record(
            {
                "mode": Field(choice(("pop", "resolver_ip")), "pop"),
                "prefer_ecs": Field(choice(("always", "never", "proximity", "geo")), "proximity"),
            }
        )
    ),
    "adaptive_routing": Field(record({"failover_across_pools": Field(flag, default=False)})),
    "random_steering": Field(
        record({"default_weight": Field(number(0, 1, 0.1), 1), "pool_weights": Field(mapping(number(0, 1, 0.01)))})
    ),
    "session_affinity_attributes": Field(
        record(
            {
                "drain_duration": Field(number(0, 604800)),
                "samesite": Field(choice(("Auto", "Lax", "None", "Strict"))),
                "secure": Field(choice(("Auto", "Always", "Never"))),
                "zero_downtime_failover": Field(choice(("none", "temporary", "sticky"))),
                "headers": Field(listing(text, 1, 5, "header")),
                "require_all_headers": Field(flag),
            }
        )
    ),
    "session_affinity_ttl": Field(number(30, 604800)),
    "ttl": Field(number(10, 600, 1)),
}
_MAPS: Mapping[str, Field] = {
    "region_pools": Field(mapping(_POOLS, choice(REGIONS))),
    "pop_pools": Field(mapping(_POOLS, matching("[A-Z]{3}", "must have the keys of data centers"))),
}
_RULE = record(
    {
        "name": Field(text, ""),
        "condition": Field(text, ""),
        "disabled": Field(flag, default=False),
        "terminates": Field(flag, default=False),
        "priority": Field(number(0, 2**31, 1), 0),
        "fixed_response": Field(
            record(
                {
                    "content_type": Field(text),
                    "location": Field(text),
                    "message_body": Field(text),
                    "status_code": Field(number(200, 599, 1)),
                }
            )
        ),
        "overrides": Field(
            record(
                {
                    **_SHARED,
                    **_MAPS,
                    "default_pools": Field(_POOLS),
                    "fallback_pool": Field(text),
                    "steering_policy": Field(choice(_STEERING)),
                    "session_affinity": Field(choice(_AFFINITY)),
                }
            )
        ),
    }
)
FIELDS: Mapping[str, Field] = {
    "name": Field(text, required=True),
    "description": Field(text, ""),
    "enabled": Field(flag, default=True),
    "proxied": Field(flag, default=False),
    "default_pools": Field(_POOLS, required=True),
    "fallback_pool": Field(text, required=True),
    "steering_policy": Field(choice(_STEERING), ""),
    "session_affinity": Field(choice(_AFFINITY), "none"),
    "rules": Field(listing(_RULE, 0, 100, "rule")),
    "networks": Field(listing(text, 1, 10, "network"), ["cloudflare"]),
    **_SHARED,
    **{name: replace(field, default={}) for name, field in _MAPS.items()},
    "adaptive_routing": replace(_SHARED["adaptive_routing"], default={"failover_across_pools": False}),
    "location_strategy": replace(_SHARED["location_strategy"], default={"mode": "pop", "prefer_ecs": "proximity"}),
    "random_steering": replace(_SHARED["random_steering"], default={"default_weight": 1}),
}
