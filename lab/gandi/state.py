"""The organisation behind the API: its zones and tokens, what was asked of it, and what is made to go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

from lab.api.faults import Faults
from lab.api.http import RequestLog
from lab.cloudflare.limits import RateLimiter
from lab.gandi.errors import record_not_found
from lab.gandi.model import SCHEMES, Key, RecordSet, Token, TokenKind
from lab.gandi.validation import check_neighbours, record_set

RATE_LIMIT, RATE_WINDOW = 1000, 60  # requests an address, seconds


def _now() -> datetime:
    return datetime.now(UTC)


class Gandi:
    """One organisation at Gandi: zones with their record sets, and tokens.

    Whoever reads or writes more than one thing at a time holds `lock`, a re-entrant one. `rate_limit` is in requests
    an IP address in a minute, None for no limit.
    """

    def __init__(self, *, rate_limit: int | None = RATE_LIMIT, clock: Callable[[], datetime] = _now) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.zones: dict[str, dict[Key, RecordSet]] = {}
        self.tokens: dict[str, Token] = {}
        self.requests = RequestLog()
        self.faults = Faults()
        self.limiter = RateLimiter(clock, rate_limit, RATE_WINDOW)

    def add_zone(self, name: str) -> None:
        """Add a zone without records. ValueError if there is one of this name."""
        name = name.lower().rstrip(".")
        with self.lock:
            if name in self.zones:
                raise ValueError(f"zone {name} exists already")
            self.zones[name] = {}

    def add_token(
        self, value: str, kind: TokenKind = "personal-access-token", zones: Collection[str] | None = None
    ) -> None:
        """Make `value` valid for these zones (None: all of them), as a token or as an API key."""
        with self.lock:
            self.tokens[value] = Token(value, SCHEMES[kind], None if zones is None else frozenset(zones))

    def remove_token(self, value: str) -> None:
        """Revoke a token or a key; KeyError if there is none such."""
        with self.lock:
            del self.tokens[value]

    def records(self, zone: str) -> list[RecordSet]:
        """List the record sets of a zone in the order of the API: by name, `@` first, then type."""
        with self.lock:
            return sorted(self.zones[zone].values(), key=lambda one: (one.name != "@", one.name, one.type))

    def put_record(self, zone: str, body: Mapping[str, object]) -> RecordSet:
        """Create or overwrite a record set, as somebody else would: by the zone's rules (ApiError), without a call."""
        with self.lock:
            return self.store(zone, record_set(body))

    def remove_record(self, zone: str, name: str, record_type: str) -> RecordSet:
        """Delete a record set, as somebody else would; ApiError (404) if there is none such."""
        with self.lock:
            found = self.zones[zone].pop((name, record_type), None)
        if found is None:
            raise record_not_found(name, record_type)
        return found

    def store(self, zone: str, made: RecordSet) -> RecordSet:
        """Put a record set into the zone in place of the one with its name and type; ApiError (400) in a conflict."""
        with self.lock:
            held = self.zones[zone]
            beside = [one for one in held.values() if one.name == made.name and one.type != made.type]
            check_neighbours([*beside, made])
            held[made.key] = made
        return made
