"""Reads the variables of external-dns-cloudflare-geo."""

from __future__ import annotations

from collections.abc import Mapping

from cli.setup.moving.draft import Draft

VARIABLES: Mapping[str, str] = {
    "CF_API_TOKEN": "$CF_API_TOKEN",
    "CF_ACCOUNT_ID": "=geo.account_id",
    "GEO_LOCATION": "=geo.location",
    "LABEL_SELECTOR": "=geo.label_selector",
    "CF_LB_HOSTNAME": "=geo.hostname",
    "CF_ORIGIN_WEIGHT": "#geo.weight",
    "LOG_LEVEL": "~truenorth watch -v says more",
}
"""The variables that are told one by one."""


def is_given(variables: Mapping[str, str | None]) -> bool:
    """Return whether these are variables of the tool."""
    return "GEO_LOCATION" in variables


def read(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell all variables, and put what they become into the settings."""
    for name, value in variables.items():
        if name == "CF_ZONE_ID":
            draft.carry(name, "zones", [{"auto": {"ids": [value]}}], f"zones: auto, ids: {value}")
        else:
            way = VARIABLES.get(name, "-no variable of this tool is called so; of a newer version, or misspelt?")
            draft.tell(name, way, value)
    draft.carry("the pool that is there", "geo.adopt", "all", "geo.adopt: all, until it bears our mark")
