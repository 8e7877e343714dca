"""A record set at Gandi: https://www.pulumi.com/registry/packages/gandi/api-docs/livedns/record/."""

from __future__ import annotations

from dataclasses import replace

import pulumi

from components.records import canonical_content, official, zone_file_names
from components.records.providers import PROVIDERS
from components.records.record import Record

INPUTS = ["name", "ttl", "values"]
_PROVIDER = PROVIDERS["gandi"]
_SECRETS = ("key", "personalAccessToken")


def declare(
    logical_name: str,
    record: Record,
    zone_id: str,
    opts: pulumi.ResourceOptions,
    content: pulumi.Output[str] | None = None,
) -> pulumi.Resource:
    """Declare a record set under its logical name. zone_id: the domain.

    content: in place of the record's own where only the run tells it.
    """

    def values(text: str) -> list[str]:
        return _values(replace(record, content=text, spelling=""))

    inputs = {
        "zone": zone_id,
        "name": zone_file_names.relative(record.name, zone_id),
        "type": record.type,
        "ttl": record.ttl,
        "values": _values(record) if content is None else content.apply(values),
    }
    return official.resource(_PROVIDER, logical_name, inputs, opts)


def _values(record: Record) -> list[str]:
    """Return the values as the API has them: as it spells them already, or with their host names in full."""
    if record.spelling:
        return list(canonical_content.split(record.spelling))
    return zone_file_names.values(record.type, record.content)


def import_id(record_id: str, _zone_id: str) -> str:
    """Return the value of `import_` for a record set with this id."""
    return record_id


def provider(name: str, environment: dict[str, str]) -> pulumi.ProviderResource:
    """Declare a provider with credentials from other environment variables: those by the plugin's own."""
    return official.explicit(_PROVIDER, name, environment, _SECRETS)
