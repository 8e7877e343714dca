"""The configuration of a provider: the server, and the key for it."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi.provider.experimental.property_value import Computed, PropertyValue

from components.dns_update.connection import ALGORITHM, ALGORITHMS, KEY, SERVER, Connection, secret_fault
from components.dns_update.server import DnsServer

SECRET = "rfc2136Secret"  # noqa: S105 - the name of a setting, no secret
SECRET_VARIABLE = "RFC2136_TSIG_SECRET"  # noqa: S105 - a variable's name, no secret
"""Read where the configuration has no secret."""
_FIELDS = {"server": SERVER, "key": KEY, "algorithm": ALGORITHM}


def faults(given: Mapping[str, PropertyValue]) -> dict[str, str]:
    """Return what is wrong, by the name of the setting. What a preview does not know yet is not looked at."""
    if any(isinstance(one.value, Computed) for one in given.values()):
        return {}
    found = {_FIELDS[name]: reason for name, reason in _connection(given).faults().items()}
    secret = _text(given, SECRET)
    if secret and (reason := secret_fault(secret)):
        found[SECRET] = reason
    return {name: reason for name, reason in found.items() if name in given or name == SECRET}


def server(given: Mapping[str, PropertyValue], environment: Mapping[str, str]) -> DnsServer:
    """Return the server of a configuration. Raises ValueError with what it lacks."""
    connection = _connection(given)
    if not connection.server or not connection.key:
        raise ValueError(f"the provider truenorth is not configured: set {SERVER} and {KEY}")
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
