"""The records as the providers' own SDKs declare them, and what a program asks the engine to register."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_cloudflare
import pulumiverse_gandi
from pulumi.runtime import run_in_stack, settings
from pulumi.runtime.mocks import MockEngine, MockMonitor
from pulumi.runtime.proto import resource_pb2

from components.records import canonical_content, cloudflare_fields, gandi_names

if TYPE_CHECKING:
    from components.records.record import Record


def cloudflare_record(logical_name: str, record: Record, zone_id: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """A record at Cloudflare."""
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


def gandi_record(logical_name: str, record: Record, zone_id: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """A record set at Gandi."""
    made: pulumi.Resource = pulumiverse_gandi.livedns.Record(
        logical_name,
        zone=zone_id,
        name=gandi_names.relative(record.name, zone_id),
        type=record.type,
        ttl=record.ttl,
        values=[gandi_names.stored(record.type, value) for value in canonical_content.split(record.content)],
        opts=opts,
    )
    return made


def gandi_provider(name: str, environment: dict[str, str]) -> pulumi.ProviderResource:
    """A provider with its credentials in other environment variables."""
    made: pulumi.ProviderResource = pulumiverse_gandi.Provider(
        name, opts=pulumi.ResourceOptions(env_var_mappings=environment)
    )
    return made


class Recorder(MockMonitor):
    """An engine that registers whatever it is asked to, and keeps the requests."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type] # nothing here asks for mocks
        self.requests: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - the protocol's
        """Answer as the engine does."""
        self.requests.append(request)
        urn = self.make_urn(request.parent, request.type, request.name)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=f"id of {request.name}", object=request.object)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802, ANN401 - the protocol's
        """Keep nothing."""


def registered(program: Callable[[], None]) -> list[Any]:
    """The requests to register a resource, those for the stack left out."""
    recorder = Recorder()

    def run() -> None:
        settings.reset_options("truenorth", "home")
        settings.SETTINGS.monitor, settings.SETTINGS.engine = recorder, MockEngine(None)
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(run_in_stack(program))
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    contextvars.copy_context().run(run)
    return [one for one in recorder.requests if one.type != "pulumi:pulumi:Stack"]
