"""HTTP as the plugins' clients speak it, and what is none."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cli.apiproxy.http import Request, Response
from cli.apiproxy.server import bound, serving


async def echo(request: Request) -> Response:
    said = f"{request.method} {request.target} {request.headers.get('x-one', '')} ".encode()
    return Response(200, said + request.body, {"X-Two": "2"})


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    listener = bound()
    port = listener.getsockname()[1]
    async with serving(listener, lambda target: target.startswith("/"), echo):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        yield reader, writer
        writer.close()


async def answered(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The status line and the body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
    return head.partition(b"\r\n")[0], await reader.readexactly(length)


def said(*sent: bytes, answers: int = 1) -> list[tuple[bytes, bytes]]:
    """What is answered to these bytes, written one after the other."""

    async def converse() -> list[tuple[bytes, bytes]]:
        async with connected() as (reader, writer):
            for one in sent:
                writer.write(one)
                await writer.drain()
                await asyncio.sleep(0)
            return [await answered(reader) for _ in range(answers)]

    return asyncio.run(asyncio.wait_for(converse(), 60))


def test_a_connection_serves_many_requests() -> None:
    request = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-One:  1 \r\n\r\n"
    assert said(request * 3, answers=3) == [(b"HTTP/1.1 200 OK", b"GET /a?b=c 1 ")] * 3


def test_a_body_of_a_length_may_come_in_pieces() -> None:
    assert said(b"POST / HTTP/1.1\r\nContent-", b"Length: 4\r\n\r\na", b"bcd") == [
        (b"HTTP/1.1 200 OK", b"POST /  abcd")
    ]


def test_a_body_may_come_in_chunks() -> None:
    head = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"
    assert said(head, body) == [(b"HTTP/1.1 200 OK", b"PUT /  abc0123456789")]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET http://elsewhere/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
    ids=range(9),
)
def test_what_is_no_request_is_refused_and_ends_the_connection(request_bytes: bytes) -> None:
    async def converse() -> tuple[bytes, bytes]:
        async with connected() as (reader, writer):
            writer.write(request_bytes)
            status, _ = await answered(reader)
            return status, await reader.read()

    assert asyncio.run(asyncio.wait_for(converse(), 60)) == (b"HTTP/1.1 400 Bad Request", b"")


def test_a_client_that_wants_to_leave_may() -> None:
    async def converse() -> bytes:
        async with connected() as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            return await reader.read()

    assert b"\r\nConnection: close\r\n" in asyncio.run(asyncio.wait_for(converse(), 60))


def test_a_client_that_breaks_off_harms_nobody() -> None:
    async def converse() -> tuple[bytes, bytes]:
        async with connected() as (reader, writer):
            host, port = writer.get_extra_info("peername")
            with socket.create_connection((host, port)) as one:
                one.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf")
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            return await answered(reader)

    assert asyncio.run(asyncio.wait_for(converse(), 60))[1] == b"GET /  "


def test_the_end_closes_connections_that_still_wait() -> None:
    async def converse() -> bytes:
        asked = asyncio.Event()

        async def forever(_: Request) -> Response:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        listener = bound()
        port = listener.getsockname()[1]
        async with serving(listener, lambda _: True, forever):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            await asked.wait()
        left = await reader.read()
        writer.close()
        return left

    assert asyncio.run(asyncio.wait_for(converse(), 60)) == b""
