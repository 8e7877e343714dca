"""What load balancing is made of. `fields` are what a client decides, checked and in the form the API gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.cloudflare.model import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

REGIONS = ("WNAM", "ENAM", "WEU", "EEU", "NSAM", "SSAM", "OC", "ME", "NAF", "SAF", "SAS", "SEAS", "NEAS")
EVERYWHERE = "ALL_REGIONS"


@dataclass(frozen=True, slots=True)
class Quota:
    """What an account may have. `interval`: the shortest between two checks, in seconds."""

    load_balancers: int = 20
    pools: int = 20
    origins: int = 20
    interval: int = 15
    enterprise: bool = False


NO_QUOTA = Quota(1000, 1000, 1000, 5, enterprise=True)


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    fields: Mapping[str, object]
    created_on: datetime
    modified_on: datetime

    def as_json(self) -> dict[str, object]:
        """Give the entry as the API does."""
        times = {"created_on": timestamp(self.created_on), "modified_on": timestamp(self.modified_on)}
        return {"id": self.id, **self.fields, **times}


@dataclass(frozen=True, slots=True)
class Monitor(_Entry):
    """A check of origins, in an account. `interval` in seconds."""

    account_id: str

    @property
    def description(self) -> str:
        return str(self.fields["description"])

    @property
    def interval(self) -> float:
        value = self.fields["interval"]
        return value if isinstance(value, int | float) else 0


@dataclass(frozen=True, slots=True)
class Origin:
    """One address of a pool, as far as steering wants to know it."""

    name: str
    address: str
    enabled: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Pool(_Entry):
    """Origins that share traffic, in an account."""

    account_id: str

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def enabled(self) -> bool:
        return self.fields["enabled"] is True

    @property
    def monitor_id(self) -> str | None:
        monitor = self.fields.get("monitor")
        return None if monitor is None else str(monitor)

    @property
    def minimum_origins(self) -> int:
        value = self.fields["minimum_origins"]
        return value if isinstance(value, int) else 1

    @property
    def check_regions(self) -> tuple[str, ...]:
        """Where it is checked from; everywhere where the client did not choose."""
        chosen = tuple(map(str, _list(self.fields.get("check_regions"))))
        return REGIONS if not chosen or EVERYWHERE in chosen else chosen

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, if it has them."""
        latitude, longitude = self.fields.get("latitude"), self.fields.get("longitude")
        if isinstance(latitude, int | float) and isinstance(longitude, int | float):
            return latitude, longitude
        return None

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Its origins, by name."""
        return tuple(
            Origin(str(one["name"]), str(one["address"]), one["enabled"] is True, float(one["weight"]))
            for one in _list(self.fields["origins"])
            if isinstance(one, dict)
        )

    def as_json(self) -> dict[str, object]:
        """Give the pool as the API does: regions not chosen are null."""
        return {"check_regions": None, **_Entry.as_json(self)}


@dataclass(frozen=True, slots=True)
class LoadBalancer(_Entry):
    """A name of a zone that pools answer for."""

    zone_id: str

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def enabled(self) -> bool:
        return self.fields["enabled"] is True

    @property
    def steering_policy(self) -> str:
        return str(self.fields["steering_policy"])

    @property
    def default_pools(self) -> tuple[str, ...]:
        """Ids of pools, in the order of failover."""
        return tuple(map(str, _list(self.fields["default_pools"])))

    @property
    def fallback_pool(self) -> str:
        return str(self.fields["fallback_pool"])

    def pools_of(self, kind: str, key: str | None) -> tuple[str, ...]:
        """Ids of the pools for a key of `region_pools`, `country_pools` or `pop_pools`; none where it has none."""
        by_key = self.fields.get(kind)
        return tuple(map(str, _list(by_key.get(key)))) if isinstance(by_key, dict) else ()

    def weight_of(self, pool_id: str) -> float:
        """The pool's weight in random steering."""
        steering = self.fields.get("random_steering")
        if not isinstance(steering, dict):
            return 1
        weight = steering.get("pool_weights", {}).get(pool_id, steering.get("default_weight", 1))
        return float(weight)

    @property
    def pool_ids(self) -> frozenset[str]:
        """Every pool that it refers to, its rules included."""
        return frozenset(_pool_ids(self.fields))


def _pool_ids(fields: Mapping[str, object]) -> Iterator[str]:
    yield from map(str, _list(fields.get("default_pools")))
    if "fallback_pool" in fields:
        yield str(fields["fallback_pool"])
    for kind in ("region_pools", "country_pools", "pop_pools"):
        by_key = fields.get(kind)
        for pools in by_key.values() if isinstance(by_key, dict) else ():
            yield from map(str, _list(pools))
    for rule in _list(fields.get("rules")):
        overrides = rule.get("overrides") if isinstance(rule, dict) else None
        if isinstance(overrides, dict):
            yield from _pool_ids(overrides)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
