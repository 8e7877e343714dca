"""`cloudflare:index/loadBalancer:LoadBalancer`, after terraform-provider-cloudflare's `services/load_balancer`.

Requests: https://developers.cloudflare.com/api/resources/load_balancers/
"""

from __future__ import annotations

from typing import Final

from lab.plugin.cloudflare.attributes import Attribute, Form, Table
from lab.plugin.cloudflare.collected import Collected

_STEERING: Final = (
    "off",
    "geo",
    "random",
    "dynamic_latency",
    "proximity",
    "least_outstanding_requests",
    "least_connections",
    "",
)
_AFFINITY: Final = ("none", "cookie", "ip_cookie", "header")
_FAILOVER: Final = ("none", "temporary", "sticky")

_SHARED: Final[Table] = (
    Attribute(
        "adaptiveRouting",
        optional=True,
        computed=True,
        form=Form.OBJECT,
        inner=(Attribute("failoverAcrossPools", optional=True, computed=True, default=False),),
    ),
    Attribute("countryPools", optional=True, computed=True),
    Attribute(
        "locationStrategy",
        optional=True,
        computed=True,
        form=Form.OBJECT,
        inner=(
            Attribute("mode", optional=True, computed=True, default="pop", options=("pop", "resolver_ip")),
            Attribute(
                "preferEcs",
                optional=True,
                computed=True,
                default="proximity",
                options=("always", "never", "proximity", "geo"),
            ),
        ),
    ),
    Attribute("popPools", optional=True, computed=True),
    Attribute(
        "randomSteering",
        optional=True,
        computed=True,
        form=Form.OBJECT,
        inner=(
            Attribute("defaultWeight", optional=True, computed=True, default=1, bounds=(0, 1)),
            Attribute("poolWeights", optional=True),
        ),
    ),
    Attribute("regionPools", optional=True, computed=True),
    Attribute(
        "sessionAffinityAttributes",
        optional=True,
        computed=True,
        form=Form.OBJECT,
        inner=(
            Attribute("drainDuration", optional=True, computed=True),
            Attribute("headers", optional=True),
            Attribute("requireAllHeaders", optional=True, computed=True, default=False),
            Attribute(
                "samesite",
                optional=True,
                computed=True,
                default="Auto",
                options=("Auto", "Lax", "None", "Strict"),
            ),
            Attribute("secure", optional=True, computed=True, default="Auto", options=("Auto", "Always", "Never")),
            Attribute("zeroDowntimeFailover", optional=True, computed=True, default="none", options=_FAILOVER),
        ),
    ),
    Attribute("sessionAffinityTtl", optional=True, computed=True),
    Attribute("ttl", optional=True, computed=True),
)
_OVERRIDES: Final[Table] = (
    *_SHARED,
    Attribute("defaultPools", optional=True),
    Attribute("fallbackPool", optional=True),
    Attribute("sessionAffinity", optional=True, computed=True, options=_AFFINITY),
    Attribute("steeringPolicy", optional=True, computed=True, options=_STEERING),
)
_FIXED_RESPONSE: Final[Table] = (
    Attribute("contentType", optional=True),
    Attribute("location", optional=True),
    Attribute("messageBody", optional=True),
    Attribute("statusCode", optional=True),
)
_RULE: Final[Table] = (
    Attribute("condition", optional=True),
    Attribute("disabled", optional=True, computed=True, default=False),
    Attribute("fixedResponse", optional=True, computed=True, form=Form.OBJECT, inner=_FIXED_RESPONSE),
    Attribute("name", optional=True),
    Attribute("overrides", optional=True, computed=True, form=Form.OBJECT, inner=_OVERRIDES),
    Attribute("priority", optional=True, computed=True, default=0),
    Attribute("terminates", optional=True, computed=True, default=False),
)

_TABLE: Final[Table] = (
    *_SHARED,
    Attribute("createdOn", computed=True),
    Attribute(
        "defaultPools",
        required=True,
        description="A list of pool IDs ordered by their failover priority. Pools defined here are used by default, "
        "or when regionPools are not configured for a given region.",
    ),
    Attribute("description", optional=True, computed=True),
    Attribute("enabled", optional=True, computed=True, default=True),
    Attribute(
        "fallbackPool",
        required=True,
        description="The pool ID to use when all other pools are detected as unhealthy.",
    ),
    Attribute("id", computed=True, kept=True),
    Attribute("modifiedOn", computed=True),
    Attribute(
        "name",
        required=True,
        description="The DNS hostname to associate with your Load Balancer. If this hostname already exists as a DNS "
        "record in Cloudflare's DNS, the Load Balancer will take precedence and the DNS record will not be used.",
    ),
    Attribute("networks", optional=True, computed=True),
    Attribute("proxied", optional=True, computed=True, default=False),
    Attribute("rules", optional=True, computed=True, form=Form.OBJECT, inner=_RULE),
    Attribute("sessionAffinity", optional=True, computed=True, default="none", options=_AFFINITY),
    Attribute("steeringPolicy", optional=True, computed=True, options=_STEERING),
    Attribute("zoneId", required=True, replaces=True, form=Form.PATH, description="Identifier."),
    Attribute("zoneName", computed=True),
)

LOAD_BALANCER: Final = Collected(
    token="cloudflare:index/loadBalancer:LoadBalancer",  # noqa: S106 - a type, no password
    table=_TABLE,
    owner="zoneId",
    collection="zones/{}/load_balancers",
    import_form="<zone_id>/<load_balancer_id>",
)
