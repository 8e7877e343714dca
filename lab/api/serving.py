"""Serve an ASGI application on loopback from a thread of this process."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

ABORT = "lab.abort"
"""Key of the scope under which a request finds a function that breaks its connection."""


@contextlib.contextmanager
def listening(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Serve `app` while the context lasts, on a port that is yielded (0: any free one).

    Raises OSError naming the address if it cannot be had.
    """
    bound = _bind(host, port)
    with contextlib.closing(bound):
        server = _Server(
            uvicorn.Config(
                _with_abort(app),
                http="h11",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,  # an application that has a clock says it itself
                timeout_graceful_shutdown=1,
            )
        )
        thread = threading.Thread(target=server.serve_on, args=(bound,), name=f"lab-{host}:{port}", daemon=True)
        thread.start()
        try:
            server.ready.wait()
            if not server.started:
                message = f"the server on {host}:{port} did not start"
                raise OSError(message)
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """Says when it is ready, or has failed to be."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    def serve_on(self, bound: socket.socket) -> None:
        try:
            self.run(sockets=[bound])
        finally:
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without, small answers wait 40 ms for an acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        # Two sockets may share an address until one listens: claim it now, not when the server gets to it.
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from error
    return bound


def _with_abort(app: ASGIApp) -> ASGIApp:
    """Let requests break their connection, which ASGI itself does not know: uvicorn's `send` knows its transport."""

    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        cycle = getattr(send, "__self__", None)
        if cycle is not None:
            scope[ABORT] = cycle.transport.abort
        await app(scope, receive, send)

    return outermost
