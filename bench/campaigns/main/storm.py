"""A storm over one lab: what is wished, what others do to the zone, and what goes wrong on the way."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.campaigns.wrong import WrongError
from bench.stage import Stage
from cli.engine.events import EngineEvent
from cli.engine.failure import RunFailed
from cli.reconcile.converge import converge
from cli.reconcile.result import Convergence
from lab import remote
from stacks.model.errors import ObservationError, UserError

HOSTS = ("www", "api", "shop", "mail", "@")
RECORDS: tuple[dict[str, object], ...] = (
    {"name": "@", "type": "MX", "content": ["10 mail.example.net", "20 mail.example.org"]},
    {"name": "@", "type": "TXT", "content": "v=spf1 -all"},
    {"name": "_dmarc", "type": "TXT", "content": "v=DMARC1; p=none"},
    {"name": "blog", "type": "CNAME", "content": "blog.example.net"},
    {"name": "_sip._tcp", "type": "SRV", "content": "10 5 5060 sip.example.net"},
)
"""Records that may be wished; none at a name of HOSTS that could be an alias, but for the apex."""
ADDRESSES = tuple(f"203.0.113.{number}" for number in range(10, 20))
EDITED = {"A": "198.51.100.66", "CNAME": "edited.example.net", "TXT": '"edited"'}
FOREIGN = "198.51.100.80"
STRUCK, FAILED_RUNS = "requests struck by a fault", "runs that failed"
HTTP_FAULTS = {429, 500, 503}
FAULTS = (
    {"effect": "throttle", "seconds": 1, "times": 1},
    {"effect": "server_error", "status": 500, "times": 2},
    {"effect": "server_error", "status": 503, "times": 6},
    {"effect": "drop", "times": 2},
    {"effect": "drop"},  # the API is down until the next fault is set
    {"effect": "drop", "method": "POST", "times": 4},
    {"effect": "lose_answer", "method": "POST", "times": 1},
    {"effect": "lose_answer", "method": "POST", "times": 3},
    {"effect": "lose_answer", "method": "PUT", "times": 2},
    {"effect": "lose_answer", "method": "DELETE", "times": 1},
)


@dataclass
class Storm:
    """One world: what is wished, and what others have put into the zone."""

    place: Stage
    chance: random.Random
    wished: list[str] = field(default_factory=lambda: ["www", "api"])
    records: list[dict[str, object]] = field(default_factory=list)
    targets: str = "address"
    marks: str = "txt"
    foreign: dict[str, dict[str, object]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    """What the storm met: requests that a fault struck, and runs that failed of it."""
    failure: str = ""
    """Why the last run that failed did."""

    def run(self) -> Convergence | None:
        """One convergence; a failure is told and returns None."""
        self.place.settings(
            [{"name": name} for name in self.wished],
            records=self.records,
            targets=self.targets,
            marks=self.marks,
            guard={"from_records": 1000, "emptying": True},  # a storm is what the guard is there to stop
        )
        try:
            return converge(self.place.session(), _deaf)
        except (RunFailed, ObservationError) as error:
            self.told[FAILED_RUNS] += 1
            self.failure = str(error)
            return None
        except UserError as error:
            raise WrongError(f"a run said that its user is to blame: {error}") from error
        finally:
            self._count_struck()

    def _count_struck(self) -> None:
        asked = remote.api_requests(self.place.places)
        self.told[STRUCK] += sum(call.status is None or call.status in HTTP_FAULTS for call in asked)
        remote.forget_requests(self.place.places)


def change_address(storm: Storm) -> None:
    """The WAN address changes."""
    remote.set_address(storm.place.places, storm.chance.choice(ADDRESSES))


def change_wish(storm: Storm) -> None:
    """Other names and records are wanted."""
    storm.wished = storm.chance.sample(HOSTS, storm.chance.randint(1, len(HOSTS)))
    storm.records = storm.chance.sample(RECORDS, storm.chance.randint(0, len(RECORDS)))


def change_targets(storm: Storm) -> None:
    """Names become aliases of one name, or have the address themselves."""
    storm.targets = storm.chance.choice(["address", "cname"])


def edit_ours(storm: Storm) -> None:
    """Somebody edits or deletes one of our records or marks."""
    records = [one for one in remote.records(storm.place.places) if one["id"] not in storm.foreign]
    if not records:
        return
    record = storm.chance.choice(records)
    if record["type"] in EDITED and storm.chance.random() < 1 / 2:
        remote.edit_record(storm.place.places, {"id": record["id"], "content": EDITED[record["type"]]})
    else:
        remote.delete_record(storm.place.places, record["id"])


def add_foreign(storm: Storm) -> None:
    """Somebody makes a record at a name that may be wanted: at a free one, or beside ours."""
    places = storm.place.places
    host = storm.chance.choice(HOSTS)
    name = places.zone if host == "@" else f"{host}.{places.zone}"
    there = [one for one in remote.records(places) if one["name"] == name]
    if any(one["type"] == "CNAME" or one["content"] == FOREIGN for one in there):
        return
    before = {one["id"] for one in there}
    remote.edit_record(places, {"name": name, "type": "A", "content": FOREIGN, "ttl": 300, "proxied": False})
    found = next(one for one in remote.records(places) if one["name"] == name and one["id"] not in before)
    storm.foreign[found["id"]] = found


def remove_foreign(storm: Storm) -> None:
    """Somebody gives a name back."""
    if storm.foreign:
        identity = storm.chance.choice(sorted(storm.foreign))
        remote.delete_record(storm.place.places, identity)
        del storm.foreign[identity]


def set_fault(storm: Storm) -> None:
    """Something goes wrong from now on, a few times."""
    remote.set_faults(storm.place.places, [dict(storm.chance.choice(FAULTS))])


ACTIONS: tuple[Callable[[Storm], None], ...] = (
    change_address,
    change_wish,
    change_targets,
    edit_ours,
    edit_ours,
    add_foreign,
    remove_foreign,
    set_fault,
    set_fault,
)


def _deaf(_: EngineEvent) -> None:
    """A storm looks at the outcome only."""
