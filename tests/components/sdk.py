"""The records as the providers' own SDKs declare them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_cloudflare
import pulumiverse_gandi

from components.records import cloudflare_fields, zone_file_names

if TYPE_CHECKING:
    from components.records.record import Record


def cloudflare_record(
    logical_name: str, record: Record, zone_id: str, opts: pulumi.ResourceOptions, content: None = None
) -> pulumi.Resource:
    """A record at Cloudflare."""
    assert content is None
    fields = cloudflare_fields.fields(record.type, record.content)
    data = fields.pop("data", None)
    made: pulumi.Resource = pulumi_cloudflare.DnsRecord(
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
    return made


def cloudflare_provider(name: str, environment: dict[str, str]) -> pulumi.ProviderResource:
    """A provider with its credentials in other environment variables."""
    made: pulumi.ProviderResource = pulumi_cloudflare.Provider(
        name, opts=pulumi.ResourceOptions(env_var_mappings=environment)
    )
    return made


def gandi_record(
    logical_name: str, record: Record, zone_id: str, opts: pulumi.ResourceOptions, content: None = None
) -> pulumi.Resource:
    """A record set at Gandi."""
    assert content is None
    made: pulumi.Resource = pulumiverse_gandi.livedns.Record(
        logical_name,
        zone=zone_id,
        name=zone_file_names.relative(record.name, zone_id),
        type=record.type,
        ttl=record.ttl,
        values=zone_file_names.values(record.type, record.content),
        opts=opts,
    )
    return made


def gandi_provider(name: str, environment: dict[str, str]) -> pulumi.ProviderResource:
    """A provider with its credentials in other environment variables."""
    made: pulumi.ProviderResource = pulumiverse_gandi.Provider(
        name, opts=pulumi.ResourceOptions(env_var_mappings=environment)
    )
    return made
