from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import requests

from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.cloudflare.model import Zone
    from tests.lab.conftest import Clock, Switchboard

TOKEN = "lab-token"
ZONE = "example.com"


@dataclass
class Api:
    """A plain HTTP client of the API, with the token that may do everything unless a request says otherwise."""

    base: str
    session: requests.Session
    headers: Mapping[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    def __call__(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        chosen = self.headers if headers is None else headers
        return self.session.request(method, self.base + path, json=body, headers=dict(chosen), timeout=60)

    def lab(self, method: str, path: str, body: object = None) -> requests.Response:
        url = self.base.removesuffix("/client/v4") + path
        return self.session.request(method, url, json=body, timeout=60)


@pytest.fixture
def cloudflare(clock: Clock) -> Cloudflare:
    world = Cloudflare(clock=clock)
    world.add_token(TOKEN)
    return world


@pytest.fixture
def zone(cloudflare: Cloudflare) -> Zone:
    return cloudflare.add_zone(ZONE)


@pytest.fixture
def paid_zone(cloudflare: Cloudflare) -> Zone:
    return cloudflare.add_zone("paid.example", plan="pro")


@pytest.fixture
def base(cloudflare: Cloudflare, switchboard: Switchboard) -> Iterator[str]:
    switchboard.app = application(cloudflare)
    yield f"http://127.0.0.1:{switchboard.port}/client/v4"
    switchboard.app = None


@pytest.fixture
def api(base: str) -> Iterator[Api]:
    with requests.Session() as session:
        yield Api(base, session)


@pytest.fixture
def records_path(zone: Zone) -> str:
    return f"/zones/{zone.id}/dns_records"
