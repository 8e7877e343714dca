"""The settings of a zone's file in a ConfigMap, which the cluster's CoreDNS serves."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from stacks.settings.fields import OBJECT, matching

_LONGEST = 253
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_CONFIG_MAP = re.compile(rf"(?=.{{1,{_LONGEST}}}\Z){OBJECT.pattern}")
_FILE = re.compile(rf"(?!\.\.)[-._a-zA-Z0-9]{{1,{_LONGEST}}}")


class CoreDnsSettings(BaseModel):
    """The ConfigMap with the zone's file, one for each view of a zone. It is TrueNorth's whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    config_map: Annotated[str, matching(_CONFIG_MAP, "no name of a ConfigMap", "write it as house-zone")]
    """The name of the ConfigMap, which the pods of CoreDNS mount."""
    namespace: Annotated[str, matching(_NAMESPACE, "no namespace", "write that of CoreDNS's pods")] = "kube-system"
    """Its namespace: that of CoreDNS's pods."""
    file: Annotated[str, matching(_FILE, "no key of a ConfigMap", "write it as db.example.com")] = "zone.db"
    """The key with the zone, which is the name of the file in the pods."""
    kubeconfig: str = ""
    """The kubeconfig file; empty: that of KUBECONFIG, ~/.kube/config, or in a pod its service account."""
    context: str = ""
    """The kubeconfig's context; empty: its current one, or in a pod its service account."""

    @property
    def place(self) -> tuple[str, str]:
        """The kubeconfig and the context, by which a provider of Pulumi finds the cluster."""
        return self.kubeconfig, self.context


CoreDns = Annotated[CoreDnsSettings | None, BeforeValidator(lambda value: value or None)]
"""None for an empty mapping, too: Pulumi gives one where nothing is set."""
