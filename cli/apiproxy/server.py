"""HTTP/1.1 on loopback for the provider plugins, with as little work for each request as can be.

Only what their clients use: requests with a length or in chunks, connections that stay (RFC 9112). Ten thousand
requests from 64 connections at once cost a framework several seconds of processor time.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

from cli.apiproxy.http import Request, Response

Handler = Callable[[Request], Awaitable[Response]]
Doorkeeper = Callable[[str], bool]
"""Tells by its target whether a request is heard at all: its body is read only then."""

_LONGEST_HEAD = 64 * 1024
_LONGEST_BODY = 32 * 1024 * 1024
"""Bytes; a record has some hundred, and the largest batch that a client could send 3,500 of them."""
_BACKLOG = 1024
_CONNECTIONS = 512
"""Connections at once, beyond which others are closed; an engine opens at most some per resource under way."""
_ARRIVAL = 30.0
"""Seconds within which a request that has begun has to arrive."""
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class _Malformed(Exception):  # noqa: N818 - what a request is
    """The bytes are no HTTP request. The message goes into the answer."""


def bound() -> socket.socket:
    """Return a socket that listens on a free port of loopback."""
    # With the protocol named, asyncio sets TCP_NODELAY; without, small answers wait 40 ms for an acknowledgement.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.bind(("127.0.0.1", 0))
    made.listen(_BACKLOG)
    made.setblocking(False)  # noqa: FBT003 - the standard library's argument
    return made


@contextlib.asynccontextmanager
async def serving(listener: socket.socket, admits: Doorkeeper, handle: Handler) -> AsyncIterator[None]:
    """Answer the admitted requests at the socket within the block; at its end connections and socket are closed."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if len(connections) >= _CONNECTIONS:
            writer.close()
            return
        if task is not None:
            connections.add(task)
            task.add_done_callback(connections.discard)
        # A client that goes takes its connection with it; what it asked for is carried out all the same.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            try:
                await _converse(reader, writer, admits, handle)
            finally:
                writer.close()

    server = await asyncio.start_server(connected, sock=listener, limit=_LONGEST_HEAD)
    try:
        yield
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, admits: Doorkeeper, handle: Handler
) -> None:
    stays = True
    while stays:
        first = await reader.read(1)  # a connection may stay idle: to close it could lose the next write
        if not first:
            return
        try:
            async with asyncio.timeout(_ARRIVAL):
                request = await _request(first, reader, admits)
        except (_Malformed, TimeoutError) as error:
            said = str(error) or f"the request did not arrive within {_ARRIVAL:g} s"
            writer.write(_written(Response(HTTPStatus.BAD_REQUEST, f"{said}\n".encode()), stays=False))
            return
        if request is None:
            writer.write(_written(Response(HTTPStatus.NOT_FOUND), stays=False))
            return
        stays = request.headers.get("connection", "").lower() != "close"
        answer = await handle(request)
        writer.write(_written(answer, stays=stays))
        await writer.drain()


async def _request(first: bytes, reader: asyncio.StreamReader, admits: Doorkeeper) -> Request | None:
    """Return the request that begins with a byte; None where it is not admitted."""
    try:
        head = first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise _Malformed("the head of the request is too long") from None
    start, *lines = head[:-4].decode("latin-1").split("\r\n")
    words = start.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[1].startswith("/"):  # noqa: PLR2004 - RFC 9112, 3
        raise _Malformed("no request line of HTTP/1.1")
    if not admits(words[1]):
        return None
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise _Malformed("a header line without a colon")
        headers[name.lower()] = value.strip()
    return Request(words[0], words[1], headers, await _body(reader, headers))


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > _LONGEST_BODY:
        raise _Malformed("the Content-Length is no number, or too large")
    return await reader.readexactly(int(length)) if length != "0" else b""


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while True:
        line = await _line(reader)
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            raise _Malformed("a chunk without a size") from None
        if not 0 <= size <= _LONGEST_BODY - len(body):
            raise _Malformed("the body is too large")
        if size == 0:
            break
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    while await _line(reader):
        pass  # trailers
    return bytes(body)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return (await reader.readuntil(b"\r\n"))[:-2]
    except asyncio.LimitOverrunError:
        raise _Malformed("a line is too long") from None


def _written(answer: Response, *, stays: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, '')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines.append(f"Content-Length: {len(answer.body)}")
    if not stays:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body
