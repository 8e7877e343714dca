"""The journal of writes through the API proxy, kept until the convergence has ended well: one file an estate.

Each entry is a line of JSON; an acknowledged entry is on the disk. After a crash the journal leads to records that the
engine's state does not hold (`traces`). A last line without its end was never acknowledged, and is no damage.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cli.apiproxy.intent import Method, Write
from components.records.record import Record
from stacks.model.errors import NotNow, is_disk_full
from stacks.plan.records.adoption import Traces

VERSION = 1
HEADER = json.dumps({"journal": VERSION}).encode() + b"\n"
"""The first line of each opening: the lines after it are of this version."""
PRIVATE = 0o600

State = Literal["sent", "landed"]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A write. run: the convergence's id. write.record_id: of a creation "" when sent, the API's id when landed."""

    run: str
    write: Write


@dataclass(frozen=True, slots=True)
class JournalContent:
    """The entries of a journal, oldest first. sent: creations that were about to be sent, whatever came of them.

    damage: the lines that cannot be read, in words; "" for none.
    """

    sent: tuple[JournalEntry, ...] = ()
    landed: tuple[JournalEntry, ...] = ()
    damage: str = ""

    @property
    def unanswered(self) -> frozenset[tuple[str, Record]]:
        """The creations without a noted answer, each as its zone's id and its record; they may have been sent."""
        answered = {(one.run, one.write.zone_id, one.write.record) for one in self.landed if one.write.method == "POST"}
        sent = ((one.run, one.write.zone_id, one.write.record) for one in self.sent)
        return frozenset((zone, record) for run, zone, record in sent if record and (run, zone, record) not in answered)


class Journal:
    """Appends from any event loop, in one thread of its own: all that wait at a moment share one fsync."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = -1
        self._size = 0
        self._waiting: list[tuple[bytes, Future[None]]] = []
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @staticmethod
    @contextmanager
    def opened(path: Path | None) -> Iterator[Journal]:
        """A journal for the block; None: nothing is kept. The file is made at the first entry, for its owner only."""
        journal = Journal(path)
        try:
            yield journal
        finally:
            journal._close()

    async def sending(self, entries: Sequence[JournalEntry]) -> None:
        """Creations are about to be sent: send them after this.

        Raises NotNow where they cannot be written down: then nothing may be sent, and the plugin is answered 507.
        """
        await self._append("sent", entries)

    async def landed(self, entries: Sequence[JournalEntry]) -> None:
        """Writes have landed: answer them after this.

        Raises NotNow where they cannot be written down: the plugin is answered 507, and the next run finds the records
        by what `sending` has noted.
        """
        await self._append("landed", entries)

    async def _append(self, state: State, entries: Sequence[JournalEntry]) -> None:
        if self._path is None or not entries:
            return
        done: Future[None] = Future()
        with self._changed:
            if self._closed:
                raise NotNow("the convergence that this write belongs to has ended", str(self._path), "run again")
            self._waiting.append((b"".join(_line(state, entry) for entry in entries), done))
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._keep_writing, args=(self._path,), name="journal", daemon=True
                )
                self._thread.start()
            self._changed.notify()
        await asyncio.wrap_future(done)

    def _close(self) -> None:
        """Write the entries that still wait, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _keep_writing(self, path: Path) -> None:
        while group := self._next_group():
            heard = [done for _, done in group if done.set_running_or_notify_cancel()]
            try:
                self._write(path, b"".join(lines for lines, _ in group))
            except OSError as error:
                for done in heard:
                    done.set_exception(_cannot_write(path, error))
            else:
                for done in heard:
                    done.set_result(None)
        if self._file >= 0:
            os.close(self._file)

    def _next_group(self) -> list[tuple[bytes, Future[None]]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            group, self._waiting = self._waiting, []
            return group

    def _write(self, path: Path, lines: bytes) -> None:
        if self._file < 0:
            self._file, self._size = _open(path)
        try:
            _write_all(self._file, lines)
            os.fsync(self._file)
        except OSError:
            with suppress(OSError):  # the reader passes over half a line; the next group begins at the end again
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(lines)


def look(path: Path) -> JournalContent:
    """Return the entries of a journal; none where there is no file. The readable lines of a damaged one are used."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return JournalContent()
    except OSError as error:
        return JournalContent(damage=f"{path} cannot be read: {os.strerror(error.errno or 0)}")
    *lines, half = content.split(b"\n")
    found: dict[State, list[JournalEntry]] = {"sent": [], "landed": []}
    bad = [] if lines or HEADER.startswith(half) else [1]
    known = False
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            if "journal" in said:
                known = said["journal"] == VERSION
            elif known:
                state, entry = _entry(said)
                found[state].append(entry)
        except (ValueError, TypeError, KeyError, RecursionError):
            known_line = False
        else:
            known_line = known
        if not known_line:
            bad.append(number)
    return JournalContent(tuple(found["sent"]), tuple(found["landed"]), _damage(path, bad))


def read(path: Path) -> tuple[JournalEntry, ...]:
    """Return the writes that have landed, oldest first."""
    return look(path).landed


def traces(path: Path) -> Traces:
    """Return the traces of records that the journal's runs have made; an unreadable journal makes our marks enough."""
    kept = look(path)
    records = {(record.name, record.type, record.content) for _, record in kept.unanswered}
    wanted = bool(kept.sent or kept.landed or kept.damage)
    return Traces(wanted=wanted, records=frozenset(records), ids=frozenset(_standing(one.write for one in kept.landed)))


def clear(path: Path) -> None:
    """Delete the journal, on the disk too. Raises OSError."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    _sync_folder(path.parent)


def _standing(writes: Iterable[Write]) -> set[str]:
    """Return the ids of records that were created and not deleted later."""
    ids: set[str] = set()
    for write in writes:
        if write.method == "POST":
            ids.add(write.record_id)
        elif write.method == "DELETE":
            ids.discard(write.record_id)
    return ids


def _line(state: State, entry: JournalEntry) -> bytes:
    write = entry.write
    record = write.record.said() if write.record else None
    said = {"state": state, "run": entry.run, "method": write.method, "zone": write.zone_id, "id": write.record_id}
    return json.dumps({**said, "record": record}, separators=(",", ":")).encode() + b"\n"


def _entry(said: dict[str, Any]) -> tuple[State, JournalEntry]:
    """Return the entry of a line. Raises KeyError, TypeError or ValueError where it is none."""
    state: State = said["state"]
    method: Method = said["method"]
    if state not in {"sent", "landed"} or method not in {"POST", "PUT", "DELETE"}:
        raise ValueError(said)
    texts = [said[key] for key in ("run", "zone", "id")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(said)
    run, zone, record_id = texts
    return state, JournalEntry(run, Write(method, zone, record_id, _record(said["record"])))


def _record(said: dict[str, Any] | None) -> Record | None:
    return None if said is None else Record(**{**said, "tags": tuple(said["tags"])})


def _damage(path: Path, bad: Sequence[int]) -> str:
    if not bad:
        return ""
    which = f"line {bad[0]}" if len(bad) == 1 else f"{len(bad)} lines, the first is {bad[0]},"
    return f"{path}: {which} cannot be read"


def _open(path: Path) -> tuple[int, int]:
    """Open the file to append to; cut off half a line at its end, and write a header. Raises OSError.

    Return its descriptor and its size in bytes.
    """
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync_folder(path.parent.parent)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE)
    try:
        size = _end_of_last_line(file)
        os.ftruncate(file, size)
        _write_all(file, HEADER)
        _sync_folder(path.parent)
    except OSError:
        os.close(file)
        raise
    return file, size + len(HEADER)


def _end_of_last_line(file: int) -> int:
    end = os.fstat(file).st_size
    while end:
        begin = max(0, end - 65_536)
        found = os.pread(file, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _write_all(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _cannot_write(path: Path, error: OSError) -> NotNow:
    full = "the disk is full: " if is_disk_full(error) else ""
    return NotNow(
        f"{full}what is written to the zones cannot be noted in the journal ({os.strerror(error.errno or 0)})",
        str(path),
        "make room or mend the permissions of this folder, then run the same command again",
    )
