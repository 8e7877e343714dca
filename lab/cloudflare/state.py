"""The account behind the API: what exists in it, what was asked of it, and what is made to go wrong."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lab.api.faults import Faults
from lab.api.http import RequestLog
from lab.cloudflare.limits import PLANS, PlanName, RateLimiter
from lab.cloudflare.lists.state import CustomLists
from lab.cloudflare.load_balancing.state import LoadBalancing
from lab.cloudflare.model import (
    ALL_PERMISSIONS,
    Account,
    Permission,
    Record,
    Token,
    Zone,
    new_id,
)
from lab.cloudflare.names import in_ascii
from lab.cloudflare.records import create, find, patch
from lab.cloudflare.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


def _now() -> datetime:
    return datetime.now(UTC)


class Cloudflare:
    """One user's Cloudflare: accounts, zones with their records, tokens, load balancing, lists.

    Whoever reads or writes more than one thing at a time holds `lock`, a re-entrant one. `rate_limit` is in requests
    a token in 5 minutes, None for no limit.
    """

    def __init__(
        self,
        *,
        account_name: str = "TrueNorth Lab",
        rate_limit: int | None = 1200,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.account = Account(new_id(), account_name, clock())
        self.accounts: dict[str, Account] = {self.account.id: self.account}
        self.zones: dict[str, Zone] = {}
        self.tokens: dict[str, Token] = {}
        self.stores: dict[str, RecordStore] = {}
        self.load_balancing = LoadBalancing()
        self.custom_lists = CustomLists(clock)
        self.requests = RequestLog()
        self.faults = Faults()
        self.limiter = RateLimiter(clock, rate_limit)

    def add_account(self, name: str) -> Account:
        """Add another account that the user is a member of."""
        with self.lock:
            account = Account(new_id(), name, self.clock())
            self.accounts[account.id] = account
            return account

    def add_zone(
        self,
        name: str,
        plan: PlanName = "free",
        zone_id: str | None = None,
        *,
        account: Account | None = None,
        record_quota: int | None = None,
        status: str = "active",
    ) -> Zone:
        """Add a zone without records. ValueError if the account has one of the name, or the id is taken.

        Other accounts may have added the domain, too: https://github.com/cloudflare/cloudflare-go/issues/736.
        """
        with self.lock:
            name = in_ascii(name) or name
            zone_id = zone_id or new_id()
            owner = account or self.account
            taken = any((zone.name, zone.account.id) == (name, owner.id) for zone in self.zones.values())
            if zone_id in self.zones or taken:
                message = f"zone {name} ({zone_id}) exists already"
                raise ValueError(message)
            terms = PLANS[plan]
            quota = terms.records if record_quota is None else record_quota
            zone = Zone(zone_id, name, terms, owner, self.clock(), quota, status)
            self.zones[zone_id] = zone
            self.stores[zone_id] = RecordStore()
            return zone

    def add_token(
        self,
        value: str,
        zones: Collection[str] | None = None,
        permissions: Collection[Permission] = ALL_PERMISSIONS,
    ) -> Token:
        """Make `value` a valid API token for the zones of these ids (None: all of them)."""
        with self.lock:
            reach = None if zones is None else frozenset(zones)
            token = Token(new_id(), value, reach, frozenset(permissions))
            self.tokens[value] = token
            return token

    def add_key(self, email: str, key: str) -> Token:
        """Make `key` the global API key of the user `email`: it may do everything."""
        with self.lock:
            token = Token(new_id(), key, email=email)
            self.tokens[key] = token
            return token

    def remove_token(self, value: str) -> None:
        """Revoke a token or a key; KeyError if there is none such."""
        with self.lock:
            del self.tokens[value]

    def records(self, zone_id: str) -> list[Record]:
        """List the records of a zone in the order of the API."""
        with self.lock:
            return list(self.stores[zone_id].ordered())

    def set_status(self, zone_id: str, status: str) -> Zone:
        """Let a zone become active, or be moved away. KeyError if there is none of this id."""
        with self.lock:
            self.zones[zone_id] = replace(self.zones[zone_id], status=status)
            return self.zones[zone_id]

    def add_record(self, zone_id: str, body: Mapping[str, object], meta: Mapping[str, object] | None = None) -> Record:
        """Add a record, as somebody else would: by the zone's rules (ApiError), without a call of the API.

        meta: of a record that one of Cloudflare's own services makes, such as `{"read_only": true}`.
        """
        with self.lock:
            return create(self.zones[zone_id], self.stores[zone_id], body, self.clock(), meta)

    def set_meta(self, zone_id: str, record_id: str, meta: Mapping[str, object]) -> Record:
        """Let one of Cloudflare's own services begin or cease to keep a record."""
        with self.lock:
            record = replace(find(self.stores[zone_id], record_id), meta=meta)
            self.stores[zone_id].put(record)
            return record

    def change_record(self, zone_id: str, record_id: str, changes: Mapping[str, object]) -> Record:
        """Change a record, as somebody else would."""
        with self.lock:
            return patch(self.zones[zone_id], self.stores[zone_id], record_id, changes, self.clock())

    def remove_record(self, zone_id: str, record_id: str) -> Record:
        """Delete a record, as somebody else would, or the service that keeps it."""
        with self.lock:
            record = find(self.stores[zone_id], record_id)
            self.stores[zone_id].remove(record)
            return record

    def zone_named(self, name_or_id: str) -> Zone | None:
        """Find the zone of this name or id; of several of the name an active one."""
        with self.lock:
            found = self.zones.get(name_or_id)
            wanted = in_ascii(name_or_id)
            named = [zone for zone in self.zones.values() if zone.name == wanted]
            return found or next(iter(sorted(named, key=lambda zone: zone.status != "active")), None)
