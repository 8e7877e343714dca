"""Health of origins and pools, as the lab sets it, and `.../pools/{pool_id}/health`.

A pool with a monitor knows nothing of an address until its first check: one interval after it came into the pool, or
when the lab checks. Until then the origin counts as down. A pool without a monitor counts as healthy.
https://developers.cloudflare.com/load-balancing/understand-basics/health-details/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from lab.cloudflare.answers import success
from lab.cloudflare.load_balancing import pools
from lab.cloudflare.load_balancing.calls import account
from lab.cloudflare.model import Permission

if TYPE_CHECKING:
    from datetime import datetime

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.load_balancing.model import Origin, Pool
    from lab.cloudflare.load_balancing.state import LoadBalancing


class Health(StrEnum):
    """What is known of an origin."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Seen:
    """When an address came into a pool: by the clock, and in the order of what happened, since a clock may stand."""

    since: datetime
    step: int


class HealthBook:
    """What the checks would find, by address, and since when each pool has each address."""

    def __init__(self) -> None:
        self._found: dict[str, Health] = {}
        self._checked: dict[str, int] = {}
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._step = 0
        self._all_checked = 0

    def set(self, address: str, health: Health) -> None:
        """Let checks find this address so from now on, and check it; UNKNOWN: as if no check had told yet."""
        self._step += 1
        self._found[address] = health
        self._checked[address] = self._step

    def check(self) -> None:
        """Check every origin of every pool now."""
        self._step += 1
        self._all_checked = self._step

    def found(self) -> dict[str, Health]:
        """What was set, by address; all others are up."""
        return dict(self._found)

    def note(self, before: Pool | None, pool: Pool, now: datetime) -> None:
        """Note which addresses are new in the pool: with another monitor, all of them."""
        self._step += 1
        kept = before is not None and before.monitor_id == pool.monitor_id
        for address in {origin.address for origin in pool.origins}:
            if not kept or (pool.id, address) not in self._seen:
                self._seen[pool.id, address] = _Seen(now, self._step)
        self.forget(pool, keep=pool)

    def forget(self, pool: Pool, keep: Pool | None = None) -> None:
        """Forget the addresses of the pool but those to keep."""
        kept = {origin.address for origin in keep.origins} if keep else frozenset()
        self._seen = {key: seen for key, seen in self._seen.items() if key[0] != pool.id or key[1] in kept}

    def of(self, pool: Pool, origin: Origin, interval: float, now: datetime) -> Health:
        """Tell what is known of an origin of a pool that is checked every `interval` seconds."""
        seen = self._seen[pool.id, origin.address]
        checked = max(self._checked.get(origin.address, 0), self._all_checked)
        if checked < seen.step and now < seen.since + timedelta(seconds=interval):
            return Health.UNKNOWN
        return self._found.get(origin.address, Health.UP)


def health_of(balancing: LoadBalancing, pool: Pool, origin: Origin, now: datetime) -> Health:
    """Tell what is known of an origin; without a monitor it counts as up."""
    if pool.monitor_id is None:
        return Health.UP
    return balancing.health.of(pool, origin, balancing.monitors[pool.monitor_id].interval, now)


def healthy_origins(balancing: LoadBalancing, pool: Pool, now: datetime) -> tuple[Origin, ...]:
    """The origins of the pool that may get traffic."""
    return tuple(one for one in pool.origins if one.enabled and health_of(balancing, pool, one, now) is Health.UP)


def is_healthy(balancing: LoadBalancing, pool: Pool, now: datetime) -> bool:
    """Tell whether a load balancer sends traffic to the pool: enabled, and enough healthy origins."""
    return pool.enabled and len(healthy_origins(balancing, pool, now)) >= max(1, pool.minimum_origins)


_DATA_CENTERS = {
    "WNAM": "Los Angeles, CA, US",
    "ENAM": "Ashburn, VA, US",
    "WEU": "Amsterdam, NL",
    "EEU": "Warsaw, PL",
    "NSAM": "Bogotá, CO",
    "SSAM": "São Paulo, BR",
    "OC": "Sydney, NSW, AU",
    "ME": "Dubai, AE",
    "NAF": "Cairo, EG",
    "SAF": "Johannesburg, ZA",
    "SAS": "Mumbai, IN",
    "SEAS": "Singapore, SG",
    "NEAS": "Tokyo, JP",
}
_FAILURES = {Health.UP: "No failures", Health.DOWN: "TCP connection failed", Health.UNKNOWN: "No health data"}


def get_pool_health(call: Call) -> Answer:
    """`GET .../pools/{pool_id}/health`: a data center for each region that the pool is checked from."""
    owner = account(call, Permission.LOAD_BALANCING_READ)
    balancing, now = call.cloudflare.load_balancing, call.cloudflare.clock()
    pool = pools.find(balancing, owner.id, call.parameters["pool_id"])
    regions = () if pool.monitor_id is None else pool.check_regions
    origins = [{one.address: _details(health_of(balancing, pool, one, now))} for one in pool.origins if one.enabled]
    seen = {"healthy": is_healthy(balancing, pool, now), "origins": origins}
    return success({"pool_id": pool.id, "pop_health": {_DATA_CENTERS[region]: seen for region in regions}})


def _details(health: Health) -> dict[str, object]:
    up = health is Health.UP
    return {
        "healthy": up,
        "failure_reason": _FAILURES[health],
        "rtt": "12.1ms" if up else "0s",
        "response_code": 200 if up else 0,
    }
