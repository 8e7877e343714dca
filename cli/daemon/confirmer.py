"""Confirms a convergence in a thread: an address that changes again meanwhile does not wait for name servers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.reconcile.confirm import Confirmation, confirmations
from cli.reconcile.result import Convergence
from stacks.observe.wan.sources.deadline import Deadline
from stacks.settings.stack import Settings


class Confirmer:
    """A thread that asks the name servers for the changes of the last convergence."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: tuple[threading.Thread, Deadline] | None = None

    def begin(self, done: Convergence, publish: Callable[[Confirmation], None]) -> None:
        """Ask for the changes of this convergence, in place of the one before. publish: called from a thread."""
        if not done.runs:
            return
        self.end()
        deadline = Deadline(max(zone.confirm for zone in self._settings.each_zone()))
        thread = threading.Thread(target=self._ask, args=(done, publish, deadline), name="confirm", daemon=True)
        self._running = thread, deadline
        thread.start()

    def end(self) -> None:
        """Stop asking. Nothing is published of changes that were not confirmed by then."""
        if self._running:
            thread, deadline = self._running
            deadline.cancel()
            thread.join()
            self._running = None

    def _ask(self, done: Convergence, publish: Callable[[Confirmation], None], deadline: Deadline) -> None:
        outcomes = confirmations(self._settings, done, lambda _: deadline)
        if outcomes and not deadline.is_cancelled:
            publish(Confirmation(outcomes))


@contextmanager
def confirming(settings: Settings) -> Iterator[Confirmer]:
    """Give a confirmer to the block, and end it with the block."""
    confirmer = Confirmer(settings)
    try:
        yield confirmer
    finally:
        confirmer.end()
