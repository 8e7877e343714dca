"""Reads Routeflare's values and variables, and the variables of external-dns-cloudflare-geo: almost all by a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.setup.moving.draft import Draft
from cli.setup.moving.tools.ways import told

_STRATEGIES = {"full": "sync"}


def is_routeflares_chart(values: Mapping[str, Any]) -> bool:
    """Return whether values without a name are those of Routeflare's chart."""
    cloudflare = values.get("cloudflare")
    return isinstance(cloudflare, Mapping) and isinstance(cloudflare.get("apiToken"), Mapping)


def routeflare(draft: Draft, values: Mapping[str, Any], variables: Mapping[str, str | None]) -> None:
    """Tell what Routeflare was told, and put what it becomes into the settings."""
    said: dict[str, object] = dict(variables)
    for name, value in values.items():
        parts = value if name in ("cloudflare", "kubernetes") and isinstance(value, Mapping) else {"": value}
        said |= {f"{name}.{key}".rstrip("."): one for key, one in parts.items() if one not in (None, "", [], {})}
    said.pop("env", None)
    strategy = {
        name: _STRATEGIES.get(str(said[name]), said[name]) for name in said if name.lower().endswith("strategy")
    }
    told(draft, "routeflare", said | strategy)
    draft.carry("HTTPRoutes", "sources", ["gateway-httproute"])
    draft.carry("routes without content-mode", "cluster.opt_in", value=True)
    draft.settings["zones"] = "auto"
    draft.adopt += ["--from", "routeflare"]


def geo(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Carry the variables of external-dns-cloudflare-geo into the settings."""
    told(draft, "geo", variables, ("CF_ZONE_ID",))
    if zone_id := variables.get("CF_ZONE_ID"):
        draft.carry("CF_ZONE_ID", "zones", [{"auto": {"ids": [zone_id]}}], f"zones: auto, ids: {zone_id}")
    draft.carry("the pool that is there", "geo.adopt", "all", "geo.adopt: all, until it bears our mark")
