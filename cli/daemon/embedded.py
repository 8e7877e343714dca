"""The watch loop within another program: in a thread, alone, and as long as a block lasts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from cli.daemon.event_bus import Bulletin
from cli.daemon.leadership import Seat
from cli.daemon.tools import Tools
from cli.daemon.triggers import Triggers
from cli.daemon.watch import Watch
from cli.engine.events import EngineEvent
from cli.engine.run import Listener
from cli.events import Turn
from cli.reconcile.events import Subscriber
from cli.session.session import Session


@contextmanager
def in_a_thread(session: Session, hear: Subscriber) -> Iterator[None]:
    """Watch within the block; hear hears the news. A turn that goes on is awaited in the end."""
    begun: Future[tuple[asyncio.AbstractEventLoop, Triggers]] = Future()

    async def watch() -> None:
        pace = session.settings.watch
        triggers, bulletin = Triggers(pace.settle, pace.settle_most), Bulletin([hear])
        begun.set_result((asyncio.get_running_loop(), triggers))
        seat = Seat(session.hold, bulletin.tell, elected=False)
        await Watch(session, Tools(bulletin, _silently, lambda: None, lambda _: None), seat, triggers).run()

    thread = threading.Thread(target=lambda: asyncio.run(watch()), name="watch")
    thread.start()
    try:
        loop, triggers = begun.result()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(triggers.end)
    finally:
        thread.join()


@contextmanager
def _silently(_: Turn) -> Iterator[Listener]:
    yield _deaf


def _deaf(_: EngineEvent) -> None:
    """Whoever has the loop within tells what there is to tell."""
