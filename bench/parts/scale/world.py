"""A zone behind an API that answers late and limits its callers, two addresses, and what is wished of the names."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import yaml

from lab.addresses.http import serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import serve_stun
from lab.api.faults import Effect, Fault
from lab.api.serving import listening
from lab.cloudflare.limits import RateLimiter
from lab.cloudflare.routes import PREFIX
from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare
from lab.daemon import Lab
from lab.demo.environment import lab_environment, without_elsewhere
from lab.world import FIRST_IPV4, TOKEN, ZONE, Places

STACK = "scale"
LATENCY = 0.05
"""Seconds by which each answer of the API is late."""
PAGE = 5_000
"""Records on a page of a listing, at most."""
LINK = "office"
"""A link with an address of its own, at which the first name points."""
CANONICAL = "truenorth"
_SPARE = 100
"""Records that the zone takes beyond two a name."""
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Content:
    """What a name is to say."""

    type: str
    content: str
    ttl: int = 1


@dataclass
class World:
    """The zone has an Enterprise plan with a quota of two records a name. fixed: addresses of names, by settings."""

    cloudflare: Cloudflare
    zone_id: str
    names: int
    wan: Addresses
    office: Addresses
    places: Places
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    targets: str = "address"
    shards: int | str = "auto"
    fixed: dict[int, str] = field(default_factory=dict)

    @property
    def settings_file(self) -> Path:
        """The stack's settings."""
        return self.folder / f"Pulumi.{STACK}.yaml"

    def write_settings(self) -> None:
        """Write the settings as they are to be now."""
        values: dict[str, object] = {
            "zone": ZONE,
            "names": [self._setting(number) for number in range(self.names)],
            "targets": self.targets,
            "confirm": 0,
            "shards": self.shards,
            # All of the zone changes at once here, which the guard is there to stop.
            "guard": {"share": 1, "emptying": True, "creations": 2 * self.names},
            "delete_grace": 0,
        }
        staged = self.settings_file.with_suffix(".new")
        document = {"config": {f"truenorth:{key}": value for key, value in values.items()}}
        staged.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper), encoding="utf-8")
        staged.replace(self.settings_file)

    def _setting(self, number: int) -> dict[str, object] | str:
        if not number:
            return {"name": label(number), "links": [LINK]}
        if number in self.fixed:
            return {"name": label(number), "targets": [self.fixed[number]]}
        return label(number)

    def wished(self) -> dict[str, Content]:
        """What each name is to say, but for the marks."""
        wan, office = Content("A", str(self.wan.ipv4)), Content("A", str(self.office.ipv4))
        alias = Content("CNAME", f"{CANONICAL}.{ZONE}") if self.targets == "cname" else wan
        wish = {host(number): alias for number in range(1, self.names)} | {host(0): office}
        wish |= {host(number): Content("A", address) for number, address in self.fixed.items()}
        return wish | ({f"{CANONICAL}.{ZONE}": wan} if self.targets == "cname" else {})

    def differing(self, wish: Mapping[str, Content]) -> int:
        """How many records are missing, unwished or wrong; each name has one TXT as its mark."""
        found: dict[str, Content] = {}
        marks = extra = 0
        for record in self.cloudflare.records(self.zone_id):
            if record.type == "TXT":
                marks += 1
            elif record.name in found:
                extra += 1
            else:
                found[record.name] = Content(record.type, record.content, record.ttl)
        wrong = sum(found.get(name) != content for name, content in wish.items())
        return wrong + len(found.keys() - wish.keys()) + extra + abs(marks - len(wish))

    def count(self) -> int:
        """The records in the zone."""
        return len(self.cloudflare.records(self.zone_id))

    def drift(self, numbers: range, address: str) -> None:
        """Somebody else changes the addresses of names."""
        names = {host(number) for number in numbers}
        for record in self.cloudflare.records(self.zone_id):
            if record.name in names and record.type == "A":
                self.cloudflare.change_record(self.zone_id, record.id, {"content": address})

    def calm(self) -> None:
        """Nothing was asked yet, and no caller has used any of its limit."""
        self.cloudflare.requests.clear()
        self.cloudflare.limiter = RateLimiter(self.cloudflare.clock)

    def last_write(self) -> datetime | None:
        """When something was last written by the API; None where nothing was."""
        done = (one.time for one in self.cloudflare.requests if one.method not in _READS and one.status == 200)  # noqa: PLR2004 - OK
        return max(done, default=None)


def label(number: int) -> str:
    """A name, in its zone."""
    return f"n{number}"


def host(number: int) -> str:
    """The whole name."""
    return f"{label(number)}.{ZONE}"


@contextmanager
def world(names: int) -> Iterator[World]:
    """An empty zone, and the environment of a stack that looks after it; the state is in a folder."""
    cloudflare = Cloudflare()
    zone = cloudflare.add_zone(ZONE, "enterprise", record_quota=2 * names + _SPARE)
    cloudflare.add_token(TOKEN)
    cloudflare.faults.add(Fault(Effect.LATENCY, seconds=LATENCY))
    wan, office = Addresses(ipv4=FIRST_IPV4, ipv6=None), Addresses(ipv4="192.0.2.1", ipv6=None)
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="truenorth-bench-")))
        root = f"http://127.0.0.1:{running.enter_context(listening(application(cloudflare)))}"
        stun, http = running.enter_context(serve_stun(wan)), running.enter_context(serve_http(wan))
        places = Places(f"{root}{PREFIX}", root, stun, http, "", ZONE, TOKEN, root, "", "")
        made = World(cloudflare, zone.id, names, wan, office, places, folder)
        link = {
            "stun": [running.enter_context(serve_stun(office))],
            "http": [running.enter_context(serve_http(office))],
        }
        alone = without_elsewhere(os.environ)
        found = lab_environment(Lab(os.getpid(), places, folder), alone)
        detection = json.loads(found["TRUENORTH_WAN"]) | {"interval": 1, "links": {LINK: link}}
        del found["TRUENORTH_NAME_SERVERS"]
        made.environment = {**alone, **found, "TRUENORTH_WAN": json.dumps(detection), "TMPDIR": str(folder)}
        made.write_settings()
        yield made
