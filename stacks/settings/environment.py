"""Take settings that are left out from the environment: from variables of other tools, and from the user's folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

GEO_VARIABLES = {
    "account_id": "CF_ACCOUNT_ID",
    "location": "GEO_LOCATION",
    "label_selector": "LABEL_SELECTOR",
    "hostname": "CF_LB_HOSTNAME",
    "weight": "CF_ORIGIN_WEIGHT",
}
"""The variables of external-dns-cloudflare-geo by the setting of load balancing."""
_INTERVAL = "DNS_SYNC_INTERVAL"
"""A variable of the ESDDNS operator."""
_SWITCHES = ("GEO_LOCATION", "CF_LB_HOSTNAME", "CF_ORIGIN_WEIGHT")
"""Variables with no other meaning: one of them turns load balancing on, without a setting."""
_HOST_NAMES = ("hostname", "hostnames", "load_balancers")


def geo_filled_in(geo: Any, environment: Mapping[str, str]) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    """Return the setting `geo` with additions from variables, and the origin of each addition by its path.

    An empty mapping is treated as none: Pulumi gives one where nothing is set.
    """
    given = {key: text for key, name in GEO_VARIABLES.items() if (text := environment.get(name, "").strip())}
    geo = geo or {}
    if not isinstance(geo, dict):
        return geo, {}
    if not geo and not any(environment.get(name, "").strip() for name in _SWITCHES):
        return None, {}
    added = {key: text for key, text in given.items() if not geo.get(key)}
    if any(geo.get(key) for key in _HOST_NAMES):
        added.pop("hostname", None)
    return geo | added, {f"geo.{key}": f"environment variable {GEO_VARIABLES[key]}" for key in added}


def wan_filled_in(wan: Any, environment: Mapping[str, str], stack: str) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 - as above
    """Return the setting `wan` with additions from the environment, and the origin of each addition by its path.

    The folder of pushed addresses is one of the user and the stack, where a source is asked for it.
    """
    if not isinstance(wan, dict):
        return wan, {}
    added: dict[str, str] = {}
    origins: dict[str, str] = {}
    if "recheck" not in wan and (interval := environment.get(_INTERVAL, "").strip()):
        added["recheck"], origins["wan.recheck"] = interval, f"environment variable {_INTERVAL}"
    if "pushed" not in wan and _asks_for_pushed(wan):
        added["pushed"] = str(state_home(environment) / "pushed" / stack)
    return added | wan, origins


def state_home(environment: Mapping[str, str]) -> Path:
    """Return the user's folder for files that outlive a run (XDG base directory specification)."""
    root = environment.get("XDG_STATE_HOME") or str(
        Path(environment.get("HOME", "~")).expanduser() / ".local" / "state"
    )
    return Path(root) / "truenorth"


def _asks_for_pushed(wan: Mapping[str, Any]) -> bool:
    links = wan.get("links")
    each = [wan, *(links.values() if isinstance(links, dict) else ())]
    sources = [one.get("sources") for one in each if isinstance(one, dict)]
    return any(str(text).startswith("pushed:") for some in sources if isinstance(some, list) for text in some)
