"""Serves an application: in the event loop that runs, or in a thread with a loop of its own.

`truenorth watch` serves in a thread: whatever readers do, the loop of the leader and its threads go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import uvicorn
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette

from cli.web.connection import Crowd, LimitedConnection
from stacks.model.errors import UserError

WHERE = "truenorth:watch.web.listen, or --listen"
_LONGEST_END = 1
"""Seconds in which answers that are under way may still be given at the end."""
_BACKLOG = 128
_SEND_BUFFER = 65_536
"""Bytes of an answer that the system holds for a connection; without a limit it takes megabytes."""
_HIGHEST_PORT = 65535
_DO = {
    errno.EADDRINUSE: "end what listens there, or choose another port; port 0 takes a free one",
    errno.EACCES: "choose a port from 1024 on: those below need a privilege",
    errno.EADDRNOTAVAIL: "choose an address of this machine, or leave the host out to listen at all of them",
}


@contextlib.asynccontextmanager
async def serving(listen: str, app: Starlette, where: str = WHERE) -> AsyncIterator[int]:
    """Serve within the block, which gets the port. listen: HOST:PORT, :PORT for all addresses; port 0: a free one.

    app: its `state.streams`, where it has them, have to end with the server. where: what says `listen`. Raises
    UserError where that cannot be listened at. Signals stay with whoever has them.
    """
    with contextlib.closing(await _bound(listen, where)) as bound:
        server = _Server(_configuration(app))
        task = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            await _either(task, server.is_up)
            yield bound.getsockname()[1]
        finally:
            if streams := getattr(app.state, "streams", None):
                streams.end()
            server.end()
            await task


@contextlib.contextmanager
def serving_beside(listen: str, app: Starlette, where: str = WHERE) -> Iterator[int]:
    """Serve within the block, in a thread with an event loop and an executor of its own. Otherwise as `serving`."""
    with start_blocking_portal() as portal:
        portal.call(_quietly)
        with portal.wrap_async_context_manager(serving(listen, app, where)) as port:
            yield port


async def _quietly() -> None:
    """Log the faults of this loop once for each kind: without descriptors left, asyncio reports one each second."""
    told: set[str] = set()

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        said = str(context.get("message", "something failed"))
        if said not in told:
            told.add(said)
            logging.getLogger(__name__).error("the page: %s", said, exc_info=context.get("exception"))

    asyncio.get_running_loop().set_exception_handler(handle)


class _Server(uvicorn.Server):
    """Leaves signals alone, says when it is up, and wakes once a second only, for the date in its answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Answer no more."""
        self.should_exit = True
        self._ended.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._ended.wait()


def _configuration(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=partial(LimitedConnection, Crowd()),  # type: ignore[arg-type] # it is called as the class would be
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_LONGEST_END,
        backlog=_BACKLOG,
    )


async def _either(task: asyncio.Task[None], event: asyncio.Event) -> None:
    """Wait for the event; raises what the task ended with, where it ends before."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        waiting.cancel()
        await task


async def _bound(listen: str, where: str) -> socket.socket:
    """A socket that listens there: it is claimed before anything else begins."""
    host, _, digits = listen.rpartition(":")
    port = int(digits)
    if port > _HIGHEST_PORT:
        raise UserError(f"cannot listen at {listen}: {port} is no port", where, f"choose one up to {_HIGHEST_PORT}")
    try:
        return await _of_host(host.strip("[]"), port) if host else _everywhere(port)
    except (socket.gaierror, UnicodeError) as error:  # the latter: no label of a name is empty or that long
        why = error.strerror if isinstance(error, OSError) else f"{host!r} is no name"
        do = "write an address of this machine, or leave the host out to listen at all of them"
        raise UserError(f"cannot listen at {listen}: {why}", where, do) from error
    except OSError as error:
        do = _DO.get(error.errno or 0, "choose another address")
        raise UserError(f"cannot listen at {listen}: {error.strerror}", where, do) from error


async def _of_host(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    (family, *_, address), *_ = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return _listening(family, address)


def _everywhere(port: int) -> socket.socket:
    """At all addresses of both families; of IPv4 alone where the machine has no IPv6."""
    if socket.has_dualstack_ipv6():
        try:
            return _listening(socket.AF_INET6, ("::", port))
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
    return _listening(socket.AF_INET, ("0.0.0.0", port))  # noqa: S104 - all addresses are asked for


def _listening(family: socket.AddressFamily | int, address: tuple[object, ...]) -> socket.socket:
    # With the protocol named, asyncio sets TCP_NODELAY; without, small answers wait 40 ms for an acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)  # of each connection
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address[0] != "::")
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)  # noqa: FBT003 - the way it is called
    return bound
