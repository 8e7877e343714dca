"""The names by which a ConfigMap with a zone is known, in the cluster and in state; free of Pulumi's SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COMPONENT = "truenorth:coredns:ZoneFile"
"""The type of the component around a ConfigMap; its name is the zone, with its view."""
ZONE = "truenorth/zone"
"""The annotation by which a ConfigMap is ours: the zone, with its view."""


@dataclass(frozen=True, slots=True)
class ZoneFilePlace:
    """The place of a zone's file: a key of a ConfigMap."""

    namespace: str
    config_map: str
    file: str

    @property
    def said(self) -> str:
        """The ConfigMap in a message."""
        return f"the ConfigMap {self.namespace}/{self.config_map}"


def owner_of(manifest: Mapping[str, Any]) -> str:
    """Return the zone, with its view, for which we have made a ConfigMap; "" for one of somebody else."""
    found = (manifest.get("metadata") or {}).get("annotations") or {}
    zone = found.get(ZONE, "")
    return zone if isinstance(zone, str) else ""
