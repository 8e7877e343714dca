"""What load balancers and pools have that the components have no arguments for, as one text of JSON.

A PUT of the API sets what it leaves out back to its default, so what somebody else has set has to be sent again:
https://developers.cloudflare.com/api/resources/load_balancers/methods/update/.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

BALANCER = ("networks", "rules", "session_affinity_attributes")
POOL = ("health_sources", "monitor_group", "notification_filter")

_AFFINITY = "session_affinity_attributes"
_FILLED_IN = {
    "drain_duration": 0,
    "headers": None,
    "require_all_headers": False,
    "samesite": "Auto",
    "secure": "Auto",
    "zero_downtime_failover": "none",
}
"""The attributes that the API answers where nobody has set any. Declared, they would be a change at every refresh: the
provider has a default for `require_all_headers`, which the API does not answer."""


def of_balancer(answered: Mapping[str, Any]) -> str:
    """What to keep of a load balancer as the API has answered it."""
    attributes = answered.get(_AFFINITY) or {}
    if all(_FILLED_IN.get(name, value) == value for name, value in attributes.items()):
        return _text({**answered, _AFFINITY: None}, BALANCER)
    return _text(answered, BALANCER)


def of_pool(answered: Mapping[str, Any]) -> str:
    """What to keep of a pool as the API has answered it."""
    return _text(answered, POOL)


def parse(kept: str) -> dict[str, Any]:
    """What to declare, by the API's names."""
    values: dict[str, Any] = json.loads(kept) if kept else {}
    return values


def _text(answered: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return json.dumps({name: answered[name] for name in names if answered.get(name)}, sort_keys=True)
