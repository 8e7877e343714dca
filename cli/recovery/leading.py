"""Which locks of the state a leader may break: those of engines of the leaders before it, which have ended by then.

Only hosts that have held the Lease count: whoever runs an engine without it, on a laptop say, is none of them. No time
in a lock is compared with a clock: what was there at the first look of this leadership was made before it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.recovery.locks import EngineLock


class Leading:
    """The leadership of this process. former_hosts: the host names of those that led before it."""

    def __init__(self, former_hosts: Collection[str] = ()) -> None:
        self._former_hosts = frozenset(former_hosts)
        self._there: set[EngineLock] = set()
        self._has_looked = False

    def look(self, locks: Collection[EngineLock]) -> None:
        """Note the locks that are there; those that appear after the first look was over are of others."""
        if not self._has_looked:
            self._there.update(locks)

    def end_look(self) -> None:
        """End the first look."""
        self._has_looked = True

    def has_outlived(self, lock: EngineLock) -> bool:
        """Whether the owner of a lock led before this process, and made the lock then."""
        return lock in self._there and lock.host in self._former_hosts
