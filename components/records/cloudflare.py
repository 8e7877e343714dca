"""A record at Cloudflare: https://www.pulumi.com/registry/packages/cloudflare/api-docs/dnsrecord/."""

from __future__ import annotations

import pulumi

from components.records import cloudflare_fields, official
from components.records.providers import PROVIDERS
from components.records.record import Record

INPUTS = ["name", "content", "data", "priority", "ttl", "proxied", "comment", "tags"]
_PROVIDER = PROVIDERS["cloudflare"]
_SECRETS = ("apiKey", "apiToken", "apiUserServiceKey")


def declare(
    logical_name: str,
    record: Record,
    zone_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    content: pulumi.Output[str] | None = None,
) -> pulumi.Resource:
    """Declare one record under its logical name.

    content: in place of the record's own where only the run tells it; not for types that have it in components.

    The SDK's class adds the resource's name in version 5 as an alias, under which no state of ours holds anything.
    """
    inputs = {
        "zoneId": zone_id,
        "name": record.name,
        "type": record.type,
        "ttl": record.ttl,
        "proxied": record.proxied,
        "comment": record.comment or None,
        "tags": list(record.tags) or None,
        **(cloudflare_fields.inputs(record.type, record.spelled) if content is None else {"content": content}),
    }
    return official.resource(_PROVIDER, logical_name, inputs, opts)


def import_id(record_id: str, zone_id: str) -> str:
    """Return the value of `import_` for a record with this id."""
    return f"{zone_id}/{record_id}"


def provider(name: str, environment: dict[str, str]) -> pulumi.ProviderResource:
    """Declare a provider with credentials from other environment variables: those by the plugin's own."""
    return official.explicit(_PROVIDER, name, environment, _SECRETS)
