"""What a program asks the engine to register."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any

from pulumi.runtime import run_in_stack, settings
from pulumi.runtime.mocks import MockEngine, MockMonitor
from pulumi.runtime.proto import resource_pb2


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
