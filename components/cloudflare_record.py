"""A record at Cloudflare: https://www.pulumi.com/registry/packages/cloudflare/api-docs/dnsrecord/."""

from __future__ import annotations

import pulumi
import pulumi_cloudflare

from components import cloudflare_fields
from components.record import Record

INPUTS = ["name", "content", "data", "priority", "ttl", "proxied", "comment", "tags"]


def declare(logical_name: str, record: Record, zone_id: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Declare one record under its logical name."""
    fields = cloudflare_fields.fields(record.type, record.content)
    data = fields.pop("data", None)
    resource: pulumi.Resource = pulumi_cloudflare.DnsRecord(
        logical_name,
        zone_id=zone_id,
        name=record.name,
        type=record.type,
        ttl=record.ttl,
        proxied=record.proxied,
        comment=record.comment or None,
        tags=list(record.tags) or None,
        data=pulumi_cloudflare.DnsRecordDataArgs(**data) if data else None,
        **fields,
        opts=opts,
    )
    return resource


def import_id(record_id: str, zone_id: str) -> str:
    """What `import_` takes for a record with this id."""
    return f"{zone_id}/{record_id}"


def provider(name: str, environment: dict[str, str]) -> pulumi.ProviderResource:
    """A provider that takes its credentials from other environment variables: theirs by the plugin's own."""
    made: pulumi.ProviderResource = pulumi_cloudflare.Provider(
        name, opts=pulumi.ResourceOptions(env_var_mappings=environment)
    )
    return made
