"""A record set at Gandi: https://www.pulumi.com/registry/packages/gandi/api-docs/livedns/record/."""

from __future__ import annotations

import pulumi

from components.records import canonical_content, official, zone_file_names
from components.records.official import import_id
from components.records.providers import PROVIDERS
from components.records.record import Record

__all__ = ["INPUTS", "declare", "import_id", "provider"]
INPUTS = ["name", "ttl", "values"]
_PROVIDER = PROVIDERS["gandi"]
_SECRETS = ("key", "personalAccessToken")


def _values(record: Record) -> list[str]:
    """Return the values as the API has them: as it spells them already, or with their host names in full."""
    if record.spelling:
        return list(canonical_content.split(record.spelling))
    return zone_file_names.values(record.type, record.content)


declare = official.declaring_sets(_PROVIDER, _values)


def provider(name: str, environment: dict[str, str]) -> pulumi.ProviderResource:
    """Declare a provider with credentials from other environment variables: those by the plugin's own."""
    return official.explicit(_PROVIDER, name, environment, _SECRETS)
