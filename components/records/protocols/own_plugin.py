"""The resource of our own plugin, which is the same for each protocol: only its provider resource is another."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.records import official, zone_file_names
from components.records.providers import PROVIDERS
from components.records.record import Record

INPUTS = ["ttl", "values"]
_ANY = PROVIDERS["rfc2136"]


def _values(record: Record) -> list[str]:
    return zone_file_names.values(record.type, record.content)


declare = official.declaring_sets(_ANY, _values)


def explicit(name: str, environment: Mapping[str, str], inputs: Mapping[str, str]) -> pulumi.ProviderResource:
    """Declare a provider. environment: the variable of its secret by the plugin's own; inputs: its place."""
    mapped = {variable: own for variable, own in environment.items() if variable != own}
    return official.explicit(_ANY, name, mapped, (), inputs)
