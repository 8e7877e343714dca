"""Keeps the foreseen writes of a convergence that have not landed: once none is left, the zones are as wished."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from cli.apiproxy.intent import Intent, Write


class Outstanding:
    """The foreseen writes of an intent that have not landed. Its `landed` is called once, when the last of them has."""

    def __init__(self, intent: Intent | None = None) -> None:
        self._tell = intent.landed if intent else None
        self._left = set(map(_key, intent.foreseen)) if intent and self._tell else set()

    def land(self, writes: Iterable[Write]) -> None:
        """Note writes that have landed; others than the foreseen ones do not count."""
        if self._tell and self._left:
            self._left.difference_update(map(_key, writes))
            if not self._left:
                self._tell()


def _key(write: Write) -> Hashable:
    """Return what identifies a write before and after it: a record that is made has its id only then."""
    return write.zone_id, write.method, write.record if write.method == "POST" else write.record_id
