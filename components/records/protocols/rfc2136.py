"""A record set at a name server that takes dynamic updates (RFC 2136): a resource of our own plugin."""

from __future__ import annotations

import pulumi

from components.dns_update.connection import Connection
from components.records import official
from components.records.protocols.own_plugin import INPUTS, declare, import_id
from components.records.providers import PROVIDERS

__all__ = ["INPUTS", "declare", "import_id", "provider"]
_PROVIDER = PROVIDERS["rfc2136"]


def provider(name: str, environment: dict[str, str], *place: str) -> pulumi.ProviderResource:
    """Declare a provider for a server. environment: the variable of the secret by the plugin's own; place: the rest."""
    mapped = {variable: own for variable, own in environment.items() if variable != own}
    return official.explicit(_PROVIDER, name, mapped, (), Connection(*place).inputs())
