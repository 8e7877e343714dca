"""An account with a monitor, two pools in two places and a load balancer over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from lab.cloudflare.load_balancing.edits import add_load_balancer, add_monitor, add_pool
from lab.cloudflare.load_balancing.model import LoadBalancer, Monitor, Pool
from lab.cloudflare.model import Zone
from lab.cloudflare.state import Cloudflare
from tests.lab.cloudflare.conftest import Api

MONITOR: Mapping[str, object] = {"type": "https", "expected_codes": "200", "interval": 60}
EUROPE: Mapping[str, object] = {
    "name": "europe",
    "origins": [{"name": "one", "address": "192.0.2.1"}],
    "latitude": 50.1109,
    "longitude": 8.6821,
}
ASIA: Mapping[str, object] = {
    "name": "asia",
    "origins": [{"name": "one", "address": "198.51.100.1"}],
    "latitude": 35.6762,
    "longitude": 139.6503,
}


@dataclass(frozen=True, slots=True)
class World:
    """What exists, and the paths to it."""

    cloudflare: Cloudflare
    zone: Zone
    monitor: Monitor
    europe: Pool
    asia: Pool
    load_balancer: LoadBalancer

    @property
    def pools(self) -> str:
        return f"/accounts/{self.cloudflare.account.id}/load_balancers/pools"

    @property
    def monitors(self) -> str:
        return f"/accounts/{self.cloudflare.account.id}/load_balancers/monitors"

    @property
    def load_balancers(self) -> str:
        return f"/zones/{self.zone.id}/load_balancers"

    def body(self, **changes: object) -> dict[str, object]:
        """A load balancer over both pools that could be made beside the one there is."""
        pools = [self.europe.id, self.asia.id]
        return {"name": "new.example.com", "default_pools": pools, "fallback_pool": self.asia.id} | changes


@pytest.fixture
def world(cloudflare: Cloudflare, zone: Zone) -> World:
    monitor = add_monitor(cloudflare, MONITOR)
    europe = add_pool(cloudflare, {**EUROPE, "monitor": monitor.id})
    asia = add_pool(cloudflare, {**ASIA, "monitor": monitor.id})
    cloudflare.load_balancing.health.check()
    pools = [europe.id, asia.id]
    body = {"name": "app.example.com", "default_pools": pools, "fallback_pool": asia.id, "proxied": True}
    made = add_load_balancer(cloudflare, zone.id, {**body, "steering_policy": "proximity"})
    return World(cloudflare, zone, monitor, europe, asia, made)


@dataclass(frozen=True, slots=True)
class Asking:
    """Calls whose answers are looked into: the result of a success, or status, code and message of a refusal."""

    api: Api

    def __call__(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        answer = self.api(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, int, str]:
        answer = self.api(method, path, body)
        (error,) = answer.json()["errors"]
        return answer.status_code, error["code"], error["message"]


@pytest.fixture
def ask(api: Api) -> Asking:
    return Asking(api)
