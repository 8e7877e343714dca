"""Fields of load balancers and pools without arguments in the components, as one text of JSON.

A PUT of the API resets the fields that it leaves out, so those that somebody else has set have to be sent again:
https://developers.cloudflare.com/api/resources/load_balancers/methods/update/.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_AFFINITY = "session_affinity_attributes"
BALANCER = ("networks", "rules", _AFFINITY)
POOL = ("health_sources", "monitor_group", "notification_filter")

_FILLED_IN = {
    "networks": ["cloudflare"],
    "drain_duration": 0,
    "require_all_headers": False,
    "samesite": "Auto",
    "secure": "Auto",
    "zero_downtime_failover": "none",
}
"""What the API answers where nobody has set anything. Declared, attributes of session affinity would be a change at
every refresh: the provider has a default for `require_all_headers`, which the API does not answer."""


def of_balancer(answered: Mapping[str, Any]) -> str:
    """Return the fields to keep of a load balancer in an answer of the API; "" for none.

    The headers of session affinity are an argument, and not in it.
    """
    attributes = {key: value for key, value in (answered.get(_AFFINITY) or {}).items() if key != "headers"}
    values = {**answered, _AFFINITY: None if _filled_in(attributes) else attributes}
    if values.get("networks") == _FILLED_IN["networks"]:
        del values["networks"]
    return _text(values, BALANCER)


def of_pool(answered: Mapping[str, Any]) -> str:
    """Return the fields to keep of a pool in an answer of the API; "" for none."""
    return _text(answered, POOL)


def parse(kept: str) -> dict[str, Any]:
    """Return the fields to declare, by the API's names."""
    values: dict[str, Any] = json.loads(kept) if kept else {}
    return values


def _filled_in(attributes: Mapping[str, Any]) -> bool:
    return all(value is None or _FILLED_IN.get(key) == value for key, value in attributes.items())


def _text(answered: Mapping[str, Any], names: tuple[str, ...]) -> str:
    values = {name: answered[name] for name in names if answered.get(name)}
    return json.dumps(values, sort_keys=True) if values else ""
