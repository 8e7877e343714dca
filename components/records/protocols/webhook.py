"""A record set at a provider of external-dns's webhook protocol: a resource of our own plugin."""

from __future__ import annotations

import pulumi

from components.records import official
from components.records.protocols.own_plugin import INPUTS, declare, import_id
from components.records.providers import PROVIDERS
from components.webhook.connection import WebhookPlace

__all__ = ["INPUTS", "declare", "import_id", "provider"]
_PROVIDER = PROVIDERS["webhook"]


def provider(name: str, environment: dict[str, str], url: str, timeout: str) -> pulumi.ProviderResource:
    """Declare a provider for a webhook. environment: the variable of the token by the plugin's own; place: the rest."""
    mapped = {variable: own for variable, own in environment.items() if variable != own}
    return official.explicit(_PROVIDER, name, mapped, (), WebhookPlace(url, int(timeout)).inputs())
