"""GeoLoadBalancer: a host name whose clients are sent to pools all over the world, as a Pulumi component."""

# Pulumi infers the package's schema from the annotations as they are here: no `from __future__ import annotations`.

import pulumi

from components.geo import canonical, names, sdk
from components.geo.arguments import GeoLoadBalancerArgs
from components.geo.checks import check_balancer
from components.geo.pool import GeoPool, imported
from components.geo.values import OWN, LoadBalancer


class GeoLoadBalancer(pulumi.ComponentResource):
    """A load balancer at Cloudflare: clients of a host name are sent to the pool that the steering policy says.

    Every optional field has a value, as the API gives it back, so that a second `up` changes nothing.
    """

    load_balancer_id: pulumi.Output[str]
    """The load balancer's id."""

    def __init__(self, name: str, args: GeoLoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check_balancer(args)
        super().__init__(names.BALANCER_COMPONENT, name, None, opts)
        cloudflare = sdk.resources()
        options = pulumi.ResourceOptions(
            parent=self,
            import_=imported(args["zone_id"], args.get("import_id", "")),
            retain_on_delete=args.get("retain", False),
        )
        made = cloudflare.load_balancer(names.child(name, "balancer"), args, options)
        self.load_balancer_id = made.id
        self.register_outputs({"loadBalancerId": self.load_balancer_id})


def declare(  # noqa: PLR0913 - what is declared, where, and how
    balancer: LoadBalancer,
    zone_id: str,
    own: GeoPool | None,
    *,
    retain: bool,
    import_id: str = "",
    clear_country_pools: bool = False,
    opts: pulumi.ResourceOptions | None = None,
) -> GeoLoadBalancer:
    """Declare a load balancer by its host name; OWN among its pools is `own`, on which it then depends.

    retain: it stays when it leaves the program. import_id: "" for what state has or is made. clear_country_pools: it
    has some now and is to have none.
    Raises ValueError where OWN is among the pools and there is none.
    """
    args = arguments(balancer, zone_id, own)
    args["retain"] = retain
    args["clear_country_pools"] = clear_country_pools
    if import_id:
        args["import_id"] = import_id
    # It is deleted, or no longer refers to the pool, before the pool is deleted: the API refuses the reverse.
    after = pulumi.ResourceOptions(depends_on=[own] if own else [])
    merged = pulumi.ResourceOptions.merge(opts, after)
    return GeoLoadBalancer(names.balancer_component(balancer.name), args, merged)


def arguments(balancer: LoadBalancer, zone_id: str, own: GeoPool | None) -> GeoLoadBalancerArgs:
    """Return the arguments for a load balancer."""
    value = canonical.balancer(balancer)
    return GeoLoadBalancerArgs(
        zone_id=zone_id,
        name=value.name,
        default_pools=_ids(value.default_pools, own),
        fallback_pool=_id(value.fallback_pool, own),
        steering_policy=value.steering_policy,
        proxied=value.proxied,
        ttl=value.ttl,
        enabled=value.enabled,
        description=value.description,
        session_affinity=value.session_affinity,
        session_affinity_ttl=value.session_affinity_ttl,
        session_affinity_headers=list(value.session_affinity_headers),
        region_pools={key: _ids(pools, own) for key, pools in value.region_pools},
        country_pools={key: _ids(pools, own) for key, pools in value.country_pools},
        pop_pools={key: _ids(pools, own) for key, pools in value.pop_pools},
        pool_weights=_weights(dict(value.pool_weights), own),
        default_weight=value.default_weight,
        failover_across_pools=value.failover_across_pools,
        location_mode=value.location_mode,
        prefer_ecs=value.prefer_ecs,
        kept=value.kept,
    )


def _id(pool: str, own: GeoPool | None) -> pulumi.Input[str]:
    if pool != OWN:
        return pool
    if own is None:
        raise ValueError("the load balancer is to have the own pool, and there is none")
    return own.pool_id


def _ids(pools: tuple[str, ...], own: GeoPool | None) -> list[pulumi.Input[str]]:
    return [_id(pool, own) for pool in pools]


def _weights(weights: dict[str, float], own: GeoPool | None) -> pulumi.Input[dict[str, pulumi.Input[float]]]:
    if OWN not in weights:
        return dict(weights)
    others = {pool: weight for pool, weight in weights.items() if pool != OWN}
    return pulumi.Output.from_input(_id(OWN, own)).apply(lambda pool: {**others, pool: weights[OWN]})
