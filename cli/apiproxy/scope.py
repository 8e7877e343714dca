"""The convergence that the API proxy works for: its intent, its journal, its counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cli.apiproxy.counts import Counts
from cli.apiproxy.intent import Intent, Write
from cli.apiproxy.journal import Journal, JournalEntry
from cli.apiproxy.outstanding import Outstanding
from components.records.record import Record


@dataclass(frozen=True, slots=True)
class Scope:
    """The state that all requests of one convergence share.

    intent: None outside of a convergence. made: the ids of the records created through the proxy; grows. unanswered:
    the creations, by zone id and record, that an earlier convergence may have sent without an answer.
    """

    intent: Intent | None = None
    journal: Journal = field(default_factory=lambda: Journal(None))
    counts: Counts = field(default_factory=Counts)
    made: set[str] = field(default_factory=set)
    unanswered: frozenset[tuple[str, Record]] = frozenset()
    outstanding: Outstanding = field(default_factory=Outstanding)

    def owned(self, zone_id: str) -> frozenset[str]:
        """Return the ids of the zone's records that the stack owned when the convergence began."""
        return frozenset() if self.intent is None else self.intent.owned.get(zone_id, frozenset())

    def owns(self, zone_id: str, record_id: str) -> bool:
        """Return whether the stack may change and delete a record."""
        return record_id in self.made or record_id in self.owned(zone_id)

    def may_create(self, zone_id: str, record: Record | None) -> bool:
        """Return whether the convergence may create a record; None for what is no whole record."""
        return self.intent is not None and self.intent.may_create(zone_id, record)

    async def note_sending(self, writes: Iterable[Write]) -> None:
        """Note creations before they are sent. Raises NotNow: then nothing may be sent."""
        await self.journal.sending(self._entries(writes))

    async def note_landed(self, writes: Sequence[Write]) -> None:
        """Note writes that have landed, before they are answered. Raises NotNow."""
        await self.journal.landed(self._entries(writes))
        self.outstanding.land(writes)

    def _entries(self, writes: Iterable[Write]) -> list[JournalEntry]:
        run = "" if self.intent is None else self.intent.run
        return [JournalEntry(run, write) for write in writes]
