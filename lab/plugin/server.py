"""The gRPC server around a provider."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc  # type: ignore[import-untyped] # ships no types
from pulumi.runtime.proto import provider_pb2_grpc

from lab.plugin.engine_log import EngineLog
from lab.plugin.package import ApiT, Package
from lab.plugin.service import Provider

_THREADS = 64  # operations at a time; the engine runs up to 4 for each processor, what is beyond waits its turn
_MESSAGE_LIMIT = 400 * 1024 * 1024  # bytes, the engine's own


@contextmanager
def serving_package(
    package: Package[ApiT], engine_address: str = "", host: str = "127.0.0.1", port: int = 0
) -> Iterator[int]:
    """Serve a package on a port of its own and yield that; an engine attaches with PULUMI_DEBUG_PROVIDERS.

    Raises OSError with the port in it where the port is taken.
    """
    log = EngineLog()
    log.connect(engine_address)
    provider = Provider(package, log)
    executor = ThreadPoolExecutor(_THREADS)
    server = grpc.server(
        executor, options=[("grpc.max_receive_message_length", _MESSAGE_LIMIT), ("grpc.so_reuseport", 0)]
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    try:
        try:
            bound = server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise OSError(f"cannot listen on {host}:{port}: {error}") from error
        server.start()
        yield bound
    finally:
        server.stop(grace=0).wait()
        executor.shutdown(wait=True, cancel_futures=True)
        provider.close()
        log.close()
