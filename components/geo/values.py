"""Values of geo load balancing as Cloudflare's API has them. Fields that are "", () or None are not set.

Source: https://developers.cloudflare.com/api/resources/load_balancers/.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

MonitorType = Literal["http", "https", "tcp", "udp_icmp", "icmp_ping", "smtp"]
SteeringPolicy = Literal[
    "off", "geo", "random", "dynamic_latency", "proximity", "least_outstanding_requests", "least_connections"
]
OriginSteering = Literal["random", "hash", "least_outstanding_requests", "least_connections"]
SessionAffinity = Literal["none", "cookie", "ip_cookie", "header"]

OWN = "own"
"""In place of a pool's id: this stack's own pool, whose id is not known before it is made."""


@dataclass(frozen=True, slots=True)
class Origin:
    """An address of a pool. weight: 0 to 1 in steps of 0.01, the share of the pool's traffic; port: 0 for the default.

    host_header: the host name of requests to it, "" for the client's. flatten_cname: whether a host name as address is
    resolved before it is answered. virtual_network_id: the network of a private address.
    """

    name: str
    address: str
    weight: float = 1.0
    enabled: bool = True
    port: int = 0
    host_header: str = ""
    flatten_cname: bool = True
    virtual_network_id: str = ""


@dataclass(frozen=True, slots=True)
class Monitor:
    """The health check of origins. interval, timeout: seconds; retries: before an origin counts as down.

    port: 0 for the type's default; method, path, expected_codes, expected_body, header, follow_redirects and
    allow_insecure are for http and https only. consecutive_up, consecutive_down: checks before health changes.
    """

    type: MonitorType = "https"
    interval: int = 60
    timeout: int = 5
    retries: int = 2
    method: str = "GET"
    path: str = "/"
    port: int = 0
    expected_codes: str = "2xx"
    expected_body: str = ""
    follow_redirects: bool = False
    allow_insecure: bool = False
    header: tuple[tuple[str, tuple[str, ...]], ...] = ()
    probe_zone: str = ""
    consecutive_up: int = 0
    consecutive_down: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class LoadShedding:
    """The percentages of new requests and of sessions kept from a pool, and how they are chosen."""

    default_percent: float = 0
    default_policy: Literal["random", "hash"] = "random"
    session_percent: float = 0
    session_policy: Literal["hash"] = "hash"


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of origins, sorted by name. latitude, longitude: degrees, north and east positive; both or neither.

    kept: further fields, as JSON by the API's names; "" for none.
    """

    name: str
    origins: tuple[Origin, ...]
    latitude: float | None = None
    longitude: float | None = None
    enabled: bool = True
    minimum_origins: int = 1
    check_regions: tuple[str, ...] = ()
    notification_email: str = ""
    load_shedding: LoadShedding = field(default_factory=LoadShedding)
    origin_steering: OriginSteering = "random"
    description: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer for one host name. Pools are ids, in order, or OWN; region_pools and country_pools by code.

    ttl: seconds, only where it is not proxied. session_affinity_ttl: seconds; 0 for the default. pool_weights: 0 to 1,
    by pool, for the policy random; default_weight for the others. session_affinity_headers: those that make a session,
    for session affinity by header; () leaves them as they are. kept: further fields, as JSON; "" for none.
    """

    name: str
    default_pools: tuple[str, ...]
    fallback_pool: str
    steering_policy: SteeringPolicy = "proximity"
    proxied: bool = True
    ttl: int = 30
    enabled: bool = True
    description: str = ""
    session_affinity: SessionAffinity = "none"
    session_affinity_ttl: int = 0
    region_pools: tuple[tuple[str, tuple[str, ...]], ...] = ()
    country_pools: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pop_pools: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pool_weights: tuple[tuple[str, float], ...] = ()
    default_weight: float = 1.0
    failover_across_pools: bool = False
    location_mode: Literal["pop", "resolver_ip"] = "pop"
    prefer_ecs: Literal["always", "never", "proximity", "geo"] = "proximity"
    session_affinity_headers: tuple[str, ...] = ()
    kept: str = ""
