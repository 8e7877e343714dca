"""The campaign `main`: random wishes, edits and faults on the real engine; each seed ends in a check.

After a seed's storm the faults are cleared, and TrueNorth has at most three runs to bring the zone to the wish. No
foreign record may have changed, none of ours may be there twice, and one more run must find nothing to do.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.stage import Stage, stage
from bench.wrong import WrongError
from cli.converge import Convergence, converge
from cli.engine.events import Event
from cli.engine.failure import RunFailed
from cli.errors import UserError
from components import ownership
from lab import remote
from stacks.errors import ObservationError
from stacks.values import Known

HOSTS = ("www", "api", "shop", "mail", "@")
ADDRESSES = tuple(f"203.0.113.{number}" for number in range(10, 20))
STEPS = 6
RECOVERIES = 3
STRUCK, FAILED_RUNS = "requests struck by a fault", "runs that failed"
LEFT_MARKS = "marks left at a name that somebody took"
"""Known and counted: the answer of the mark's creation was lost, and somebody took the name before the next run."""
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
    """One seed's world: what is wished, and what others have put into the zone."""

    place: Stage
    chance: random.Random
    wished: list[str] = field(default_factory=lambda: ["www", "api"])
    foreign: dict[str, dict[str, object]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    """What the storm met: requests that a fault struck, and runs that failed of it."""

    def run(self) -> Convergence | None:
        """One convergence; a failure is told and returns None."""
        self.place.settings([{"name": name} for name in self.wished])
        try:
            return converge(self.place.workplace(), _deaf)
        except (RunFailed, ObservationError):
            self.told[FAILED_RUNS] += 1
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
    """Other names are wanted."""
    storm.wished = storm.chance.sample(HOSTS, storm.chance.randint(1, len(HOSTS)))


def edit_ours(storm: Storm) -> None:
    """Somebody edits or deletes one of our records or marks."""
    records = [one for one in remote.records(storm.place.places) if one["id"] not in storm.foreign]
    if not records:
        return
    record = storm.chance.choice(records)
    if record["type"] == "A" and storm.chance.random() < 1 / 2:
        remote.edit_record(storm.place.places, {"id": record["id"], "content": "198.51.100.66"})
    else:
        remote.delete_record(storm.place.places, record["id"])


def add_foreign(storm: Storm) -> None:
    """Somebody takes a name that may be wanted, if it is free."""
    places = storm.place.places
    host = storm.chance.choice(HOSTS)
    name = places.zone if host == "@" else f"{host}.{places.zone}"
    if any(one["name"] == name for one in remote.records(places)):
        return
    remote.edit_record(places, {"name": name, "type": "A", "content": "198.51.100.80", "ttl": 300, "proxied": False})
    found = next(one for one in remote.records(places) if one["name"] == name)
    storm.foreign[found["id"]] = found


def set_fault(storm: Storm) -> None:
    """Something goes wrong from now on, a few times."""
    remote.set_faults(storm.place.places, [dict(storm.chance.choice(FAULTS))])


ACTIONS: tuple[Callable[[Storm], None], ...] = (
    change_address,
    change_wish,
    edit_ours,
    add_foreign,
    set_fault,
    set_fault,
)


def play(seed: int) -> Counter[str]:
    """One seed. Raises WrongError; returns what was met on the way."""
    with stage() as place:
        storm = Storm(place, random.Random(seed))  # noqa: S311 - a repeatable draw
        for _ in range(STEPS):
            storm.chance.choice(ACTIONS)(storm)
            storm.run()
            _foreign_untouched(storm)
        remote.set_faults(place.places, [])
        for _ in range(RECOVERIES):
            if storm.run():
                break
        else:
            raise WrongError(f"{RECOVERIES} runs without faults did not succeed")
        _as_wished(storm)
        return storm.told


def _foreign_untouched(storm: Storm) -> None:
    now = {one["id"]: one for one in remote.records(storm.place.places)}
    for identity, record in storm.foreign.items():
        if now.get(identity) != record:
            raise WrongError(f"the foreign record {record['name']} became {now.get(identity)}")


def _as_wished(storm: Storm) -> None:
    again = storm.run()
    if again is None or again.changes or again.runs:
        raise WrongError(f"one more run found something to do: {again and again.changes}")
    _foreign_untouched(storm)
    records = [one for one in remote.records(storm.place.places) if one["id"] not in storm.foreign]
    held = {str(one["name"]) for one in storm.foreign.values()}
    address = ""  # of no matter where no name asks for it
    for one in again.observation.addresses:
        if not isinstance(one.addresses, Known):
            raise WrongError(f"the address is unknown in a world without faults: {one.addresses.reason}")
        address = str(one.addresses.value[0])
    zone = storm.place.places.zone
    wanted = {zone if host == "@" else f"{host}.{zone}" for host in storm.wished}
    expected = sorted((name, address) for name in wanted - held)
    found = sorted((one["name"], str(one["content"])) for one in records if one["type"] == "A")
    if found != expected:
        raise WrongError(f"the zone has {found}, wished was {expected}")
    marks = sorted(one["name"] for one in records if one["type"] == "TXT")
    left = set(marks) - {ownership.mark_name(name, "A") for name, _ in expected}
    if len(marks) - len(left) != len(expected) or not left <= {ownership.mark_name(name, "A") for name in held}:
        raise WrongError(f"the marks are {marks}")
    storm.told[LEFT_MARKS] += len(left)


def _deaf(_: Event) -> None:
    """The campaign looks at the outcome only."""
