"""An API proxy before the lab's Cloudflare, and clients of both."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from cli.apiproxy.cloudflare import zone
from cli.apiproxy.cloudflare.zone import callers_pause
from cli.apiproxy.counts import Counts
from cli.apiproxy.intent import Intent, Write
from cli.apiproxy.proxy import ApiProxy
from components.records.record import Record
from lab.cloudflare.limits import PlanName
from lab.cloudflare.model import Zone
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare

_NUMBERS = itertools.count(1)
VARIABLE = "CLOUDFLARE_BASE_URL"
PATIENCE = 200
"""Seconds for an answer: hundreds of writes are gathered before the first goes out, on a busy machine too."""


@dataclass
class Client:
    """Asks one base URL about one zone, as the plugin does."""

    base: str
    zone_id: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(
        self, method: str, below: str = "", body: object = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """below: the path below the zone's records."""
        signed = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        url = f"{self.base}/zones/{self.zone_id}/dns_records{below}"
        return self.session.request(method, url, json=body, headers=signed, timeout=PATIENCE)

    def together(self, *asked: tuple[str, str, object]) -> list[requests.Response]:
        """Ask (method, below, body) all at once, each from a connection of its own; the answers in the same order."""
        with ThreadPoolExecutor(len(asked)) as threads:
            return list(threads.map(lambda one: Client(self.base, self.zone_id, self.token)(*one), asked))


@dataclass
class Place:
    """A zone of its own, a token of its own, and an API proxy."""

    cloudflare: Cloudflare
    zone: Zone
    token: str
    base: str
    proxy: ApiProxy

    @property
    def direct(self) -> Client:
        """A client of the API itself."""
        return Client(self.base, self.zone.id, self.token)

    @property
    def client(self) -> Client:
        """A client of the API proxy."""
        return Client(self.proxy.environment[VARIABLE], self.zone.id, self.token)

    @contextmanager
    def carrying_out(
        self,
        *foreseen: Write,
        owned: Sequence[str] = (),
        journal: Path | None = None,
        may_create: Callable[[Record | None], bool] = lambda _: True,
        balances: bool = False,
    ) -> Iterator[Counts]:
        """A convergence that owns these ids of the zone, and may create any record, unless told otherwise."""
        intent = Intent(
            "run-1", {self.zone.id: frozenset(owned)}, foreseen, lambda _, record: may_create(record), balances=balances
        )
        with self.proxy.carrying_out(intent, journal) as counts:
            yield counts

    def add(self, name: str, content: str = "192.0.2.1", **others: object) -> str:
        """Add an A record, as somebody else would; its id."""
        body = {"type": "A", "name": name, "content": content, "ttl": 300, **others}
        return self.cloudflare.add_record(self.zone.id, body).id

    def contents(self) -> dict[str, list[str]]:
        """What the zone has, by name."""
        found: dict[str, list[str]] = {}
        for record in self.cloudflare.records(self.zone.id):
            found.setdefault(record.name.removesuffix(f".{self.zone.name}"), []).append(record.content)
        return found

    def calls(self) -> list[tuple[str, str]]:
        """The calls of the API about this zone so far: the method, and the path below it."""
        start = f"/client/v4/zones/{self.zone.id}"
        return [
            (one.method, one.path.removeprefix(start)) for one in self.cloudflare.requests if one.path.startswith(start)
        ]

    def a(self, name: str, content: str = "192.0.2.1", ttl: int = 300) -> dict[str, object]:
        """The body that makes an A record."""
        return {"type": "A", "name": f"{name}.{self.zone.name}", "content": content, "ttl": ttl, "proxied": False}

    def record(self, name: str, content: str = "192.0.2.1", ttl: int = 300) -> Record:
        """The same as a value."""
        return Record(f"{name}.{self.zone.name}", "A", content, ttl, proxied=False, comment="")


@dataclass
class World:
    """The API for all tests, and what makes places in it."""

    cloudflare: Cloudflare
    base: str

    @contextmanager
    def place(self, plan: PlanName = "pro", share: float = 1.0) -> Iterator[Place]:
        number = next(_NUMBERS)
        token = f"token-{number}"
        self.cloudflare.add_token(token)
        zone = self.cloudflare.add_zone(f"z{number}.example", plan=plan)
        with ApiProxy({VARIABLE: self.base}, share=share) as proxy:
            yield Place(self.cloudflare, zone, token, self.base, proxy)


@pytest.fixture(scope="session")
def _world() -> Iterator[World]:
    cloudflare = Cloudflare(rate_limit=None)
    with serve(cloudflare) as base:
        yield World(cloudflare, base)


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    """No faults, and no calls so far."""
    _world.cloudflare.requests.clear()
    yield _world
    _world.cloudflare.faults.forget()


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have zones send the first writes only when so many have come, however long that takes a busy machine.

    What comes after so many rounds goes at the pace of every day.
    """

    def wait_for(count: int, rounds: int = 1) -> None:
        left = iter(range(rounds))

        async def gather(queue: Sized) -> None:
            full = 1 if next(left, None) is None else count
            await callers_pause(queue)
            while len(queue) < full:
                await callers_pause(queue)

        monkeypatch.setattr(zone, "callers_pause", gather)

    return wait_for


@pytest.fixture
def place(world: World) -> Iterator[Place]:
    """A paid zone."""
    with world.place() as made:
        yield made


@pytest.fixture
def free_place(world: World) -> Iterator[Place]:
    """A zone on Free."""
    with world.place("free") as made:
        yield made
