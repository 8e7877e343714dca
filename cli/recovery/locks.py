"""Break the locks of dead processes: the engine's lock has no expiry, and an engine that was killed leaves it behind.

A lock is broken only where its owner is known to be dead, or to be a leader before us. A folder's lock file says who
made it: {pid, username, hostname, timestamp} (pulumi, backend/diy/lock.go). A host's name stands for its processes: of
containers with the host's network, and so its name, each needs a state of its own, or the election.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli.engine.failure import Locked
from cli.recovery import processes
from stacks.model.errors import UserError
from stacks.observe.pulumi_cli import ask_pulumi

if TYPE_CHECKING:
    from cli.session.session import Session

ENGINE = "pulumi"


@dataclass(frozen=True, slots=True)
class EngineLock:
    """A lock of a state: its owner, and its file where that is known."""

    pid: int
    owner: str
    host: str
    since: datetime
    file: Path | None = None

    def __str__(self) -> str:
        since = self.since.isoformat(timespec="seconds").replace("+00:00", "Z")
        return f"{self.owner}@{self.host} (process {self.pid}, since {since})"


class Leading:
    """The leadership of this process, by which it may break locks of engines of the leaders before it.

    former_hosts: the host names of those that led before it.
    Only hosts that have held the Lease count: whoever runs an engine without it, on a laptop say, is none of them. No
    time in a lock is compared with a clock: what was there at the first look of this leadership was made before it.
    """

    def __init__(self, former_hosts: Collection[str] = ()) -> None:
        self._former_hosts = frozenset(former_hosts)
        self._there: set[EngineLock] = set()
        self._has_looked = False

    def look(self, locks: Collection[EngineLock]) -> None:
        """Note the locks present now; any lock that appears after the first look belongs to others."""
        if not self._has_looked:
            self._there.update(locks)

    def end_look(self) -> None:
        """End the first look."""
        self._has_looked = True

    def has_outlived(self, lock: EngineLock) -> bool:
        """Whether the owner of a lock led before this process, and made the lock then."""
        return lock in self._there and lock.host in self._former_hosts


Locks = Mapping[Path, EngineLock | bool]
"""The lock files of a stack, each with its lock; for an unreadable one, whether it is of before the machine's start."""


def there(session: Session, folder: Path) -> Locks:
    """Return the lock files of a stack in Pulumi's folder."""
    files = sorted((folder / "locks" / "organization" / session.project.name / session.stack).glob("*.json"))
    return {file: _read(file) for file in files}


def dead_files(session: Session, locks: Locks, leading: Leading | None, patience: float) -> dict[Path, str]:
    """Return the lock files of dead owners, each with the reason in words. Raises Locked for a live owner.

    leading: the leadership of this process; None where there is no election.
    patience: seconds that an engine on this machine is given to end.
    """
    found: dict[Path, str] = {}
    for file, lock in locks.items():
        if isinstance(lock, EngineLock):
            why = why_dead(lock, leading, patience)
            if not why:
                raise _held(session, lock)
            found[file] = f"the lock of {lock} was removed: {why}"
        else:
            if not lock and leading is None:
                raise UserError(
                    "a lock of the state cannot be read, so that nobody knows whose it is",
                    str(file),
                    "see that no other run is going on, then remove this file",
                )
            found[file] = f"the lock {file.name} was removed: it cannot be read, and nobody can hold it"
    return found


def cancel_dead(session: Session, locked: Locked, leading: Leading | None, patience: float) -> tuple[str, ...]:
    """Remove the locks of dead owners in a backend that is no folder, where no other owner lives.

    `pulumi cancel` removes every lock: one live owner keeps them all. Raises Locked, and ObservationError where Pulumi
    does not answer.
    """
    locks = [_told(*owner) for owner in locked.owners]
    if leading:
        leading.look(locks)
    why = {lock: why_dead(lock, leading, patience) for lock in locks}
    if not locks or not all(why.values()):
        raise locked
    done = ask_pulumi(
        session.engine.pulumi,
        ("cancel", "--yes", f"--stack={session.stack}"),
        session.environment,
        cwd=session.project.folder,
        failed=f"the lock of stack {session.stack} could not be removed",
    )
    if not done.succeeded:
        raise locked
    return tuple(f"the lock of {lock} was removed: {reason}" for lock, reason in why.items())


def why_dead(lock: EngineLock, leading: Leading | None, patience: float) -> str:
    """Return the reason for which a lock's owner cannot be at work any more; "" where it may be.

    An engine that runs under its process id is waited for. It is not told by its start alone: clocks are set.
    """
    if leading is not None and leading.has_outlived(lock):
        return "it is of a leader before this process"
    if lock.host != socket.gethostname():
        return ""
    found = processes.process(lock.pid)
    if found and (found.name is None or found.name.startswith(ENGINE)):
        processes.await_end(lock.pid, patience)
        found = processes.process(lock.pid)
    if found is None:
        return "its process has ended"
    if found.name is None or found.name.startswith(ENGINE) or found.started is None:
        return ""
    if found.started > lock.since.timestamp():
        return f"its process has ended; {found.name}, which is no engine, has its id now"
    return ""


def _held(session: Session, lock: EngineLock) -> Locked:
    do = "wait until that run has ended"
    if lock.host != socket.gethostname():
        do += f"; if that machine or container is gone: pulumi cancel --stack {session.stack} --yes"
    return Locked(
        f"the state of stack {session.stack} is locked by {lock}",
        session.backend,
        do,
        ((f"{lock.owner}@{lock.host}", lock.pid, lock.since.isoformat()),),
    )


def _read(file: Path) -> EngineLock | bool:
    """Return the lock in a file; for an unreadable one, whether it is gone or older than the machine's start."""
    try:
        text = file.read_bytes()
        written = file.stat().st_mtime
    except FileNotFoundError:
        return True
    try:
        said = json.loads(text)
        since = _moment(str(said["timestamp"]))
        return EngineLock(int(said["pid"]), str(said["username"]), str(said["hostname"]), since, file)
    except (ValueError, KeyError, TypeError):
        return written < processes.booted()


def _told(owner: str, pid: int, time: str) -> EngineLock:
    user, _, host = owner.rpartition("@")
    return EngineLock(pid, user, host, _moment(time))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
