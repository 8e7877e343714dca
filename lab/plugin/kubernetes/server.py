"""The gRPC server around the provider."""

from __future__ import annotations

from contextlib import AbstractContextManager

from lab.plugin.kubernetes.provider import package
from lab.plugin.server import serving_package


def serving(engine_address: str = "", host: str = "127.0.0.1", port: int = 0) -> AbstractContextManager[int]:
    """Serve a provider on a port of its own and yield that; an engine attaches with PULUMI_DEBUG_PROVIDERS.

    Raises OSError with the port in it where the port is taken.
    """
    return serving_package(package(), engine_address, host, port)
