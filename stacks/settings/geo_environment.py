"""The environment variables of external-dns-cloudflare-geo: they fill in what the setting `geo` does not say."""

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
"""By the setting that each stands for."""
_TELLING = ("GEO_LOCATION", "CF_LB_HOSTNAME", "CF_ORIGIN_WEIGHT")
"""Those that mean nothing else: one of them turns geo load balancing on, without a setting."""
_HOST_NAMES = ("hostname", "hostnames", "load_balancers")


def filled_in(geo: Any, environment: Mapping[str, str]) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    """The setting `geo` with what variables add to it, and where the paths of those are from.

    An empty mapping is as good as none: Pulumi gives one where nothing is set.
    """
    given = {key: text for key, name in VARIABLES.items() if (text := environment.get(name, "").strip())}
    geo = geo or {}
    if not isinstance(geo, dict):
        return geo, {}
    if not geo and not any(environment.get(name, "").strip() for name in _TELLING):
        return None, {}
    added = {key: text for key, text in given.items() if not geo.get(key)}
    if any(geo.get(key) for key in _HOST_NAMES):
        added.pop("hostname", None)
    return geo | added, {f"geo.{key}": f"environment variable {VARIABLES[key]}" for key in added}
