"""Journals that runs leave behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from cli.apiproxy.intent import Write
from cli.apiproxy.journal import Journal, JournalEntry


def left_by_a_killed_run(path: Path, sent: Iterable[Write], landed: Iterable[Write] = ()) -> Path:
    """Write the journal of a run that was killed once it had sent these writes, and these had landed."""

    async def note(journal: Journal) -> None:
        await journal.sending([JournalEntry("killed", one) for one in sent])
        await journal.landed([JournalEntry("killed", one) for one in landed])

    with Journal.opened(path) as journal:
        asyncio.run(note(journal))
    return path
