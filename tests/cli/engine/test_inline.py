"""What makes an inline program quick, held against the SDK that runs it."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from concurrent import futures
from dataclasses import dataclass, field
from importlib.metadata import requires, version
from typing import Any

import grpc  # type: ignore[import-untyped] # it has no types
import pulumi
import pytest
from pulumi.automation._server import LanguageServer
from pulumi.runtime import settings
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2_grpc

from cli.engine.inline import QuietEngine, run_quickly, served
from lab.kube.ports import reserved


@dataclass
class Engine:
    """What arrives at the engine."""

    messages: list[Any] = field(default_factory=list)

    def Log(self, request: Any) -> None:  # noqa: N802, ANN401 - the protocol's
        self.messages.append(request)

    def RequirePulumiVersion(self, request: Any) -> str:  # noqa: N802, ANN401 - the protocol's
        return f"asked for {request}"


def message(severity: engine_pb2.LogSeverity.ValueType) -> engine_pb2.LogRequest:
    return engine_pb2.LogRequest(severity=severity, message="words")


def test_debug_messages_do_not_reach_the_engine_and_all_others_do() -> None:
    engine = Engine()
    for severity in engine_pb2.LogSeverity.values():
        QuietEngine(engine).Log(message(severity))
    assert [one.severity for one in engine.messages] == [engine_pb2.INFO, engine_pb2.WARNING, engine_pb2.ERROR]


class RootResource(engine_pb2_grpc.EngineServicer):
    """An engine that answers one question."""

    def GetRootResource(self, _request: Any, _context: Any) -> engine_pb2.GetRootResourceResponse:  # noqa: N802, ANN401 - the protocol's
        return engine_pb2.GetRootResourceResponse(urn="here")


kept: list[Any] = []
"""Channels, as the SDK keeps that of a run."""


def root_resource(port: int) -> str:
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_GRPC_CHANNEL_OPTIONS)
    kept.append(channel)
    return str(engine_pb2_grpc.EngineStub(channel).GetRootResource(engine_pb2.GetRootResourceRequest()).urn)


def test_an_engine_is_reached_at_the_port_of_one_that_has_ended() -> None:
    with served(lambda: None):
        pass
    server = grpc.server(futures.ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(RootResource(), server)
    with reserved() as port:
        for _ in range(3):
            with pytest.raises(grpc.RpcError, match="Connection refused"):
                root_resource(port)
        server.add_insecure_port(f"127.0.0.1:{port}")
        server.start()
        try:
            assert root_resource(port) == "here"
        finally:
            server.stop(None).wait()
            for channel in kept:
                channel.close()


def test_all_else_is_the_engine() -> None:
    assert QuietEngine(Engine()).RequirePulumiVersion("3") == "asked for 3"


def test_what_a_program_has_begun_goes_on_before_the_sdk_looks_and_tells_no_debug_messages() -> None:
    engine, seen = Engine(), []

    async def register() -> None:
        seen.append("begun")
        pulumi.log.debug("words")
        pulumi.log.info("words")

    def program() -> None:
        tasks.append(asyncio.ensure_future(register()))
        seen.append("program")

    async def run() -> None:
        settings.reset_options("truenorth", "home")
        settings.SETTINGS.engine = engine
        await run_quickly(program)
        seen.append("ended")
        await asyncio.gather(*tasks)

    tasks: list[asyncio.Future[None]] = []
    contextvars.copy_context().run(asyncio.run, run())
    assert seen == ["program", "begun", "ended"]
    assert [one.severity for one in engine.messages] == [engine_pb2.INFO]


def test_the_private_server_of_the_pinned_sdk_takes_one_program_and_speaks_the_protocol() -> None:
    """The one private part of the SDK that is used: a new version of it is looked at here before it is pinned."""
    assert f"pulumi=={version('pulumi')}" in (requires("truenorth") or ())
    assert list(inspect.signature(LanguageServer).parameters) == ["program"]
    assert issubclass(LanguageServer, language_pb2_grpc.LanguageRuntimeServicer)
