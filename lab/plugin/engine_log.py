"""Messages to the engine, which shows them beside the resource they are about."""

from __future__ import annotations

import threading

import grpc  # type: ignore[import-untyped] # ships no types
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

_DEADLINE = 5.0  # seconds; a message that the engine does not take is not worth an operation


class EngineLog:
    """The engine's log. Before `connect`, and when the engine is gone, messages are dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._address = ""
        self._channel: grpc.Channel | None = None

    def connect(self, address: str) -> None:
        """Send messages to the engine at this address from now on."""
        with self._lock:
            if address and address != self._address:
                if self._channel is not None:
                    self._channel.close()
                self._address = address
                self._channel = grpc.insecure_channel(address)

    def error(self, urn: str, message: str) -> None:
        """Log an error of a resource; the engine takes the operation as failed."""
        self._log(urn, message, engine_pb2.ERROR)

    def warning(self, urn: str, message: str) -> None:
        """Log a warning of a resource."""
        self._log(urn, message, engine_pb2.WARNING)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._channel is not None:
                self._channel.close()
            self._channel, self._address = None, ""

    def _log(self, urn: str, message: str, severity: engine_pb2.LogSeverity.ValueType) -> None:
        with self._lock:
            channel = self._channel
        if channel is None:
            return
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn)
        try:
            engine_pb2_grpc.EngineStub(channel).Log(request, timeout=_DEADLINE)
        except (grpc.RpcError, ValueError):  # the engine is gone, or another one has attached and closed the channel
            return
