"""A record set at a name server that takes dynamic updates (RFC 2136): a resource of our own plugin."""

from __future__ import annotations

import pulumi

from components.dns_update.connection import Connection
from components.records.official import import_id
from components.records.protocols.own_plugin import INPUTS, declare, explicit

__all__ = ["INPUTS", "declare", "import_id", "provider"]


def provider(name: str, environment: dict[str, str], *place: str) -> pulumi.ProviderResource:
    """Declare a provider for a server. environment: the variable of the secret by the plugin's own; place: the rest."""
    return explicit(name, environment, Connection(*place).inputs())
