"""The gRPC service of the plugin: record sets, and the components beside them, at one port."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import grpc  # type: ignore[import-untyped] # ships no types
import grpc.aio  # type: ignore[import-untyped] # likewise
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.server import ProviderServicer as ResourceServicer
from pulumi.provider.server import ProviderServicer as ComponentServicer
from pulumi.runtime.proto import provider_pb2_grpc

from components.dns_update.server import DnsFault
from components.plugin.record_sets import RecordSets
from components.plugin.schema import with_record_sets
from components.webhook.client import WebhookFault

_Answer = TypeVar("_Answer")
_MESSAGE_LIMIT = 400 * 1024 * 1024
"""Bytes, the engine's own."""
_SIDE_BY_SIDE = 64
"""Requests that are worked on at a time, as many as TrueNorth has the engine send: those that wait go together."""


class Servicer(ResourceServicer):
    """Answers the engine: about components as the SDK's host of components does, about record sets by `RecordSets`."""

    def __init__(self, components: ComponentProvider, engine: str) -> None:
        version = components.version or ""
        super().__init__([], version, RecordSets(with_record_sets(components.schema or "{}")), engine)
        self._components = ComponentServicer(components, [], engine)

    async def Construct(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - the SDK's own
        """Make a component."""
        return await self._components.Construct(request, context)

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - likewise
        """Check the inputs of a record set."""
        return await _told(super().Check, request, context)

    async def Diff(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - likewise
        """Tell the differences of a record set."""
        return await _told(super().Diff, request, context)

    async def Create(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - likewise
        """Make a record set."""
        return await _told(super().Create, request, context)

    async def Read(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - likewise
        """Read a record set."""
        return await _told(super().Read, request, context)

    async def Update(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - likewise
        """Change a record set."""
        return await _told(super().Update, request, context)

    async def Delete(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - likewise
        """Remove a record set."""
        return await _told(super().Delete, request, context)


def serve(components: ComponentProvider) -> None:
    """Serve until the engine that has started it ends it. The port is printed, as the engine expects."""
    arguments = argparse.ArgumentParser(description="Pulumi's provider plugin truenorth, which the engine starts")
    arguments.add_argument("engine", help="the address of the engine")
    given, _ = arguments.parse_known_args()

    async def serving() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_SIDE_BY_SIDE))
        server = grpc.aio.server(options=[("grpc.max_receive_message_length", _MESSAGE_LIMIT)])
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(components, given.engine), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await server.wait_for_termination()

    with suppress(KeyboardInterrupt):
        asyncio.run(serving())


async def _told(answering: Callable[[Any, Any], Awaitable[_Answer]], request: object, context: Any) -> _Answer:  # noqa: ANN401 - grpc ships no types
    """Return the answer, or end the call with what is wrong in words: of other errors gRPC would add the class."""
    try:
        return await answering(request, context)
    except (DnsFault, WebhookFault, ValueError) as fault:
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(fault))
        raise
