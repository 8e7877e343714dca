"""The page under readers who send nothing, take nothing, or come in crowds: what they cost, and who is answered."""

from __future__ import annotations

import resource
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import pytest
from anyio.from_thread import start_blocking_portal

from cli.web import connection
from cli.web.app import application
from cli.web.connection import Crowd
from cli.web.health import Health
from cli.web.server import serving, serving_beside
from cli.web.status_board import StatusBoard
from tests.cli.web.conftest import METRICS
from tests.cli.web.sample import board, convergence, dispatch, record_set

MANY = 1000
DESCRIPTORS = 2 * MANY + 1200
MEGABYTE = 1 << 20
PROBE = b"GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
RAW = b"GET /raw HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


@pytest.fixture(autouse=True)
def descriptors() -> Iterator[None]:
    """As many descriptors as both ends of all connections take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS:
        pytest.skip(f"{DESCRIPTORS} descriptors are needed, and {hard} may be had")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, DESCRIPTORS), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection ends because a busy machine has no time for it; a test of a limit sets its own."""
    monkeypatch.setattr(connection, "HEAD", 600.0)
    monkeypatch.setattr(connection, "SEND", 600.0)


def large() -> StatusBoard:
    """An estate of 10,000 names: megabytes of JSON."""
    now = datetime.now(UTC)
    return board(now, [dispatch(convergence([record_set(f"n{one}", "192.0.2.1") for one in range(10_000)]), now=now)])


@contextmanager
def served(shown: StatusBoard) -> Iterator[int]:
    with serving_beside("0.0.0.0:0", application(shown, Health(), lambda _: METRICS)) as port:
        yield port


def opened(port: int, source: str = "127.0.0.1") -> socket.socket:
    """A connection of a client that takes little at a time."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.bind((source, 0))
    made.settimeout(60)
    try:
        made.connect(("127.0.0.1", port))
    except OSError:
        made.close()
        raise
    return made


def answer(made: socket.socket, request: bytes) -> bytes:
    """All that is answered until the connection ends."""
    made.sendall(request)
    found = b""
    while piece := made.recv(65_536):
        found += piece
    return found


def is_closed(made: socket.socket) -> bool:
    """Whether the server ends the connection, before the time of the socket is up."""
    try:
        return made.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def resident() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def probed(port: int) -> float:
    """Seconds until the liveness is answered to another address."""
    begun = time.monotonic()
    with opened(port, "127.0.0.2") as made:
        assert answer(made, PROBE).endswith(b"ok")
    return time.monotonic() - begun


@pytest.mark.parametrize("request_", [b"", b"GET /raw HTTP/1.1\r\nhost: a", RAW, RAW.replace(b"/raw", b"/events")])
def test_a_thousand_clients_who_send_or_take_nothing_cost_little_and_keep_nobody_out(request_: bytes) -> None:
    with served(large()) as port, ExitStack() as clients:
        with opened(port) as first:
            answer(first, RAW.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))  # the document is made once
        before, seconds = resident(), []
        for number in range(MANY):
            with suppress(OSError):  # it had to give way at once
                clients.enter_context(opened(port)).sendall(request_)
            if number % 50 == 49:
                seconds.append(probed(port))
        assert resident() - before < 50 * MEGABYTE
        assert median(seconds) < 5.0  # milliseconds on an idle machine


def test_heads_that_never_come_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD", 0.2)
    application_ = application(board(datetime.now(UTC)), Health(), lambda _: METRICS)
    all_sent = threading.Event()
    with (
        start_blocking_portal() as loop,
        loop.wrap_async_context_manager(serving("127.0.0.1:0", application_)) as port,
        ExitStack() as clients,
    ):
        loop.start_task_soon(all_sent.wait, 60)  # until then the server takes no connection, and no time runs
        idle = clients.enter_context(opened(port))
        slow = clients.enter_context(opened(port))
        slow.sendall(b"GET /raw HTTP/1.1\r\n")
        after_an_answer = clients.enter_context(opened(port))
        after_an_answer.sendall(PROBE.replace(b"connection: close\r\n", b""))
        all_sent.set()
        assert after_an_answer.recv(4096).startswith(b"HTTP/1.1 200")
        for made in (idle, slow, after_an_answer):
            while not is_closed(made):
                pass


def test_parts_of_a_head_give_it_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD", 0.3)
    with served(board(datetime.now(UTC))) as port, opened(port) as slow:
        slow.settimeout(0.02)
        begun = time.monotonic()
        while not is_closed(slow):
            try:
                slow.sendall(b"G")
            except OSError:
                break
            assert time.monotonic() - begun < 60


def test_an_answer_that_nobody_takes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SEND", 0.2)
    with served(large()) as port, opened(port) as made:
        made.sendall(RAW)
        assert made.recv(1, socket.MSG_PEEK)
        waiting = select.poll()
        waiting.register(made, select.POLLRDHUP)
        assert waiting.poll(60_000), "it is still held"


def test_a_slow_reader_who_goes_on_gets_all() -> None:
    with served(large()) as port, opened(port) as made:
        found = answer(made, RAW.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
        assert found.rstrip().endswith(b"}")
        assert len(found) > 2 * MEGABYTE


def test_one_peer_does_not_take_the_place_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.web.server.Crowd", partial(Crowd, 8, 6))
    with served(board(datetime.now(UTC))) as port, ExitStack() as clients:
        others = [clients.enter_context(opened(port, "127.0.0.2")) for _ in range(2)]
        many = [clients.enter_context(opened(port)) for _ in range(20)]
        assert all(is_closed(one) for one in many[:14])
        for one in (*others, many[-1]):
            assert answer(one, PROBE).endswith(b"ok")


def test_descriptors_that_are_used_up_end_nothing() -> None:
    with served(board(datetime.now(UTC))) as port:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        made = [socket.socket() for _ in range(3)]
        used = max(int(one.name) for one in Path("/proc/self/fd").iterdir())
        resource.setrlimit(resource.RLIMIT_NOFILE, (used, hard))
        try:
            for one in made:
                one.connect(("127.0.0.1", port))  # which the system takes, and the server cannot
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in made:
            one.settimeout(60)
            assert answer(one, PROBE).endswith(b"ok")
            one.close()


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_addresses_of_one_network_of_ipv6_are_one_peer(address: str, peer: str) -> None:
    assert connection.site(address) == peer
