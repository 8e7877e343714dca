from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
import requests

from lab.gandi.server import application
from lab.gandi.state import Gandi
from tests.lab.conftest import Clock, Switchboard

TOKEN = "lab-token"
KEY = "lab-key"
ZONE = "example.com"


@dataclass
class Api:
    """A plain HTTP client of the API, with the token that may do everything unless a request says otherwise."""

    root: str
    session: requests.Session
    headers: Mapping[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    def __call__(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        chosen = self.headers if headers is None else headers
        url = f"{self.root}/v5/livedns{path}"
        return self.session.request(method, url, json=body, headers=dict(chosen), timeout=60)

    def lab(self, method: str, path: str, body: object = None) -> requests.Response:
        return self.session.request(method, self.root + path, json=body, timeout=60)


@pytest.fixture
def gandi(clock: Clock) -> Gandi:
    world = Gandi(clock=clock)
    world.add_zone(ZONE)
    world.add_token(TOKEN)
    world.add_token(KEY, "api-key")
    return world


@pytest.fixture
def root(gandi: Gandi, switchboard: Switchboard) -> Iterator[str]:
    switchboard.app = application(gandi)
    yield f"http://127.0.0.1:{switchboard.port}"
    switchboard.app = None


@pytest.fixture
def api(root: str) -> Iterator[Api]:
    with requests.Session() as session:
        yield Api(root, session)
