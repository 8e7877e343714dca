"""Puts the process of `truenorth watch` together: the daemon, its log, page and metrics, and the notifications."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from cli.daemon.daemon import Daemon
from cli.daemon.event_bus import EventBus
from cli.daemon.memory import share_one_arena
from cli.daemon.tasks import in_background
from cli.daemon.watch import Surroundings
from cli.engine.events import EngineEvent
from cli.engine.run import Listener
from cli.events import Mended, Requested, Turn
from cli.exit_codes import FAILED
from cli.log.capture import capturing, fault, of_loop
from cli.log.entries import LogEntry, unsent
from cli.log.hearing import hearing, stepping
from cli.log.log import Log
from cli.notify.notifier import notifying
from cli.notify.renewal import Renewable, all_addresses
from cli.reconcile.apply import kept_running
from cli.reconcile.destroy import remove
from cli.reconcile.events import Subscriber
from cli.session.secrets import learn_secrets, session_redactor
from cli.session.session import Session
from cli.state.registries import registry_of_estate
from cli.terminal import Terminal
from cli.web.health import Health
from cli.webhook.desk import Desk
from components.views import OUTSIDE
from stacks.model.listeners import contained
from stacks.settings.watch import is_on

if TYPE_CHECKING:
    from cli.dyndns.endpoint import Dyndns
    from cli.dyndns.shared import SharedPushes

BEAT = 5.0
"""Seconds between two beats of the event loop."""
SILENCE = 60.0
"""Seconds without a beat after which the event loop is taken for dead."""

WEBHOOK_WHERE = "truenorth:watch.webhook.listen, or --webhook"
LOOKED = "first look"
"""The part that is ready once addresses and objects have been read, or have had the time."""


def run(session: Session, reopen: Callable[[Session], Session], environment: Mapping[str, str]) -> None:
    """Watch until a signal ends the process. Raises UserError where no further try would help.

    reopen: reads the settings anew.
    """
    share_one_arena()
    asyncio.run(_run(session, reopen, environment))


async def _run(session: Session, reopen: Callable[[Session], Session], environment: Mapping[str, str]) -> None:
    settings = session.settings
    as_json = settings.watch.log == "json"
    redact = session_redactor(session, environment)
    log = Log(Terminal(stderr=as_json), settings.watch.log, sys.stdout, redact, least=settings.watch.log_level)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(of_loop(log))
    health = Health(LOOKED)
    async with AsyncExitStack() as running:
        broken = asyncio.Event()
        running.enter_context(capturing(log, lambda: loop.call_soon_threadsafe(broken.set)))
        outputs = Outputs(log, session, health, environment)
        subscribers = running.enter_context(outputs.served(redact.document))
        await running.enter_async_context(outputs.told(broken.set))
        begin = partial(
            notifying,
            settings.watch.notifications,
            environment,
            session.stack,
            redact,
            lambda reason: log.write(unsent(reason)),
            lambda: not any(check.problem for check in health.life()),
        )
        notifications = running.enter_context(closing(Renewable(begin, lambda: all_addresses(environment))))
        events = EventBus([health.on_event, *subscribers, hearing(log), notifications.on_event], outputs.report)
        desk = running.enter_context(outputs.attending(events.publish))
        session = running.enter_context(kept_running(session, lambda what: events.publish(Mended(what))))
        surroundings = Surroundings(events, outputs.engine_listener, lambda: health.ready(LOOKED), environment, desk)
        await running.enter_async_context(in_background(_beat(health), broken.set))

        def reopened(before: Session) -> Session:
            opened = reopen(before)
            learn_secrets(redact, opened, environment)
            outputs.renew(opened)
            notifications.renew()
            return opened

        daemon = Daemon(session, reopened, surroundings, outputs.clean_up)
        await running.enter_async_context(in_background(_end_once(broken, daemon), broken.set))
        zones = ", ".join(zone.zone for zone in settings.each_zone())
        pace = f"at {settings.wan.schedule}" if settings.wan.schedule else f"every {settings.wan.interval:g} s"
        said = f"watching {zones}: a look {pace}; Ctrl-C ends"
        log.write(LogEntry("info", "watching", said, {"stack": session.stack, "zones": zones.split(", ")}))
        await daemon.run()
        log.write(LogEntry("info", "stopped", "stopped"))
    if broken.is_set():
        sys.exit(FAILED)


async def _beat(health: Health) -> None:
    while True:
        health.beat("loop", SILENCE)
        await asyncio.sleep(BEAT)


async def _end_once(broken: asyncio.Event, daemon: Daemon) -> None:
    """End the daemon once a thread has failed: changes may be missed from then on, until it is started anew."""
    await broken.wait()
    daemon.break_down()


class Outputs:
    """The log of a process, and its page, metrics and dyndns2 endpoint where the settings ask for them."""

    def __init__(self, log: Log, session: Session, health: Health, environment: Mapping[str, str]) -> None:
        self._log, self._session, self._health, self._environment = log, session, health, environment
        self._engine_listeners: Sequence[Listener] = ()
        self._dyndns: Dyndns | None = None
        self._shared: SharedPushes | None = None

    @contextmanager
    def served(self, redact: Callable[[object], object]) -> Iterator[Sequence[Subscriber]]:
        """Serve the page and the metrics within the block, and give it the subscribers that they need."""
        settings = self._session.settings
        if not settings.watch.web.listen:
            yield ()
            return
        # Imported only where it is asked for: neither is small.
        from cli.metrics.metrics import Metrics  # noqa: PLC0415 - see above
        from cli.metrics.process import state_size  # noqa: PLC0415 - likewise
        from cli.web.access import PageAccess, sign_in  # noqa: PLC0415 - likewise
        from cli.web.app import application  # noqa: PLC0415 - likewise
        from cli.web.server import serving_beside  # noqa: PLC0415 - likewise
        from cli.web.status_board import StatusBoard  # noqa: PLC0415 - likewise
        from stacks.observe.wan.detect import DETECTIONS  # noqa: PLC0415 - likewise

        place = self._session
        metrics = Metrics(
            [zone.zone for zone in settings.each_zone()],
            engine=place.engine.version,
            state_size=lambda: state_size(place.backend, place.project.name, place.stack),
        )
        self._engine_listeners = (metrics.on_engine_event,)
        board = StatusBoard(place.stack, settings.owner)
        access = PageAccess(frozenset(settings.watch.web.hosts), sign_in(self._environment))
        app = application(board, self._health, metrics.exposition, redact, access)
        with serving_beside(settings.watch.web.listen, app) as port:
            url = f"http://{settings.watch.web.listen.rpartition(':')[0] or 'localhost'}:{port}/"
            self._log.write(LogEntry("info", "serving", f"page: {url} metrics: {url}metrics", {"url": url}))
            with metrics.listening(), DETECTIONS.listening(board.hear_detection):
                yield (board.on_event, metrics.on_event)

    @asynccontextmanager
    async def told(self, failed: Callable[[], object]) -> AsyncIterator[None]:
        """Let routers tell their addresses within the block, where the settings ask for it.

        failed: called where the sharing with other replicas breaks down.
        """
        settings, environment = self._session.settings, self._environment
        dyndns = settings.watch.dyndns
        if not dyndns.listen:
            yield
            return
        # Imported only where it is asked for, as above.
        from cli.dyndns.endpoint import WHERE, Dyndns, dyndns_application  # noqa: PLC0415 - see above
        from cli.dyndns.pushers import pushers  # noqa: PLC0415 - likewise
        from cli.web.server import serving_beside  # noqa: PLC0415 - likewise

        def note(said: str) -> None:
            self._log.write(LogEntry("info", "told", said))

        async with AsyncExitStack() as running:
            shared = None
            if is_on(dyndns.shared, environment):
                from cli.dyndns.shared import shared_pushes  # noqa: PLC0415 - the client of clusters

                shared = await running.enter_async_context(shared_pushes(settings, environment, self._session.stack))
            self._shared = shared
            self._dyndns = Dyndns(pushers(settings, environment, shared), note)
            if shared:
                await running.enter_async_context(in_background(shared.follow(self._dyndns.take, note), failed))
            with serving_beside(dyndns.listen, dyndns_application(self._dyndns), WHERE) as port:
                said = f"routers tell their addresses at port {port}: /nic/update"
                self._log.write(LogEntry("info", "listening", said, {"port": port}))
                yield

    def renew(self, session: Session) -> None:
        """Take the routers' names and passwords of settings that were read anew. Raises UserError."""
        if self._dyndns:
            from cli.dyndns.pushers import pushers  # noqa: PLC0415 - as above

            self._dyndns.renew(pushers(session.settings, self._environment, self._shared))

    @contextmanager
    def attending(self, publish: Callable[[Requested], object]) -> Iterator[Desk | None]:
        """Answer external-dns within the block, where the settings ask for it, and give the block its desk."""
        settings = self._session.settings
        if not settings.watch.webhook.listen:
            yield None
            return
        # Imported only where it is asked for: it is not small.
        from cli.web.server import serving_beside  # noqa: PLC0415 - see above
        from cli.webhook.app import application  # noqa: PLC0415 - likewise

        listen, desk = settings.watch.webhook.listen, Desk()
        outside = [zone.zone for zone in settings.each_zone() if zone.view == OUTSIDE]
        app = application(desk, outside, publish)
        with serving_beside(listen, app, WEBHOOK_WHERE) as port:
            url = f"http://{listen.rpartition(':')[0]}:{port}"
            self._log.write(LogEntry("info", "webhook", f"external-dns: --webhook-provider-url={url}", {"url": url}))
            try:
                yield desk
            finally:
                desk.close()

    @contextmanager
    def engine_listener(self, turn: Turn | None) -> Iterator[Listener]:
        """Give the block the listener to the engine's events in a turn."""
        listeners = [contained(one, self.report) for one in (stepping(self._log, turn), *self._engine_listeners)]

        def listen(event: EngineEvent) -> None:
            for listener in listeners:
                listener(event)

        yield listen

    def report(self, error: BaseException, where: str) -> None:
        """Log the error of a listener."""
        self._log.write(fault(error, where))

    def clean_up(self, session: Session) -> None:
        """Delete all records of the estate."""
        with self.engine_listener(None) as listener:
            remove(session, registry_of_estate(session), listener)
