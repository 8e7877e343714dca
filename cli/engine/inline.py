"""Run a program inline, in this process, as `Stack.up` of the SDK does, in less than half of its time.

The server is a private part of the SDK: its version is pinned to that of the engine (`cli.engine.install.versions`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi.runtime.proto import engine_pb2
    from pulumi.runtime.rpc_manager import RPCManager


OWN_CONNECTIONS = ("grpc.use_local_subchannel_pool", 1)
"""Without it gRPC takes an engine for unreachable for a while where one that has ended was, at the same port."""


class QuietEngine:
    """The engine's service without debug messages. The SDK sends five a resource, and waits for each to arrive."""

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


def spare_others(manager: RPCManager) -> None:
    """Have a program go on where a resource was not registered because one that it depends on has failed.

    The SDK does so for outputs alone: a dependency (`depends_on`) that has failed would end the program, and with it
    what others have begun, though the engine was told to continue on errors.
    """
    from pulumi.runtime.stack import ResourceRegistrationFailed  # noqa: PLC0415 - heavy

    do_rpc = manager.do_rpc

    def sparing(name: str, function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def spared(*arguments: object, **named: object) -> object:
            try:
                return await function(*arguments, **named)
            except ResourceRegistrationFailed:
                return None  # the engine has told which resource has failed, and why

        return do_rpc(name, spared)

    manager.do_rpc = sparing  # type: ignore[method-assign, assignment] # the manager of this one program


async def run_quickly(program: Callable[[], None]) -> None:
    """Run a program within the SDK's `run_in_stack`, which then waits for the declared resources.

    The SDK awaits the registrations that have begun, one by one, and then all outputs at once. Of a program that never
    yields none has begun, and it goes over all outputs again at each that comes: that grows with their square.
    """
    from pulumi.runtime import settings  # noqa: PLC0415 - heavy

    spare_others(settings._get_rpc_manager())  # noqa: SLF001 - private, so pinned: see test_inline.py
    settings.SETTINGS.engine = QuietEngine(settings.SETTINGS.engine)
    program()
    await asyncio.sleep(0)


@contextmanager
def served(program: Callable[[], None] | None) -> Iterator[tuple[str, ...]]:
    """Serve a program to the engine as its language host within the block; yield the engine's arguments for that.

    program: None yields no arguments. The program runs in this process: nothing is imported twice.
    """
    if program is None:
        yield ()
        return
    import grpc  # type: ignore[import-untyped] # noqa: PLC0415 - no types of its own; heavy, and only needed here
    from pulumi.automation._server import LanguageServer  # noqa: PLC0415 - private, so pinned: see test_inline.py
    from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS  # noqa: PLC0415 - likewise
    from pulumi.runtime.proto import language_pb2_grpc  # noqa: PLC0415 - heavy

    if OWN_CONNECTIONS not in _GRPC_CHANNEL_OPTIONS:
        _GRPC_CHANNEL_OPTIONS.append(OWN_CONNECTIONS)
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        await run_quickly(program)

    threads = futures.ThreadPoolExecutor(max_workers=4)
    server = grpc.server(threads)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(run), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield (f"--client=127.0.0.1:{port}", "--exec-kind=auto.inline")
    finally:
        server.stop(None).wait()
        threads.shutdown()
        for loop in loops:
            loop.close()  # the SDK leaves that of a failed program open
