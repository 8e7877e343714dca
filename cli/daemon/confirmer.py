"""Confirms what the loop has changed, beside the loop: an address that changes again does not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.reconcile.confirm import Confirmation, confirmations
from cli.reconcile.result import Convergence
from stacks.observe.wan.sources.deadline import Deadline
from stacks.settings.stack import Settings


class Confirmer:
    """Asks for one convergence at a time, the last one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: tuple[threading.Thread, Deadline] | None = None

    def begin(self, done: Convergence, told: Callable[[Confirmation], None]) -> None:
        """Ask for what this convergence has changed, in place of the one before. told: from a thread."""
        if not done.runs:
            return
        self.end()
        deadline = Deadline(max(zone.confirm for zone in self._settings.each_zone()))
        thread = threading.Thread(target=self._ask, args=(done, told, deadline), name="confirm", daemon=True)
        self._running = thread, deadline
        thread.start()

    def end(self) -> None:
        """Stop asking; nothing is told of what was not confirmed by then."""
        if self._running:
            thread, deadline = self._running
            deadline.cancel()
            thread.join()
            self._running = None

    def _ask(self, done: Convergence, told: Callable[[Confirmation], None], deadline: Deadline) -> None:
        outcomes = confirmations(self._settings, done, lambda _: deadline)
        if outcomes and not deadline.is_cancelled:
            told(Confirmation(outcomes))


@contextmanager
def confirming(settings: Settings) -> Iterator[Confirmer]:
    """A confirmer that ends with the block."""
    confirmer = Confirmer(settings)
    try:
        yield confirmer
    finally:
        confirmer.end()
