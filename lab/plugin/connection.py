"""Why a request got no answer, in the words of Go's net/http, which the real plugins report."""

from __future__ import annotations

from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, TimeoutError  # noqa: A004 - urllib3's name


def connection_text(error: HTTPError) -> str:
    """Give the reason of a failed connection or request."""
    cause = error.__cause__ or error.__context__
    if isinstance(error, NewConnectionError):
        if isinstance(cause, ConnectionRefusedError):
            return f"dial tcp {error.conn.host}:{error.conn.port}: connect: connection refused"
        return str(error)
    if isinstance(error, TimeoutError):
        return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    if isinstance(error, ProtocolError):
        return "EOF"
    return str(error)
