"""The world of the campaign `crash`: a zone whose API lets itself be watched at each request, an address, a stack."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.addresses.http import serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import serve_stun
from lab.api.serving import listening
from lab.cloudflare.load_balancing.state import LoadBalancing
from lab.cloudflare.routes import PREFIX
from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare
from lab.cloudflare.store import RecordStore
from lab.daemon import Lab
from lab.demo.environment import lab_environment, without_elsewhere
from lab.world import TOKEN, ZONE, Places

STACK = "crash"
MARKED_BY = "XDG_BENCH_CRASH"
"""The variable by which all that a run has started is known, whatever sessions and groups it makes.

Its name begins as one that every child gets (`stacks.settings.secrets.children`): else nobody would find the engine.
"""
RECORDS = 20_000
"""How many records the zone takes; a batch has 200 writes at most, as on Free zones, so that there are several."""
GUARD = {"from_records": RECORDS, "emptying": True, "creations": RECORDS}
"""All of the zone may change at once here, which the guard is there to stop."""

_HEARD = re.compile(r"/(dns_records|load_balancers)\b")
"""What of the API's paths is heard: records, and all of load balancing."""

Moment = Literal["asked", "done", "answered"]
"""Of a request: it came; it is carried out and the answer about to leave; the answer has left."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request. writes: how many records, or other things, it writes; 0 where it reads."""

    method: str
    writes: int
    is_of_records: bool = True

    @property
    def is_listing(self) -> bool:
        """Whether it asks for what is in the zone."""
        return self.method == "GET" and self.is_of_records


def _nobody(_moment: Moment, _call: Call) -> None:
    """Nobody listens."""


@dataclass
class Gate:
    """Stands before the API, and lets each request for records be heard before it goes on."""

    api: ASGIApp
    heard: Callable[[Moment, Call], None] = _nobody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or not _HEARD.search(scope["path"]):
            await self.api(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        call = Call(scope["method"], _writes(scope, body), "/dns_records" in scope["path"])

        async def once() -> Message:
            return whole.pop() if whole else await receive()

        async def passing(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.heard("done", call)
            await send(message)

        self.heard("asked", call)
        await self.api(scope, once, passing)
        self.heard("answered", call)


def _writes(scope: Scope, body: bytes) -> int:
    if scope["method"] == "GET":
        return 0
    if not scope["path"].endswith("/batch"):
        return 1
    return sum(len(listed) for listed in json.loads(body).values())


@dataclass
class World:
    """A zone, an address and a stack; both begin each seed anew."""

    folder: Path
    cloudflare: Cloudflare
    zone_id: str
    gate: Gate
    addresses: Addresses
    environment: dict[str, str]
    foreign: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The records of somebody else by id, as they left them."""
    balancing_of_others: Counter[str] = field(default_factory=Counter)
    """The pool and the load balancer of somebody else, as they left them; none without load balancing."""

    @property
    def token(self) -> str:
        """What the variable has in all that runs here."""
        return str(self.folder)

    @property
    def settings_file(self) -> Path:
        """The stack's settings."""
        return self.folder / f"Pulumi.{STACK}.yaml"

    @property
    def state(self) -> Path:
        """Pulumi's folder."""
        return self.folder / "state" / ".pulumi"

    def settings(self, names: list[dict[str, object]], **others: object) -> None:
        """Write the settings."""
        values = {"zone": ZONE, "names": names, "confirm": 0, "guard": GUARD, **others}
        document = {"config": {f"truenorth:{key}": value for key, value in values.items()}}
        self.settings_file.write_text(yaml.safe_dump(document), encoding="utf-8")

    def records(self) -> list[dict[str, Any]]:
        """The zone as the API shows it."""
        return [one.as_json() for one in self.cloudflare.records(self.zone_id)]

    def add_foreign(self, name: str, record_type: str, content: str) -> None:
        """Somebody else makes a record."""
        body = {"name": f"{name}.{ZONE}", "type": record_type, "content": content, "ttl": 300}
        made = self.cloudflare.add_record(self.zone_id, body).as_json()
        self.foreign[str(made["id"])] = made

    def keep(self) -> Kept:
        """What zone and state are like, to begin with it again."""
        state = self.folder / "kept"
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(self.folder / "state", state)
        return Kept(self.cloudflare.stores[self.zone_id].copy(), deepcopy(self.cloudflare.load_balancing), state)

    def begin(self, kept: Kept | None) -> None:
        """Begin with an empty zone and no state, or with what was kept; nothing of a seed before is left."""
        self.gate.heard = _nobody
        self.cloudflare.stores[self.zone_id] = kept.records.copy() if kept else RecordStore()
        self.cloudflare.load_balancing = deepcopy(kept.balancing) if kept else LoadBalancing()
        self.cloudflare.requests.clear()
        self.balancing_of_others.clear()
        self.foreign.clear()
        shutil.rmtree(self.folder / "state")
        if kept:
            shutil.copytree(kept.state, self.folder / "state")
        else:
            (self.folder / "state").mkdir()


@dataclass(frozen=True, slots=True)
class Kept:
    """A zone, and the state that goes with it."""

    records: RecordStore
    balancing: LoadBalancing
    state: Path


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A world whose services run while the block lasts. Everything lies in the folder."""
    cloudflare = Cloudflare(rate_limit=None)
    zone = cloudflare.add_zone(ZONE, "pro", record_quota=RECORDS)
    cloudflare.add_token(TOKEN)
    addresses = Addresses(ipv6=None)
    gate = Gate(application(cloudflare))
    with serve_http(addresses) as http, serve_stun(addresses) as stun, listening(gate) as port:
        root = f"http://127.0.0.1:{port}"
        places = Places(f"{root}{PREFIX}", root, stun, http, "", ZONE, TOKEN, root, "", "")
        alone = without_elsewhere(os.environ)
        environment = {
            **alone,
            **lab_environment(Lab(os.getpid(), places, folder), alone),
            "TRUENORTH_NAME_SERVERS": "[]",
            "XDG_STATE_HOME": str(folder / "home"),
            MARKED_BY: str(folder),
        }
        yield World(folder, cloudflare, zone.id, gate, addresses, environment)
