"""GeoPool: a pool of origins at one place, and the monitor that checks them, as one Pulumi component."""

# Pulumi infers the package's schema from the annotations as they are here: no `from __future__ import annotations`.
import importlib
from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi

from components.geo import canonical, names
from components.geo.checks import check_pool
from components.geo.values import Monitor, Origin, Pool


class GeoPoolOrigin(TypedDict):
    """One address of a pool."""

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
    """What a GeoPool is made of."""

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


class GeoPool(pulumi.ComponentResource):
    """A pool of origins at one place of the world, and the monitor that checks them, at Cloudflare.

    Every optional field has a value and the origins are sorted, as the API gives them back, so that a second `up`
    changes nothing.
    """

    pool_id: pulumi.Output[str]
    """The pool's id, for GeoLoadBalancer."""
    monitor_id: pulumi.Output[str | None]
    """The monitor's id, if there is one."""

    def __init__(self, name: str, args: GeoPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check_pool(args)
        super().__init__(names.POOL_COMPONENT, name, None, opts)
        # The SDK takes a second to import: only where it is needed.
        cloudflare = importlib.import_module("components.geo.cloudflare")
        monitor_id: pulumi.Output[str] | None = None
        if "monitor" in args:
            options = self._options(args, args.get("monitor_import_id", ""))
            monitor_name = names.child(name, "monitor")
            monitor_id = cloudflare.monitor(monitor_name, args["account_id"], args["monitor"], options).id
        options = self._options(args, args.get("pool_import_id", ""))
        pool = cloudflare.pool(names.child(name, "pool"), args, monitor_id, options)
        self.pool_id = pool.id
        self.monitor_id = pulumi.Output.from_input(monitor_id)
        self.register_outputs({"poolId": self.pool_id, "monitorId": self.monitor_id})

    def _options(self, args: GeoPoolArgs, import_id: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            import_=imported(args["account_id"], import_id),
            retain_on_delete=args.get("retain", False),
        )


def imported(container: pulumi.Input[str], import_id: str) -> str | None:
    """What `import_` takes for this id in an account or a zone; None without an id.

    Raises TypeError where the account or zone is not known before the run, as an import needs it.
    """
    if not import_id:
        return None
    if not isinstance(container, str):
        raise TypeError("to take over what exists, give the account's or zone's id as a text, not as an output")
    return f"{container}/{import_id}"


def declare(  # noqa: PLR0913 - what is declared, where, and how
    pool: Pool,
    monitor: Monitor | None,
    account_id: str,
    *,
    pool_import_id: str = "",
    monitor_import_id: str = "",
    former_name: str = "",
    retain: bool = False,
    opts: pulumi.ResourceOptions | None = None,
) -> GeoPool:
    """Declare a pool and its monitor by the name that the pool has. Import ids: "" for what state has or is made.

    former_name: the pool's name in state, where it is another: then it is renamed, not made anew. retain: both stay
    when they leave the program.
    """
    args = arguments(pool, monitor, account_id)
    args["retain"] = retain
    if pool_import_id:
        args["pool_import_id"] = pool_import_id
    if monitor_import_id:
        args["monitor_import_id"] = monitor_import_id
    former = [pulumi.Alias(name=names.pool_component(former_name))] if former_name else []
    merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=former))
    return GeoPool(names.pool_component(pool.name), args, merged)


def arguments(pool: Pool, monitor: Monitor | None, account_id: str) -> GeoPoolArgs:
    """The arguments for a pool and its monitor."""
    value = canonical.pool(pool)
    args = GeoPoolArgs(
        account_id=account_id,
        name=value.name,
        origins=[_origin(one) for one in value.origins],
        enabled=value.enabled,
        minimum_origins=value.minimum_origins,
        check_regions=list(value.check_regions),
        notification_email=value.notification_email,
        load_shedding=GeoPoolLoadShedding(
            default_percent=value.load_shedding.default_percent,
            default_policy=value.load_shedding.default_policy,
            session_percent=value.load_shedding.session_percent,
        ),
        origin_steering=value.origin_steering,
        description=value.description,
        kept=value.kept,
    )
    if value.latitude is not None and value.longitude is not None:
        args["latitude"], args["longitude"] = value.latitude, value.longitude
    if monitor is not None:
        args["monitor"] = _monitor(canonical.monitor(monitor))
    return args


def _origin(origin: Origin) -> GeoPoolOrigin:
    return GeoPoolOrigin(
        name=origin.name,
        address=origin.address,
        weight=origin.weight,
        enabled=origin.enabled,
        port=origin.port,
        host_header=origin.host_header,
        flatten_cname=origin.flatten_cname,
        virtual_network_id=origin.virtual_network_id,
    )


def _monitor(monitor: Monitor) -> GeoPoolMonitor:
    header: Mapping[str, tuple[str, ...]] = dict(monitor.header)
    return GeoPoolMonitor(
        type=monitor.type,
        interval=monitor.interval,
        timeout=monitor.timeout,
        retries=monitor.retries,
        port=monitor.port,
        method=monitor.method,
        path=monitor.path,
        expected_codes=monitor.expected_codes,
        expected_body=monitor.expected_body,
        follow_redirects=monitor.follow_redirects,
        allow_insecure=monitor.allow_insecure,
        header={name: list(values) for name, values in header.items()},
        probe_zone=monitor.probe_zone,
        consecutive_up=monitor.consecutive_up,
        consecutive_down=monitor.consecutive_down,
        description=monitor.description,
    )
