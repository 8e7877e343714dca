"""The settings of all protocols, as a zone has them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from stacks.settings.protocols.coredns import CoreDns
from stacks.settings.protocols.rfc2136 import Rfc2136
from stacks.settings.protocols.webhook import WebhookProvider


class ProtocolSettings(BaseModel):
    """The settings of each protocol; one of them counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rfc2136: Rfc2136 = None
    """The name server, where `provider` is `rfc2136`."""
    webhook: WebhookProvider = None
    """The provider of external-dns's webhook protocol, where `provider` is `webhook`."""
    coredns: CoreDns = None
    """The ConfigMap that the cluster's CoreDNS serves, where `provider` is `coredns`."""

    def place_of(self, provider: str) -> tuple[str, ...]:
        """Return where a protocol serves the zone; empty for a provider that is none, or without its settings."""
        found = {"rfc2136": self.rfc2136, "webhook": self.webhook, "coredns": self.coredns}.get(provider)
        return found.place if found else ()
