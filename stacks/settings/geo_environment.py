"""Take the settings of load balancing that are left out from the variables of external-dns-cloudflare-geo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VARIABLES = {
    "account_id": "CF_ACCOUNT_ID",
    "location": "GEO_LOCATION",
    "label_selector": "LABEL_SELECTOR",
    "hostname": "CF_LB_HOSTNAME",
    "weight": "CF_ORIGIN_WEIGHT",
}
"""The variables by setting."""
_SWITCHES = ("GEO_LOCATION", "CF_LB_HOSTNAME", "CF_ORIGIN_WEIGHT")
"""Variables with no other meaning: one of them turns load balancing on, without a setting."""
_HOST_NAMES = ("hostname", "hostnames", "load_balancers")


def filled_in(geo: Any, environment: Mapping[str, str]) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    """Return the setting `geo` with additions from variables, and the origin of each addition by its path.

    An empty mapping is treated as none: Pulumi gives one where nothing is set.
    """
    given = {key: text for key, name in VARIABLES.items() if (text := environment.get(name, "").strip())}
    geo = geo or {}
    if not isinstance(geo, dict):
        return geo, {}
    if not geo and not any(environment.get(name, "").strip() for name in _SWITCHES):
        return None, {}
    added = {key: text for key, text in given.items() if not geo.get(key)}
    if any(geo.get(key) for key in _HOST_NAMES):
        added.pop("hostname", None)
    return geo | added, {f"geo.{key}": f"environment variable {VARIABLES[key]}" for key in added}
