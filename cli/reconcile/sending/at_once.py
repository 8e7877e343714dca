"""Send the planned writes of a convergence at once: as soon as one of its engines holds the lock of its stack.

From then on nobody else writes that state, and the engine still has its program to run and its plugin to ask. What it
asks for then has been done. What it does not come to note is in the journal, and is settled as after a crash.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.engine.run import Listener
from cli.reconcile.sending.checkpoints import BY_MARKS, has_journal, keeps_checkpoints
from cli.recovery import intent_log, locks
from cli.recovery.locks import EngineLock
from cli.session.backend import state_folder
from cli.state import instance
from stacks.model.values import ZoneSnapshot
from stacks.plan.changes import Action

if TYPE_CHECKING:
    from cli.apiproxy.dialect import Signer
    from cli.reconcile.result import Convergence
    from cli.session.session import Session
    from cli.shards.parts import StackPart

EACH = 0.01
"""Seconds between two looks for the engine's lock."""


class AtOnce:
    """The sending of one convergence, which happens once at most.

    places: all stacks that it changes, with their state in a folder. send: sends the writes, or
    begins to.
    """

    def __init__(self, places: Sequence[Session], send: Callable[[], None]) -> None:
        self._places, self._send = places, send
        self._lock = threading.Lock()
        self._is_sent = False

    @contextmanager
    def once_locked(self, place: Session) -> Iterator[None]:
        """Run engines on a stack within the block: the writes are sent once one of them has the stack's lock."""
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(place, over), name="sending", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, place: Session, over: threading.Event) -> None:
        while not self._is_sent and not over.wait(EACH):
            if any(_are_ours(place)) and all(ours for one in self._places for ours in _are_ours(one)):
                self._send_once()

    def _send_once(self) -> None:
        with self._lock:
            if not self._is_sent:
                self._is_sent = True
                self._send()


@contextmanager
def at_once(
    session: Session, seen: Convergence, todo: Sequence[StackPart], listener: Listener
) -> Iterator[tuple[Session, AtOnce | None]]:
    """Yield the session of the engines, and the sending of a convergence's writes.

    The sending is None where all writes wait for an engine to ask for them. listener: for what lands at name servers.
    """
    if not _may_be_ahead(session, todo):
        yield session, None
        return
    with _ahead_at_name_servers(session, seen, listener) as (place, at_name_servers):
        send = at_name_servers or _by_proxy(session, seen, todo)  # with a name server there is no journal
        yield place, AtOnce([session.at(part.stack) for part in todo], send) if send else None


def _may_be_ahead(session: Session, todo: Sequence[StackPart]) -> bool:
    """Return whether writes may be sent ahead of the engines.

    What a run before this one has left open is noted first: it may have taken from the guard's limits of the hour what
    state does not know yet.
    """
    is_open = intent_log.is_open(session) or any(part.interrupted for part in todo)
    return session.settings.send == "at-once" and not is_open


def _by_proxy(session: Session, seen: Convergence, todo: Sequence[StackPart]) -> Callable[[], None] | None:
    proxy = session.api_proxy
    if proxy is None or not _is_journaled(session, seen, todo):
        return None
    return lambda: proxy.send(_signers(session, seen))


def _is_journaled(session: Session, seen: Convergence, todo: Sequence[StackPart]) -> bool:
    """Return whether the journal alone would lead to all that has landed, were no engine to note any of it.

    Records that are taken over are known to be ours only once they are in state.
    """
    return (
        has_journal(session)
        and not any(keeps_checkpoints(session, seen.observation.registry, part) for part in todo)
        and not any(change.action is Action.ADOPT for change in seen.changes)
    )


@contextmanager
def _ahead_at_name_servers(
    session: Session, seen: Convergence, listener: Listener
) -> Iterator[tuple[Session, Callable[[], None] | None]]:
    """Yield the session and the sending at name servers, where marks alone would lead to all that has landed."""
    zones = session.settings.each_zone()
    is_marked = all(zone.marks != "none" for zone in zones) and instance.is_noted(session, seen.observation.registry)
    if not is_marked or not any(zone.provider in BY_MARKS for zone in zones):
        yield session, None
        return
    from cli.reconcile.sending.name_servers import ahead_of_plugins  # noqa: PLC0415 - dnspython, which few need

    with ahead_of_plugins(session, seen, listener) as ahead:
        yield ahead


def _signers(session: Session, seen: Convergence) -> dict[str, Signer]:
    """Return the provider and the credentials of each zone that was listed, by its id."""
    zones = [zone for zone in seen.observation.zones if isinstance(zone, ZoneSnapshot)]
    providers = {one.zone: one.provider for one in session.settings.each_zone()}
    return {
        zone.zone_id: (providers[zone.zone], session.credentials[zone.zone])
        for zone in zones
        if zone.zone in providers and zone.zone in session.credentials
    }


def _are_ours(place: Session) -> list[bool]:
    """Return for each lock of a stack whether an engine of this process holds it, and was not asked to end."""
    folder = state_folder(place.backend)
    try:
        there = locks.there(place, folder) if folder else {}
    except OSError:
        return [False]
    return [isinstance(one, EngineLock) and _is_ours(one, place) for one in there.values()]


def _is_ours(lock: EngineLock, place: Session) -> bool:
    return lock.host == socket.gethostname() and place.hold.is_at_work(lock.pid)
