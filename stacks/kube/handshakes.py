"""Close a connection after a cancelled TLS handshake: httpcore leaves it open.

Source: https://www.encode.io/httpcore/extensions/#trace.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]


def closing_handshakes() -> Trace:
    """Return the callback for the steps of one request (its extension `trace`)."""
    opened: list[Any] = []

    async def trace(step: str, about: Mapping[str, Any]) -> None:
        match step:
            case "connection.connect_tcp.complete":
                opened.append(about["return_value"])
            case "connection.start_tls.failed":
                await opened.pop().aclose()

    return trace
