"""GeoPool: a pool of origins at one place, and the monitor that checks them, as one Pulumi component."""

# Pulumi infers the package's schema from the annotations as they are here: no `from __future__ import annotations`.
from collections.abc import Mapping

import pulumi

from components.geo import canonical, names, sdk
from components.geo.arguments import GeoPoolArgs, GeoPoolLoadShedding, GeoPoolMonitor, GeoPoolOrigin
from components.geo.checks import check_pool
from components.geo.values import Monitor, Origin, Pool


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
        cloudflare = sdk.resources()
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
    """Return the value of `import_` for this id in an account or a zone; None without an id.

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
    """Declare a pool and its monitor under the pool's name. Import ids: "" for resources in state or to be made.

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
    """Return the arguments for a pool and its monitor."""
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
