"""What the states of an estate's stacks have in common: one folder, one lock, one who is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from cli.engine.hold import Hold
from cli.state.secrets.client import Asking
from cli.state.secrets.local_copy import Folder
from cli.state.secrets.lock import Lock

if TYPE_CHECKING:
    from cli.lease.record import Place
    from cli.state.secrets.store import KubernetesState


class Estate:
    """From any thread. states: of the stacks that were asked for, by their names."""

    def __init__(self, lock: Lock, told: Callable[[str], None]) -> None:
        """told: hears what was put right. Raises NotNow where there is no room for the folder."""
        self.folder = Folder()
        self.told = told
        self.states: dict[str, KubernetesState] = {}
        self.making = threading.Lock()
        self.leads: Callable[[], bool] | None = None
        """Whether this process may write without a lock of its own; None where it is in no election by that lock."""
        self._lock = lock
        self._taking = threading.Lock()
        self._writers = 0
        self._held = ExitStack()

    @property
    def holder(self) -> str:
        """The name under which this process writes."""
        return self._lock.holder

    @property
    def may_write(self) -> bool:
        """False where this process has led and does so no more."""
        return self.leads is None or self.leads()

    def led_by(self, place: Place, server: str, may_write: Callable[[], bool]) -> None:
        """Write while may_write says yes, and take no lock, where the lease of this election is the lock."""
        if (place, server) == (self._lock.place, self._lock.home.access.server):
            self.leads = may_write

    @contextmanager
    def kept_apart(self, asking: Asking, hold: Hold) -> Iterator[None]:
        """No other process writes within the block. Raises as `Lock.held`.

        Several stacks of the estate may be written at once: the first takes the lock, the last gives it back. All their
        engines have to be of the hold of the first, which is what ends them where the lock is lost.
        """
        if self.leads is not None:
            yield
            return
        with self._taking:
            if not self._writers:
                held = self._lock.held(asking.connection, hold, asking.patience.lock, self.told)
                self._held.enter_context(held)
            self._writers += 1
        try:
            yield
        finally:
            with self._taking:
                self._writers -= 1
                if not self._writers:
                    self._held.close()
