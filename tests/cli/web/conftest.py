"""The page, served on loopback from a thread, and a headless browser that looks at it."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from cli.web.app import Exposition, application
from cli.web.health import Health
from cli.web.server import serving
from cli.web.status_board import StatusBoard
from tests.cli.web.sample import board

CHROMIUM = Path("/usr/bin/chromium")
DEADLINE = 120_000
"""Milliseconds: a busy machine draws late."""
expect.set_options(timeout=DEADLINE)
METRICS = (b"truenorth_up 1\n", "text/plain; version=0.0.4; charset=utf-8")


@dataclass(frozen=True)
class Site:
    """What is served, and where."""

    url: str
    port: int
    board: StatusBoard
    health: Health


@contextmanager
def serve(
    shown: StatusBoard, health: Health | None = None, exposition: Exposition = lambda _: METRICS, port: int = 0
) -> Iterator[Site]:
    """Serve a board within the block, in an event loop of a thread."""
    health = health or Health()
    up, end, found = threading.Event(), asyncio.Event(), []

    async def main() -> None:
        async with serving(f"127.0.0.1:{port}", application(shown, health, exposition)) as taken:
            found.append((asyncio.get_running_loop(), taken))
            up.set()
            await end.wait()

    def run() -> None:
        try:
            asyncio.run(main())
        finally:
            up.set()

    thread = threading.Thread(target=run, name="site")
    thread.start()
    up.wait()
    try:
        _, taken = found[0]
        yield Site(f"http://127.0.0.1:{taken}", taken, shown, health)
    finally:
        if found:
            with suppress(RuntimeError):  # the loop has ended by itself
                found[0][0].call_soon_threadsafe(end.set)
        thread.join()


@pytest.fixture
def own_port() -> Iterator[int]:
    """A port to listen at again and again: that it is bound here keeps the system from giving it to anybody else."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def site() -> Iterator[Site]:
    """A leader's day."""
    with serve(board(datetime.now(UTC))) as served:
        yield served


Serves = Callable[[StatusBoard], Site]
"""Serves a board to the end of the test."""


@pytest.fixture
def serves() -> Iterator[Serves]:
    with ExitStack() as sites:
        yield lambda shown: sites.enter_context(serve(shown))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module: while it runs, this thread has an event loop, and no test may run another."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: scripts/system-packages has it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=DEADLINE)
        yield started
        started.close()


Open = Callable[..., Page]
"""Opens a page of its own: the URL, and options of the browser's context."""


@pytest.fixture
def opened(browser: Browser, serves: Serves) -> Iterator[Open]:  # noqa: ARG001 - no page outlives its server
    """Opens pages, of which none may ask another origin for anything, or complain on the console."""
    contexts: list[BrowserContext] = []
    origins: set[str] = set()
    asked: list[str] = []
    complaints: list[str] = []

    def open_(url: str, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type] # options of the browser's context
        context.set_default_timeout(DEADLINE)
        contexts.append(context)
        origins.add(url)

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                complaints.append(message.text)

        def note(request: Request) -> None:
            asked.append(request.url)

        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", note)
        page = context.new_page()
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
    assert [one for one in asked if not one.startswith(tuple(origins))] == []


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """A folder for people to look into: that of TRUENORTH_SCREENSHOTS, if it is set."""
    folder = Path(os.environ.get("TRUENORTH_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
