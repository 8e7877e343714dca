"""The campaign `wan`: sources that fall silent, lie, break and come back, on real sockets; time alone is simulated.

Real looks and detections ask real servers; what they find goes through the track of each link and the planner, onto a
zone on paper. In every scenario: nothing but the true address is ever published, no record is ever cleared, and once
all is well again every record has the true address. Liars belong to distinct operators and do not conspire: two that
did would be the two witnesses that the default agreement asks for.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from queue import SimpleQueue

from bench.campaigns.paper import ZONE, ZONE_ID, carried_out
from bench.campaigns.wrong import WrongError
from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from stacks.model.observation import Observation, Registry
from stacks.model.values import WAN, Family, Known, Sighting, Unknown, ZoneSnapshot
from stacks.observe.wan.agreement.track import Track
from stacks.observe.wan.detect import detect
from stacks.observe.wan.look import Looker
from stacks.plan.planner import make_plan
from stacks.settings.stack import Settings, parse

WORKERS = 24
PHASES = 5
STEPS = 4
"""Looks and detections of each link in a phase."""
RECOVERY = 60
"""Those in which all must be well again at the end."""
TIMEOUT = 0.12
"""Seconds a detection takes at most while servers are struck: they are on loopback."""
UNHURRIED = 10.0
"""Seconds it may take once all servers are well: none of them is slow then, but the machine may be."""
LINKS = {WAN: (3, 2), "fibre": (2, 1), "lte": (2, 1)}
"""The ways of the world, with how many STUN servers and web services each has."""
TRUTHS = {WAN: "203.0.113.", "fibre": "198.51.100.", "lte": "192.0.2."}
LIES = "198.18.0."
ACCEPT = ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15"]
PUBLISHED, UNKNOWN, STRUCK = "addresses published", "detections without an outcome", "faults"

Behaviour = StunBehaviour | HttpBehaviour
Fault = Callable[[Behaviour, random.Random, str], None]


@dataclass
class Way:
    """A way to the Internet: what is true on it, and how its servers behave."""

    truth: Addresses
    behaviours: list[Behaviour]
    stun: list[str]
    http: list[str]


@dataclass
class Scenario:
    """One seed: the ways, followed on paper."""

    chance: random.Random
    ways: dict[str, Way]
    settings: Settings
    zone: ZoneSnapshot = field(default_factory=lambda: ZoneSnapshot(ZONE, ZONE_ID, ()))
    registry: Registry = field(default_factory=Registry)
    known: dict[str, Known[tuple[object, ...]] | Unknown] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)


def _silent(behaviour: Behaviour, _: random.Random, __: str) -> None:
    behaviour.silent = True


def _slow(behaviour: Behaviour, chance: random.Random, _: str) -> None:
    behaviour.delay = chance.choice([0.01, 0.05, 2 * TIMEOUT])


def _lying(behaviour: Behaviour, _: random.Random, lie: str) -> None:
    behaviour.lie = lie


def _impossible(behaviour: Behaviour, chance: random.Random, _: str) -> None:
    behaviour.lie = chance.choice(["100.64.3.4", "10.0.0.1", "104.16.0.9", "127.0.0.1", "0.0.0.0"])  # noqa: S104 - a lie


def _malformed(behaviour: Behaviour, chance: random.Random, _: str) -> None:
    if isinstance(behaviour, StunBehaviour):
        setattr(behaviour, chance.choice(["malformed", "foreign"]), True)
    else:
        setattr(behaviour, chance.choice(["html", "huge"]), True)


def _failing(behaviour: Behaviour, chance: random.Random, _: str) -> None:
    if isinstance(behaviour, StunBehaviour):
        behaviour.error = chance.choice([400, 420, 500])
    else:
        behaviour.status = chance.choice([429, 500, 503])


def _dripping(behaviour: Behaviour, chance: random.Random, _: str) -> None:
    if isinstance(behaviour, StunBehaviour):
        behaviour.ignore = chance.randint(1, 3)
    else:
        behaviour.drip = 0.05


FAULTS: tuple[Fault, ...] = (_silent, _slow, _lying, _impossible, _malformed, _failing, _dripping)


def play(seeds: Sequence[int]) -> Iterator[tuple[int, Counter[str] | WrongError]]:
    """Play the seeds, several at once, each in a world of its own; in their order."""
    with ExitStack() as servers, ThreadPoolExecutor(max_workers=WORKERS) as pool:
        worlds: SimpleQueue[dict[str, Way]] = SimpleQueue()
        for _ in range(min(WORKERS, len(seeds))):
            worlds.put({link: servers.enter_context(_way(*counts)) for link, counts in LINKS.items()})

        def one(seed: int) -> tuple[int, Counter[str] | WrongError]:
            ways = worlds.get()
            try:
                return seed, _scenario(seed, ways)
            except WrongError as error:
                return seed, error
            finally:
                worlds.put(ways)

        yield from pool.map(one, seeds)


@contextmanager
def _way(stun: int, http: int) -> Iterator[Way]:
    truth = Addresses(ipv6=None)
    with ExitStack() as servers:
        datagram = [StunBehaviour() for _ in range(stun)]
        web = [HttpBehaviour() for _ in range(http)]
        yield Way(
            truth,
            [*datagram, *web],
            [servers.enter_context(serve_stun(truth, behaviour=one)) for one in datagram],
            [servers.enter_context(serve_http(truth, behaviour=one)) for one in web],
        )


def _scenario(seed: int, ways: dict[str, Way]) -> Counter[str]:
    scenario = Scenario(random.Random(seed), ways, _settings(ways))  # noqa: S311 - a repeatable draw
    links = scenario.settings.wan
    for link, way in ways.items():
        _heal(way)
        way.truth.ipv4 = f"{TRUTHS[link]}1"
        scenario.known[link] = Unknown("not detected yet")
    with ExitStack() as sockets:
        followed = {
            link: (
                sockets.enter_context(Looker(links.of_link(link), Family.IPV4, clock := _Clock())),
                Track(links.interval, links.recheck, links.hold, 0.0),
                clock,
            )
            for link in ways
        }
        for _ in range(PHASES):
            for link, way in ways.items():
                _disturb(scenario, link, way)
            for link, (looker, track, clock) in followed.items():
                for _ in range(scenario.chance.randint(1, STEPS)):
                    _step(scenario, link, looker, track, clock)
        for link, (looker, track, clock) in followed.items():
            _heal(ways[link])
            _recover(scenario, link, looker, track, clock)
    _all_well(scenario)
    return scenario.met


@dataclass
class _Clock:
    """Simulated time, in seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def _settings(ways: dict[str, Way]) -> Settings:
    def sources(way: Way) -> dict[str, object]:
        return {"mode": "stun+http", "stun": way.stun, "http": way.http}

    wan = {
        "timeout": TIMEOUT,
        "attempts": 1,
        "accept": ACCEPT,
        **sources(ways[WAN]),
        "links": {link: sources(way) for link, way in ways.items() if link},
    }
    names = [{"name": "www"}, {"name": "both", "links": ["fibre", "lte"]}]
    return parse({"zone": ZONE, "names": names, "wan": wan}, {}, stack="campaign", where="campaign")


def _heal(way: Way) -> None:
    for behaviour in way.behaviours:
        for one in fields(behaviour):
            if one.name != "requests":
                setattr(behaviour, one.name, one.default)


def _disturb(scenario: Scenario, link: str, way: Way) -> None:
    """Draw what is true from now on, and what is wrong with each server. One at most tells what was true before."""
    chance = scenario.chance
    _heal(way)
    before = str(way.truth.ipv4)
    if chance.random() < 1 / 3:
        way.truth.ipv4 = f"{TRUTHS[link]}{chance.randint(1, 4)}"  # few: it comes back, which is flapping
    share = chance.choice([0.0, 0.3, 0.6, 1.0])
    lies = [before, *(f"{LIES}{number}" for number in range(1, len(way.behaviours)))]
    for behaviour, lie in zip(way.behaviours, lies, strict=True):
        if chance.random() < share:
            chance.choice(FAULTS)(behaviour, chance, lie)
            scenario.met[STRUCK] += 1


def _step(scenario: Scenario, link: str, looker: Looker, track: Track, clock: _Clock, timeout: float = TIMEOUT) -> None:
    """Take the next look or detection of a link, as its follower would. timeout: of a detection, in seconds."""
    step, due = track.next()
    clock.now = max(clock.now, due)
    if step == "look":
        seen = looker.look()
        track.looked(clock.now, seen, looker.pause)
        return
    settings = scenario.settings.wan.of_link(link).model_copy(update={"timeout": timeout})
    detection = detect(settings, [Family.IPV4])
    outcome = detection.addresses[Family.IPV4]
    looker.wake([answer.source for answer in detection.answers if isinstance(answer.result, Known)])
    scenario.met[UNKNOWN] += isinstance(outcome, Unknown)
    if track.detected(clock.now, outcome, looker.pause):
        scenario.met[PUBLISHED] += 1
        truth = scenario.ways[link].truth.ipv4
        if track.known is None or [str(one) for one in track.known] != [truth]:
            raise WrongError(f"{link or 'WAN'}: published {track.known}, while {truth} was true")
    # A restart forgets what was known; the plan must bear with what is unknown then.
    forgotten = scenario.chance.random() < 1 / 4 and isinstance(outcome, Unknown)
    found = Known(track.known) if track.known is not None and not forgotten else Unknown(track.reason or "unknown")
    scenario.known[link] = found
    _converge(scenario)


def _converge(scenario: Scenario) -> None:
    """Plan, check and carry out on paper."""
    sightings = tuple(
        Sighting(link, Family.IPV4, found)  # type: ignore[arg-type] # addresses, as the track has them
        for link, found in scenario.known.items()
    )
    plan = make_plan(scenario.settings, Observation(sightings, (scenario.zone,), scenario.registry))
    before = _contents(scenario.zone)
    scenario.zone, scenario.registry = carried_out(plan)
    after = _contents(scenario.zone)
    for name, contents in before.items():
        if len(after.get(name, ())) < len(contents):
            raise WrongError(f"{name} had {sorted(contents)} and has {sorted(after.get(name, ()))}")


def _contents(zone: ZoneSnapshot) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for live in zone.records:
        found.setdefault(f"{live.record.name} {live.record.type}", set()).add(live.record.content)
    return found


def _recover(scenario: Scenario, link: str, looker: Looker, track: Track, clock: _Clock) -> None:
    truth = (ip_address(str(scenario.ways[link].truth.ipv4)),)
    for _ in range(RECOVERY):
        _step(scenario, link, looker, track, clock, UNHURRIED)
        if track.known == truth and scenario.known[link] == Known(truth):
            return
    raise WrongError(f"{link or 'WAN'}: {track.known} is published, {truth} is true: {track.reason or 'no reason'}")


def _all_well(scenario: Scenario) -> None:
    truth = {link: str(way.truth.ipv4) for link, way in scenario.ways.items()}
    found = _contents(scenario.zone)
    wanted = {f"www.{ZONE} A": {truth[WAN]}, f"both.{ZONE} A": {truth["fibre"], truth["lte"]}}
    if any(found.get(name) != contents for name, contents in wanted.items()):
        raise WrongError(f"the zone has {found}, true is {wanted}")
