from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi.runtime.proto import engine_pb2_grpc

from lab.plugin.engine_log import EngineLog

if TYPE_CHECKING:
    import grpc  # type: ignore[import-untyped] # ships no types
    import pytest


def test_a_message_under_way_as_another_engine_attaches_is_dropped_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    messages = EngineLog()
    messages.connect("127.0.0.1:1")
    stub = engine_pb2_grpc.EngineStub
    attached = []

    def of_another(channel: grpc.Channel) -> object:
        attached.append(channel)
        messages.connect("127.0.0.1:2")
        return stub(channel)

    monkeypatch.setattr(engine_pb2_grpc, "EngineStub", of_another)
    messages.error("urn", "mind")
    messages.close()
    assert len(attached) == 1
