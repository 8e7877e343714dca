"""Runs an inline program as the SDK does, without two things that take more than half of its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi.runtime.proto import engine_pb2


class QuietEngine:
    """The engine's service without debug messages: the SDK sends five a resource, and waits for each to arrive."""

    def __init__(self, engine: Any) -> None:  # noqa: ANN401 - what grpc makes has no type
        from pulumi.runtime.proto import engine_pb2  # noqa: PLC0415 - heavy

        self._engine = engine
        self._debug = engine_pb2.DEBUG

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - likewise
        return getattr(self._engine, name)

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802 - the protocol's name
        """Pass a message on, unless it is for debugging."""
        if request.severity != self._debug:
            self._engine.Log(request)


async def run_quickly(program: Callable[[], None]) -> None:
    """Run a program; to be called by the SDK, whose `run_in_stack` waits for what it has declared.

    The SDK awaits the registrations that have begun, one by one, and then all outputs at once. Of a program that never
    yields none has begun, and it goes over all outputs again at each that comes: that grows with their square.
    """
    from pulumi.runtime import settings  # noqa: PLC0415 - heavy

    settings.SETTINGS.engine = QuietEngine(settings.SETTINGS.engine)
    program()
    await asyncio.sleep(0)
