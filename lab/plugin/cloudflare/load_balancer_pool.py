"""`cloudflare:index/loadBalancerPool:LoadBalancerPool`, after the provider's `services/load_balancer_pool`.

The API returns origins sorted by name: a program that declares them otherwise sees a change at every refresh.
Requests: https://developers.cloudflare.com/api/resources/load_balancers/subresources/pools/
"""

from __future__ import annotations

from typing import Final

from lab.plugin.cloudflare.attributes import Attribute, Form, Table
from lab.plugin.cloudflare.collected import Collected

_REGIONS: Final = (
    "WNAM",
    "ENAM",
    "WEU",
    "EEU",
    "NSAM",
    "SSAM",
    "OC",
    "ME",
    "NAF",
    "SAF",
    "SAS",
    "SEAS",
    "NEAS",
    "ALL_REGIONS",
)
_STEERING: Final = ("random", "hash", "least_outstanding_requests", "least_connections")
_PERCENT: Final = (0.0, 100.0)

_ORIGIN: Final[Table] = (
    Attribute("address", optional=True),
    Attribute("disabledAt", computed=True, form=Form.TIME),
    Attribute("enabled", optional=True, computed=True, default=True),
    Attribute("flattenCname", optional=True, computed=True, default=True),
    Attribute("header", optional=True, form=Form.OBJECT, inner=(Attribute("hosts", optional=True, alias="Host"),)),
    Attribute("name", optional=True),
    Attribute("port", optional=True, computed=True),
    Attribute("virtualNetworkId", optional=True),
    Attribute("weight", optional=True, computed=True, default=1, bounds=(0, 1)),
)
_LOAD_SHEDDING: Final[Table] = (
    Attribute("defaultPercent", optional=True, computed=True, default=0, bounds=_PERCENT),
    Attribute("defaultPolicy", optional=True, computed=True, default="random", options=("random", "hash")),
    Attribute("sessionPercent", optional=True, computed=True, default=0, bounds=_PERCENT),
    Attribute("sessionPolicy", optional=True, computed=True, default="hash", options=("hash",)),
)
_FILTER: Final[Table] = (
    Attribute("disable", optional=True, computed=True),
    Attribute("healthy", optional=True),
)
_NOTIFICATION_FILTER: Final[Table] = (
    Attribute("origin", optional=True, computed=True, form=Form.OBJECT, inner=_FILTER),
    Attribute("pool", optional=True, computed=True, form=Form.OBJECT, inner=_FILTER),
)
_ORIGIN_STEERING: Final[Table] = (
    Attribute("policy", optional=True, computed=True, default="random", options=_STEERING),
)

_TABLE: Final[Table] = (
    Attribute("accountId", required=True, replaces=True, form=Form.PATH, description="Identifier."),
    Attribute("checkRegions", optional=True, options=_REGIONS),
    Attribute("createdOn", computed=True),
    Attribute("description", optional=True, computed=True, default=""),
    Attribute("disabledAt", computed=True, form=Form.TIME),
    Attribute("enabled", optional=True, computed=True, default=True),
    Attribute("healthSources", optional=True),
    Attribute("id", computed=True, kept=True),
    Attribute("latitude", optional=True),
    Attribute("loadShedding", optional=True, computed=True, form=Form.OBJECT, inner=_LOAD_SHEDDING),
    Attribute("longitude", optional=True),
    Attribute("minimumOrigins", optional=True, computed=True, default=1),
    Attribute("modifiedOn", computed=True),
    Attribute("monitor", optional=True),
    Attribute("monitorGroup", optional=True),
    Attribute(
        "name",
        required=True,
        description="A short name (tag) for the pool. Only alphanumeric characters, hyphens, and underscores are "
        "allowed.",
    ),
    Attribute("networks", computed=True),
    Attribute("notificationEmail", optional=True, computed=True, default=""),
    Attribute("notificationFilter", optional=True, computed=True, form=Form.OBJECT, inner=_NOTIFICATION_FILTER),
    Attribute("originSteering", optional=True, computed=True, form=Form.OBJECT, inner=_ORIGIN_STEERING),
    Attribute(
        "origins",
        required=True,
        form=Form.OBJECT,
        inner=_ORIGIN,
        description="The list of origins within this pool. Traffic directed at this pool is balanced across all "
        "currently healthy origins, provided the pool itself is healthy.",
    ),
)

POOL: Final = Collected(
    token="cloudflare:index/loadBalancerPool:LoadBalancerPool",  # noqa: S106 - a type, no password
    table=_TABLE,
    owner="accountId",
    collection="accounts/{}/load_balancers/pools",
    import_form="<account_id>/<pool_id>",
)
