from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
import requests
from starlette.applications import Starlette

from cli.web import connection
from cli.web.app import application
from cli.web.health import Health
from cli.web.server import serving
from cli.web.status_board import StatusBoard
from stacks.model.errors import UserError
from tests.cli.web.conftest import METRICS
from tests.cli.web.sample import board, convergence, dispatch, record_set

HAS_IPV6 = socket.has_dualstack_ipv6()
SOON = 60.0
"""Seconds within which a server ends that waits for nobody: a second on an idle machine."""


def app(shown: StatusBoard | None = None) -> Starlette:
    return application(shown or board(datetime.now(UTC)), Health(), lambda _: METRICS)


def within(listen: str, work: Callable[[int], Awaitable[object]]) -> None:
    async def run() -> None:
        async with serving(listen, app()) as port:
            await work(port)

    asyncio.run(run())


async def alive(url: str) -> None:
    found = await asyncio.to_thread(requests.get, f"{url}/livez", timeout=60)
    assert found.text == "ok"


class TestWhereItListens:
    def test_is_the_host_alone_that_is_named(self) -> None:
        async def look(port: int) -> None:
            await alive(f"http://127.0.0.1:{port}")
            with pytest.raises(requests.ConnectionError):
                await alive(f"http://127.0.0.2:{port}")

        within("127.0.0.1:0", look)

    def test_is_every_address_of_both_families_where_none_is(self) -> None:
        async def look(port: int) -> None:
            await alive(f"http://127.0.0.1:{port}")
            await alive(f"http://127.0.0.2:{port}")
            if HAS_IPV6:
                await alive(f"http://[::1]:{port}")

        within(":0", look)

    def test_is_a_name_s_address(self) -> None:
        within("localhost:0", lambda port: alive(f"http://localhost:{port}"))

    @pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
    def test_is_one_of_ipv6_between_brackets(self) -> None:
        within("[::1]:0", lambda port: alive(f"http://[::1]:{port}"))


async def nothing(_: int) -> None:
    raise AssertionError("it listens")


class TestWhatItCannotListenAt:
    def test_is_a_port_that_is_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            listen = f"127.0.0.1:{other.getsockname()[1]}"
            with pytest.raises(UserError) as caught:
                within(listen, nothing)
        (problem,) = caught.value.problems
        assert problem.what == f"cannot listen at {listen}: Address already in use"
        assert problem.where == "truenorth:watch.web.listen, or --listen"
        assert problem.do == "end what listens there, or choose another port; port 0 takes a free one"

    @pytest.mark.parametrize(
        ("listen", "what", "do"),
        [
            ("192.0.2.1:0", "Cannot assign requested address", "an address of this machine"),
            ("[1:2]:0", "not known", "an address of this machine"),
            (f"{'x' * 64}:0", "is no name", "an address of this machine"),
            ("127.0.0.1:65536", "65536 is no port", "up to 65535"),
        ],
    )
    def test_is_told_with_what_to_do(self, listen: str, what: str, do: str) -> None:
        with pytest.raises(UserError, match=what) as caught:
            within(listen, nothing)
        assert caught.value.problems[0].what.startswith(f"cannot listen at {listen}: ")
        assert do in caught.value.problems[0].do


class TestItsEnd:
    @pytest.fixture(autouse=True)
    def _no_other_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No connection ends because its own time is up."""
        monkeypatch.setattr(connection, "HEAD", 600.0)
        monkeypatch.setattr(connection, "SEND", 600.0)

    def test_does_not_wait_for_pages_that_are_open(self) -> None:
        async def run() -> float:
            async with serving("127.0.0.1:0", app()) as port:
                opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
                for reader, writer in opened:
                    writer.write(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
                    await reader.readuntil(b"event: status")
                began = time.monotonic()
            seconds = time.monotonic() - began
            for reader, writer in opened:
                await reader.read()  # to the end of the connection
                writer.close()
            return seconds

        assert asyncio.run(run()) < SOON

    def test_does_not_wait_for_who_does_not_read(self) -> None:
        async def run() -> float:
            async with serving("127.0.0.1:0", app()) as port:
                _, idle = await asyncio.open_connection("127.0.0.1", port)
                _, half = await asyncio.open_connection("127.0.0.1", port)
                half.write(b"GET /raw HTTP/1.1\r\n")
                await alive(f"http://127.0.0.1:{port}")
                began = time.monotonic()
            seconds = time.monotonic() - began
            for writer in (idle, half):
                writer.close()
            return seconds

        assert asyncio.run(run()) < SOON

    def test_does_not_wait_for_a_page_that_takes_nothing_more(self) -> None:
        """What was sent to it fills all buffers on the way."""
        now = datetime.now(UTC)
        many = convergence([record_set(f"n{number}", "192.0.2.1") for number in range(20_000)])

        async def run() -> float:
            async with serving("127.0.0.1:0", app(board(now, [dispatch(many, now=now)]))) as port:
                stuck = socket.create_connection(("127.0.0.1", port))
                stuck.sendall(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
                received = b""
                while b"event: records" not in received:  # which is sent as a whole
                    received += await asyncio.to_thread(stuck.recv, 4096)
                await alive(f"http://127.0.0.1:{port}")
                began = time.monotonic()
            seconds = time.monotonic() - began
            stuck.close()
            return seconds

        assert asyncio.run(run()) < SOON

    def test_frees_the_port(self, own_port: int) -> None:
        async def run() -> None:
            for _ in range(2):
                async with serving(f"127.0.0.1:{own_port}", app()):
                    await alive(f"http://127.0.0.1:{own_port}")

        asyncio.run(run())

    def test_comes_with_an_error_in_the_block(self) -> None:
        async def fail(_: int) -> None:
            raise ValueError("the loop has failed")

        with pytest.raises(ValueError, match="the loop has failed"):
            within("127.0.0.1:0", fail)


def test_signals_stay_with_who_has_them() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    async def look(_: int) -> None:
        loop = asyncio.get_running_loop()
        heard = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, heard.set)
        signal.raise_signal(signal.SIGTERM)
        await heard.wait()
        loop.remove_signal_handler(signal.SIGTERM)

    within("127.0.0.1:0", look)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
