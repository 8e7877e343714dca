from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from lab.cloudflare.server import application
from lab.cloudflare.serving import listening
from lab.cloudflare.state import Cloudflare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from lab.cloudflare.model import Zone

TOKEN = "lab-token"
ZONE = "example.com"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


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
        return self.session.request(method, self.base + path, json=body, headers=dict(chosen), timeout=10)

    def lab(self, method: str, path: str, body: object = None) -> requests.Response:
        url = self.base.removesuffix("/client/v4") + path
        return self.session.request(method, url, json=body, timeout=10)


@pytest.fixture
def clock() -> Clock:
    return Clock()


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


@dataclass
class Switchboard:
    """One server for all tests, each of which plugs in an account of its own."""

    port: int = 0
    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def switchboard() -> Iterator[Switchboard]:
    board = Switchboard()
    with listening(board) as board.port:
        yield board


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
