"""`cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor`, after the provider's `services/load_balancer_monitor`.

Requests: https://developers.cloudflare.com/api/resources/load_balancers/subresources/monitors/
"""

from __future__ import annotations

from typing import Final

from lab.plugin.cloudflare.attributes import Attribute, Form, Table
from lab.plugin.cloudflare.collected import Collected

_TYPES: Final = ("http", "https", "tcp", "udp_icmp", "icmp_ping", "smtp")

_TABLE: Final[Table] = (
    Attribute("accountId", required=True, replaces=True, form=Form.PATH, description="Identifier."),
    Attribute("allowInsecure", optional=True, computed=True, default=False),
    Attribute("consecutiveDown", optional=True),
    Attribute("consecutiveUp", optional=True),
    Attribute("createdOn", computed=True),
    Attribute("description", optional=True, computed=True, default=""),
    Attribute("expectedBody", optional=True, computed=True, default=""),
    Attribute("expectedCodes", optional=True, computed=True, default=""),
    Attribute("followRedirects", optional=True, computed=True, default=False),
    Attribute("header", optional=True),
    Attribute("id", computed=True, kept=True),
    Attribute("interval", optional=True, computed=True, default=60),
    Attribute("method", optional=True, computed=True),
    Attribute("modifiedOn", computed=True),
    Attribute("path", optional=True, computed=True),
    Attribute("port", optional=True),
    Attribute("probeZone", optional=True, computed=True, default=""),
    Attribute("retries", optional=True, computed=True, default=2),
    Attribute("timeout", optional=True, computed=True, default=5),
    Attribute("type", optional=True, computed=True, default="http", options=_TYPES),
)

MONITOR: Final = Collected(
    token="cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor",  # noqa: S106 - a type, no password
    table=_TABLE,
    owner="accountId",
    collection="accounts/{}/load_balancers/monitors",
    import_form="<account_id>/<monitor_id>",
)
