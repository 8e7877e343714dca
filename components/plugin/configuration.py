"""The configuration of a provider: the server and the key for it, or the URL of a webhook."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi.provider.experimental.property_value import Computed, PropertyValue

from components.dns_update.connection import (
    ALGORITHM,
    ALGORITHMS,
    KEY,
    SECRET,
    SECRET_VARIABLE,
    SERVER,
    Connection,
    secret_fault,
)
from components.dns_update.sent_ahead import SentAhead
from components.dns_update.server import DnsServer
from components.plugin.backends import Backend, ByWebhook, DynamicUpdates
from components.webhook import connection as webhook
from components.webhook.client import Webhook

_OF_WEBHOOK = {"url": webhook.URL, "timeout": webhook.TIMEOUT}
_FIELDS = {"server": SERVER, "key": KEY, "algorithm": ALGORITHM}


def faults(given: Mapping[str, PropertyValue]) -> dict[str, str]:
    """Return what is wrong, by the name of the setting. What a preview does not know yet is not looked at."""
    if any(isinstance(one.value, Computed) for one in given.values()):
        return {}
    if webhook.URL in given:
        return _faults_of_webhook(given)
    found = {_FIELDS[name]: reason for name, reason in _connection(given).faults().items()}
    secret = _text(given, SECRET)
    if secret and (reason := secret_fault(secret)):
        found[SECRET] = reason
    return {name: reason for name, reason in found.items() if name in given or name == SECRET}


def is_name_server(given: Mapping[str, PropertyValue]) -> bool:
    """Return whether a configuration is known to be that of a name server, not of a webhook."""
    return SERVER in given and webhook.URL not in given


def backend(given: Mapping[str, PropertyValue], environment: Mapping[str, str]) -> Backend:
    """Return the server of a configuration. Raises ValueError where settings are missing or wrong."""
    if webhook.URL not in given:
        server = _server(given, environment)
        return DynamicUpdates(server, SentAhead(environment, server.connection))
    if found := _faults_of_webhook(given):
        raise ValueError("; ".join(f"{name}: {reason}" for name, reason in found.items()))
    token = _text(given, webhook.TOKEN) or environment.get(webhook.TOKEN_VARIABLE, "").strip()
    if reason := webhook.token_fault(token):
        raise ValueError(f"the token for the webhook cannot be used: {reason}")
    return ByWebhook(Webhook(_place(given), token))


def _server(given: Mapping[str, PropertyValue], environment: Mapping[str, str]) -> DnsServer:
    """Return the server of a configuration. Raises ValueError with what it lacks."""
    connection = _connection(given)
    if not connection.server or not connection.key:
        raise ValueError(f"the provider truenorth is not configured: set {SERVER} and {KEY}, or {webhook.URL}")
    if found := connection.faults():
        raise ValueError("; ".join(f"{_FIELDS[name]}: {reason}" for name, reason in found.items()))
    secret = _text(given, SECRET) or environment.get(SECRET_VARIABLE, "").strip()
    if not secret:
        raise ValueError(f"there is no secret for the key {connection.key}: export {SECRET_VARIABLE}, or set {SECRET}")
    if reason := secret_fault(secret):
        raise ValueError(f"the secret of the key {connection.key} cannot be used: {reason}")
    return DnsServer(connection, secret)


def _connection(given: Mapping[str, PropertyValue]) -> Connection:
    return Connection(_text(given, SERVER), _text(given, KEY), _text(given, ALGORITHM) or ALGORITHMS[0])


def _text(given: Mapping[str, PropertyValue], name: str) -> str:
    value = given[name].value if name in given else ""
    return value.strip() if isinstance(value, str) else ""


def _place(given: Mapping[str, PropertyValue]) -> webhook.WebhookPlace:
    said = _text(given, webhook.TIMEOUT) or str(webhook.USUAL_TIMEOUT)
    return webhook.WebhookPlace(_text(given, webhook.URL), int(said) if said.isdecimal() and len(said) < 10 else 0)  # noqa: PLR2004 - digits


def _faults_of_webhook(given: Mapping[str, PropertyValue]) -> dict[str, str]:
    found = {_OF_WEBHOOK[name]: reason for name, reason in _place(given).faults().items()}
    if SERVER in given:
        found[SERVER] = f"there is {webhook.URL}, too: a provider has one of them"
    if reason := webhook.token_fault(_text(given, webhook.TOKEN)):
        found[webhook.TOKEN] = reason
    return found
