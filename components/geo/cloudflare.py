"""Load balancing at Cloudflare: https://www.pulumi.com/registry/packages/cloudflare/api-docs/loadbalancer/.

What the API leaves out of its answers when it is empty is left out here too: giving it would be a change at every
refresh.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_cloudflare

from components.geo import canonical
from components.geo.arguments import GeoLoadBalancerArgs, GeoPoolArgs, GeoPoolMonitor, GeoPoolOrigin

_AFFINITY = "session_affinity_attributes"
_UNTOUCHED, _UNTOUCHED_OF_POOLS = ("networks", "rules"), ("health_sources", "monitor_group", "notification_filter")
"""What stays as state has it where nothing is said. Not the attributes of session affinity: the provider completes
those of state with a default that the API does not answer, which would be a change."""
_DEFAULT_TTL = 30  # seconds


def monitor(
    logical_name: str, account_id: pulumi.Input[str], args: GeoPoolMonitor, opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    """Declare a monitor under its logical name."""
    kind = args.get("type", "https")
    made: pulumi.Resource = pulumi_cloudflare.LoadBalancerMonitor(
        logical_name,
        account_id=account_id,
        type=kind,
        interval=args.get("interval", 60),
        timeout=args.get("timeout", 5),
        retries=args.get("retries", 2),
        description=args.get("description", ""),
        port=args.get("port") or None,
        consecutive_up=args.get("consecutive_up") or None,
        consecutive_down=args.get("consecutive_down") or None,
        **(_web(args) if kind in canonical.WEB else {}),
        opts=opts,
    )
    return made


def pool(
    logical_name: str, args: GeoPoolArgs, monitor_id: pulumi.Input[str] | None, opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    """Declare a pool under its logical name."""
    kept = _kept(args)
    shedding = args.get("load_shedding", {})
    made: pulumi.Resource = pulumi_cloudflare.LoadBalancerPool(
        logical_name,
        account_id=args["account_id"],
        name=args["name"],
        origins=[_origin(one) for one in sorted(args["origins"], key=lambda one: one["name"])],
        latitude=args.get("latitude"),
        longitude=args.get("longitude"),
        enabled=args.get("enabled", True),
        minimum_origins=args.get("minimum_origins", 1),
        check_regions=args.get("check_regions") or None,
        notification_email=args.get("notification_email", ""),
        load_shedding=pulumi_cloudflare.LoadBalancerPoolLoadSheddingArgs(
            default_percent=shedding.get("default_percent", 0),
            default_policy=shedding.get("default_policy", "random"),
            session_percent=shedding.get("session_percent", 0),
            session_policy="hash",
        ),
        origin_steering=pulumi_cloudflare.LoadBalancerPoolOriginSteeringArgs(
            policy=args.get("origin_steering", "random")
        ),
        description=args.get("description", ""),
        monitor=monitor_id,
        **kept,
        opts=opts if args.get("kept") else _untouched(opts, _UNTOUCHED_OF_POOLS),
    )
    return made


def _kept(args: GeoPoolArgs | GeoLoadBalancerArgs) -> dict[str, Any]:
    """Return the fields without arguments that are to be sent again: a PUT of the API resets those it leaves out.

    https://developers.cloudflare.com/api/resources/load_balancers/methods/update/
    """
    values: dict[str, Any] = json.loads(args.get("kept") or "{}")
    return values


def load_balancer(logical_name: str, args: GeoLoadBalancerArgs, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Declare a load balancer under its logical name."""
    kept = _kept(args)
    affinity = args.get("session_affinity", "none")
    if headers := args.get("session_affinity_headers"):
        kept[_AFFINITY] = {"require_all_headers": False, **kept.get(_AFFINITY, {}), "headers": headers}
    made: pulumi.Resource = pulumi_cloudflare.LoadBalancer(
        logical_name,
        zone_id=args["zone_id"],
        name=args["name"],
        default_pools=args["default_pools"],
        fallback_pool=args.get("fallback_pool", args["default_pools"][0]),
        steering_policy=args.get("steering_policy", "proximity"),
        proxied=args.get("proxied", True),
        ttl=None if args.get("proxied", True) else args.get("ttl", _DEFAULT_TTL),
        enabled=args.get("enabled", True),
        description=args.get("description", ""),
        session_affinity=affinity,
        session_affinity_ttl=(args.get("session_affinity_ttl") or canonical.SESSION_SECONDS[affinity]) or None,
        region_pools=args.get("region_pools", {}),
        country_pools=args.get("country_pools") or ({} if args.get("clear_country_pools") else None),
        pop_pools=args.get("pop_pools", {}),
        random_steering=pulumi_cloudflare.LoadBalancerRandomSteeringArgs(
            default_weight=args.get("default_weight", 1),
            pool_weights=args.get("pool_weights") or None,
        ),
        adaptive_routing=pulumi_cloudflare.LoadBalancerAdaptiveRoutingArgs(
            failover_across_pools=args.get("failover_across_pools", False)
        ),
        location_strategy=pulumi_cloudflare.LoadBalancerLocationStrategyArgs(
            mode=args.get("location_mode", "pop"), prefer_ecs=args.get("prefer_ecs", "proximity")
        ),
        **kept,
        opts=opts if args.get("kept") else _untouched(opts, _UNTOUCHED),
    )
    return made


def _web(args: GeoPoolMonitor) -> Mapping[str, Any]:
    """Return the arguments of monitors by http and https."""
    return {
        "method": args.get("method", "GET"),
        "path": args.get("path", "/"),
        "expected_codes": args.get("expected_codes", "2xx"),
        "expected_body": args.get("expected_body", ""),
        "follow_redirects": args.get("follow_redirects", False),
        "allow_insecure": args.get("allow_insecure", False),
        "header": args.get("header") or None,
        "probe_zone": args.get("probe_zone", ""),
    }


def _origin(args: GeoPoolOrigin) -> pulumi_cloudflare.LoadBalancerPoolOriginArgs:
    host_header = args.get("host_header")
    return pulumi_cloudflare.LoadBalancerPoolOriginArgs(
        name=args["name"],
        address=args["address"],
        weight=canonical.weight(args.get("weight", 1)),
        enabled=args.get("enabled", True),
        port=args.get("port") or None,
        header=pulumi_cloudflare.LoadBalancerPoolOriginHeaderArgs(hosts=[host_header]) if host_header else None,
        flatten_cname=args.get("flatten_cname", True),
        virtual_network_id=args.get("virtual_network_id") or None,
    )


def _untouched(opts: pulumi.ResourceOptions, properties: Sequence[str]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=[*properties]))
