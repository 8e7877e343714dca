"""The folder, the lock and the listener that the states of an estate's stacks share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from cli.engine.hold import Hold
from cli.lease.record import LeaseName
from cli.state.secrets.client import SecretsClient
from cli.state.secrets.local_copy import Folder
from cli.state.secrets.lock import WriterLock


class Estate:
    """Everything that the states of an estate's stacks share. Its methods are for any thread."""

    def __init__(self, lock: WriterLock, report: Callable[[str], None]) -> None:
        """report: called with each repair, in words. Raises NotNow where there is no room for the folder."""
        self.folder = Folder()
        self.report = report
        self.making = threading.Lock()
        """Held while the state of another stack is made."""
        self.leads: Callable[[], bool] | None = None
        """Whether this process may write without a lock of its own; None without an election on the same Lease."""
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
        """False where this process has led and leads no more."""
        return self.leads is None or self.leads()

    def led_by(self, name: LeaseName, server: str, may_write: Callable[[], bool]) -> None:
        """Write while may_write returns True, and take no lock, if the Lease of this election is the lock."""
        if (name, server) == (self._lock.name, self._lock.home.access.server):
            self.leads = may_write

    @contextmanager
    def kept_apart(self, client: SecretsClient, hold: Hold) -> Iterator[None]:
        """Keep other processes from writing within the block. Raises as `WriterLock.held`.

        Several stacks of the estate may be written at once: the first takes the lock, the last gives it back. All their
        engines have to be of the hold of the first, which is what ends them where the lock is lost.
        """
        if self.leads is not None:
            yield
            return
        with self._taking:
            if not self._writers:
                held = self._lock.held(client.connection, hold, client.patience.lock, self.report)
                self._held.enter_context(held)
            self._writers += 1
        try:
            yield
        finally:
            with self._taking:
                self._writers -= 1
                if not self._writers:
                    self._held.close()
