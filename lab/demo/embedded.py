"""Runs the watch loop within another program: in a thread, for as long as a block lasts."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager

from cli.daemon.event_bus import EventBus
from cli.daemon.leadership import Replica
from cli.daemon.triggers import Triggers
from cli.daemon.watch import Surroundings, Watch
from cli.engine.run import Listener
from cli.events import Turn
from cli.reconcile.events import Subscriber
from cli.session.session import Session


@contextmanager
def watching(session: Session, environment: Mapping[str, str], subscriber: Subscriber) -> Iterator[None]:
    """Watch within the block, without an election. A turn that is under way at the end is awaited."""
    begun: Future[tuple[asyncio.AbstractEventLoop, Triggers]] = Future()

    async def watch() -> None:
        pace = session.settings.watch
        triggers, events = Triggers(pace.settle, pace.settle_most), EventBus([subscriber], _print)
        begun.set_result((asyncio.get_running_loop(), triggers))
        replica = Replica(session.hold, events.publish, elected=False)
        await Watch(session, Surroundings(events, _silent, lambda: None, environment), replica, triggers).run()

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


def _print(error: BaseException, _: str) -> None:
    traceback.print_exception(error)


@contextmanager
def _silent(_: Turn) -> Iterator[Listener]:
    yield lambda _: None
