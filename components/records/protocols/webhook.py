"""A record set at a provider of external-dns's webhook protocol: a resource of our own plugin."""

from __future__ import annotations

import pulumi

from components.records.official import import_id
from components.records.protocols.own_plugin import INPUTS, declare, explicit
from components.webhook.connection import WebhookPlace

__all__ = ["INPUTS", "declare", "import_id", "provider"]


def provider(name: str, environment: dict[str, str], url: str, timeout: str) -> pulumi.ProviderResource:
    """Declare a provider for a webhook. environment: the variable of the token by the plugin's own; place: the rest."""
    return explicit(name, environment, WebhookPlace(url, int(timeout)).inputs())
