"""What the views of one zone by requests of different signatures share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from cli.apiproxy.presend import Foreseen
from cli.apiproxy.zone_cache import Mirror


@dataclass(slots=True)
class Common:
    """lock: one listing or write at a time. mirrors: all are kept true. foreseen: whoever asks first carries them out.

    made, deleted: ids of records that were created and deleted through the bridge within this convergence.
    """

    foreseen: Foreseen
    made: set[str]
    deleted: set[str] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    mirrors: list[Mirror] = field(default_factory=list)
