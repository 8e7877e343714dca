"""Changes at name servers, sent before the engine asks our own plugin for them, and their outcomes.

The folder between the two has a token, which one of them takes, by its name: who sends ahead, or the plugin that is
asked first, after which nothing is sent ahead any more.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from components.dns_update.batches import Outcome
from components.dns_update.connection import Connection
from components.dns_update.server import DnsFault
from components.zone_set import SetChange

VARIABLE = "TRUENORTH_SENT_AHEAD"
"""The plugin's variable with the path of the folder."""
_TOKEN, _SENDING, _ASKED, _OUTCOMES = "token", "sending", "asked", "outcomes"
Outcomes = Iterable[tuple[Connection, SetChange, Outcome]]


@dataclass(frozen=True, slots=True)
class _Told:
    """A change at a server and its outcome. fault: in words, "" where it is made."""

    connection: Connection
    change: SetChange
    fault: str


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder in which nothing was sent yet, for the time of the block. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="truenorth-sending-") as made:
        Path(made, _TOKEN).touch()
        yield Path(made)


def send(place: Path, carry_out: Callable[[], Outcomes]) -> bool:
    """Send changes unless a plugin was asked for one before; return whether they were.

    carry_out: sends them and returns their outcomes. Plugins wait for it.
    """
    with (place / _OUTCOMES).open("wb") as file:
        _lock(file, is_shared=False)
        if not _take(place, _SENDING):
            return False
        told = [_Told(where, change, "" if fault is None else str(fault)) for where, change, fault in carry_out()]
        file.write(msgspec.json.encode(told))
    return True


class SentAhead:
    """The changes that were sent to a plugin's server ahead of the plugin. environment: the plugin's."""

    def __init__(self, environment: Mapping[str, str], connection: Connection) -> None:
        self._place = environment.get(VARIABLE, "")
        self._connection = connection
        self._lock = threading.Lock()
        self._told: dict[tuple[object, ...], _Told] | None = None

    def claim(self, change: SetChange) -> list[Outcome]:
        """Return the outcome of a requested change; nothing where it was not sent, or was returned before.

        State may have learnt of another set meanwhile than was known: what is wished decides.
        """
        with self._lock:
            if self._told is None:
                found = _read(Path(self._place)) if self._place else ()
                self._told = {_identity(one.change): one for one in found if one.connection == self._connection}
            told = self._told.pop(_identity(change), None)
        return [DnsFault(told.fault) if told.fault else None] if told else []


def _read(place: Path) -> tuple[_Told, ...]:
    """Return all that was sent, once it is known; nothing where nothing was, or nobody knows any more."""
    if _take(place, _ASKED) or not (place / _SENDING).exists():
        return ()
    with (place / _OUTCOMES).open("rb") as file:
        _lock(file, is_shared=True)
        with suppress(msgspec.DecodeError):  # it was broken off
            return msgspec.json.decode(file.read(), type=tuple[_Told, ...])
    return ()


def _lock(file: BinaryIO, *, is_shared: bool) -> None:
    """Lock a file until it is closed, also by the end of its process; waits for others."""
    import fcntl  # noqa: PLC0415 - only Unix has it, and our plugin is used elsewhere, too, where nothing is sent ahead

    fcntl.flock(file, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)


def _take(place: Path, name: str) -> bool:
    """Take the token, and return whether it was there."""
    try:
        (place / _TOKEN).rename(place / name)
    except FileNotFoundError:
        return False
    return True


def _identity(change: SetChange) -> tuple[object, ...]:
    about = change.about
    return about.zone, about.name, about.type, change.known is None, change.wanted
