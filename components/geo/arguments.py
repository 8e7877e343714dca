"""The arguments of GeoPool and GeoLoadBalancer, with the descriptions that the plugin's schema shows."""

# Pulumi infers the package's schema from the annotations as they are here: no `from __future__ import annotations`.
from typing import NotRequired, TypedDict

import pulumi


class GeoPoolOrigin(TypedDict):
    """An address of a pool."""

    name: str
    """What people call it; once in a pool."""
    address: pulumi.Input[str]
    """An IPv4 or IPv6 address, or a host name that resolves to one; once in a pool."""
    weight: NotRequired[float]
    """Its share of the pool's traffic beside the others' weights: 0 to 1 in steps of 0.01. Default 1."""
    enabled: NotRequired[pulumi.Input[bool]]
    """Whether it gets traffic and is checked. Default true."""
    port: NotRequired[int]
    """The port of connections to it, 1 to 65535. Default: that of the protocol."""
    host_header: NotRequired[str]
    """The host name to ask for at it. Default: that of the request."""
    flatten_cname: NotRequired[pulumi.Input[bool]]
    """Whether a host name as address is resolved before it is answered. Default true."""
    virtual_network_id: NotRequired[str]
    """The virtual network in which a private address is."""


class GeoPoolMonitor(TypedDict):
    """How the origins of a pool are checked."""

    type: NotRequired[str]
    """http, https, tcp, udp_icmp, icmp_ping or smtp. Default https."""
    interval: NotRequired[pulumi.Input[int]]
    """Seconds between two checks: 15 to 3600, from 5 on Enterprise. Default 60."""
    timeout: NotRequired[pulumi.Input[int]]
    """Seconds that a check may take: 1 to 10. Default 5."""
    retries: NotRequired[pulumi.Input[int]]
    """Checks that are tried again at once before an origin counts as down: 0 to 5. Default 2."""
    port: NotRequired[int]
    """The port to connect to, 1 to 65535; needed for tcp, udp_icmp and smtp. Default: that of the protocol."""
    method: NotRequired[pulumi.Input[str]]
    """The HTTP method, for http and https. Default GET."""
    path: NotRequired[pulumi.Input[str]]
    """The path to ask for, for http and https. Default /."""
    expected_codes: NotRequired[pulumi.Input[str]]
    """The status codes of a healthy origin, like 200 or 2xx, for http and https. Default 2xx."""
    expected_body: NotRequired[pulumi.Input[str]]
    """A text that the body of a healthy origin contains, in any case, for http and https. Default: any body."""
    follow_redirects: NotRequired[pulumi.Input[bool]]
    """Whether redirects are followed, for http and https. Default false."""
    allow_insecure: NotRequired[pulumi.Input[bool]]
    """Whether certificates are taken as they are, for https. Default false."""
    header: NotRequired[dict[str, list[str]]]
    """Headers of a check, for http and https; a Host header is recommended."""
    probe_zone: NotRequired[pulumi.Input[str]]
    """The zone whose settings a check has, for http and https."""
    consecutive_up: NotRequired[int]
    """Good checks in a row before an origin counts as healthy. Default: 1."""
    consecutive_down: NotRequired[int]
    """Bad checks in a row before an origin counts as down. Default: 1."""
    description: NotRequired[pulumi.Input[str]]
    """What people read about the monitor."""


class GeoPoolLoadShedding(TypedDict):
    """How much traffic is kept away from a pool."""

    default_percent: NotRequired[pulumi.Input[float]]
    """The percentage of requests without a session: 0 to 100. Default 0."""
    default_policy: NotRequired[str]
    """How they are chosen: random, or hash of the client's address. Default random."""
    session_percent: NotRequired[pulumi.Input[float]]
    """The percentage of sessions, by hash: 0 to 100. Default 0."""


class GeoPoolArgs(TypedDict):
    """The arguments of a GeoPool."""

    account_id: pulumi.Input[str]
    """The id of the Cloudflare account."""
    name: str
    """The pool's name: letters, digits, - and _; once in an account."""
    origins: list[GeoPoolOrigin]
    """The addresses, one at least; a plan without Enterprise has 20 in all pools together."""
    latitude: NotRequired[float]
    """Degrees, north positive: -90 to 90. Goes with longitude; needed for the steering policy proximity."""
    longitude: NotRequired[float]
    """Degrees, east positive: -180 to 180. Goes with latitude."""
    enabled: NotRequired[pulumi.Input[bool]]
    """Whether the pool gets traffic. Default true."""
    minimum_origins: NotRequired[pulumi.Input[int]]
    """The healthy origins that the pool needs to count as healthy. Default 1."""
    check_regions: NotRequired[list[str]]
    """The regions to check from: WNAM, ENAM, WEU, EEU, NSAM, SSAM, OC, ME, NAF, SAF, SAS, SEAS, NEAS, or ALL_REGIONS.
    Default: those of the account's plan."""
    notification_email: NotRequired[pulumi.Input[str]]
    """Who is told of changes of health; several addresses with commas."""
    load_shedding: NotRequired[GeoPoolLoadShedding]
    """How much traffic is kept away. Default: none."""
    origin_steering: NotRequired[str]
    """How an origin is chosen: random, hash, least_outstanding_requests or least_connections. Default random."""
    description: NotRequired[pulumi.Input[str]]
    """What people read about the pool."""
    kept: NotRequired[str]
    """What there is no argument for, as JSON with the API's names: health_sources, monitor_group, notification_filter.
    Default: as it was when the pool came into the program."""
    monitor: NotRequired[GeoPoolMonitor]
    """How the origins are checked. Default: not at all, each counts as healthy."""
    pool_import_id: NotRequired[str]
    """The id of an existing pool to take over. Only in the run that takes it over: later it would be replaced."""
    monitor_import_id: NotRequired[str]
    """The id of an existing monitor to take over, likewise."""
    retain: NotRequired[bool]
    """Whether both stay at Cloudflare when they are taken out of the program, as others use them. Default false."""


class GeoLoadBalancerArgs(TypedDict):
    """The arguments of a GeoLoadBalancer. Pools are given by their ids."""

    zone_id: pulumi.Input[str]
    """The id of the Cloudflare zone that the host name is in."""
    name: pulumi.Input[str]
    """The host name in full, like app.example.com. A DNS record of this name is not answered any more."""
    default_pools: list[pulumi.Input[str]]
    """The pools, in the order of failover; one at least."""
    fallback_pool: NotRequired[pulumi.Input[str]]
    """The pool for when none is healthy; its own health does not count. Default: the first of the default pools."""
    steering_policy: NotRequired[str]
    """How a pool is chosen: proximity (the nearest), geo (by region and country), random (by weight), dynamic_latency,
    least_outstanding_requests, least_connections, or off (the first that is healthy). Default proximity."""
    proxied: NotRequired[bool]
    """Whether Cloudflare's proxy answers for the host name. Default true."""
    ttl: NotRequired[int]
    """Seconds that the answer is kept, where it is not proxied: 10 to 600. Default 30."""
    enabled: NotRequired[pulumi.Input[bool]]
    """Whether the load balancer answers. Default true."""
    description: NotRequired[pulumi.Input[str]]
    """What people read about the load balancer."""
    session_affinity: NotRequired[str]
    """Whether a client comes back to the same origin: none, cookie, ip_cookie or header. Default none."""
    session_affinity_ttl: NotRequired[int]
    """Seconds that a session lasts: 1800 to 604800 by cookie, 30 to 3600 by header. Default 82800, by header 1800."""
    session_affinity_headers: NotRequired[list[str]]
    """The headers that make a session, up to 5; needed for header."""
    region_pools: NotRequired[dict[str, list[pulumi.Input[str]]]]
    """The pools for each region, for the policy geo: WNAM, ENAM, WEU, EEU, NSAM, SSAM, OC, ME, NAF, SAF, SAS, SEAS,
    NEAS."""
    country_pools: NotRequired[dict[str, list[pulumi.Input[str]]]]
    """The pools for each country (two capital letters), before those of its region."""
    pop_pools: NotRequired[dict[str, list[pulumi.Input[str]]]]
    """The pools for each of Cloudflare's data centres (three capital letters); Enterprise only."""
    pool_weights: NotRequired[pulumi.Input[dict[str, pulumi.Input[float]]]]
    """The weights of pools by their ids, for the policies random, least_outstanding_requests and least_connections: 0
    to 1 in steps of 0.01."""
    default_weight: NotRequired[pulumi.Input[float]]
    """The weight of the other pools: 0 to 1 in steps of 0.1. Default 1."""
    failover_across_pools: NotRequired[pulumi.Input[bool]]
    """Whether a request that fails is tried in another pool at once. Default false."""
    location_mode: NotRequired[str]
    """Where a client of an unproxied host name is taken to be: pop (the data centre) or resolver_ip. Default pop."""
    prefer_ecs: NotRequired[str]
    """Whether the client subnet of a DNS query counts before it: always, never, proximity or geo (for that policy).
    Default proximity."""
    clear_country_pools: NotRequired[bool]
    """Whether this run takes away the country pools that are there: the provider takes a table without entries for one
    that is not said. Needed once, when the last of them is removed. Default false."""
    kept: NotRequired[str]
    """What there is no argument for, as JSON with the API's names: networks, rules, session_affinity_attributes.
    Default: networks and rules as they were when the load balancer came into the program."""
    retain: NotRequired[bool]
    """Whether it stays at Cloudflare when it is taken out of the program, as others use it. Default false."""
    import_id: NotRequired[str]
    """The id of an existing load balancer to take over. Only in the run that takes it over: later it would be deleted
    and made again."""
