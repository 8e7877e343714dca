"""Plays the house: what is inside follows its Gateway, what is outside the line, and inside nothing ever stops."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console

from lab import daemon, remote
from lab.demo.environment import lab_environment, without_elsewhere
from lab.demo.house.inner import Inner, serving
from lab.demo.house.questions import Side, inside, outside, show
from lab.demo.house.routes import EXTERNAL, INTERNAL, Route, counted, make, routes
from lab.demo.house.server import Server
from lab.demo.play import PATIENCE, Scene, awaited, watching, write_project
from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from lab.kube.programs import Programs
from lab.name_servers.asking import ask, serial
from lab.name_servers.resolvers import Resolver, unbound
from lab.world import FIRST_IPV4, ZONE, Ports
from stacks.settings.secrets.children import LAB, needed

NEXT_IPV4 = "203.0.113.8"
RESOLVER = "unbound"
"""The program that the house asks."""
_TICK = 0.2
"""Seconds between two looks at the names outside: a name server tells nobody of a change."""
_ELSEWHERE = 5.0
"""Seconds for an answer about a name of the Internet, once the line is cut."""
_FORWARD = """\
server:
    domain-insecure: "{zone}"
stub-zone:
    name: "{zone}"
    stub-addr: {inner}
forward-zone:
    name: "."
    forward-addr: {outer}
"""


@dataclass(frozen=True, slots=True)
class House:
    """The routes, their cluster, and the name servers of the house."""

    scene: Scene
    lab: daemon.Lab
    estate: Sequence[Route]
    cluster: Cluster
    inner: Inner
    resolver: Resolver

    def outside(self, address: str) -> Side:
        """Ask everybody's name server."""
        return outside(self.lab.places.dns, self.estate, address)

    def inside(self) -> Side:
        """Ask the resolver of the house."""
        return inside(self.resolver.place, self.estate)

    def serial(self) -> int:
        """Return the serial of the zone inside, which each change raises."""
        return serial(self.inner.place, ZONE)

    def judge(self, *sides: Side) -> None:
        """Show what was answered. Raises DemoFailed where something is wrong."""
        show(self.scene.console, self.estate, *sides)
        wrong = "; ".join(filter(None, (side.wrong() for side in sides)))
        self.scene.check(not wrong, wrong)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played. server: of the view inside. programs: of Kubernetes, and what the server needs besides."""

    server: Server
    count: int
    programs: Programs


def play_house(console: Console, folder: Path, environment: Mapping[str, str], plan: Plan) -> None:
    """Play all steps in a folder. Raises DemoFailed, LabError, UserError, KubeUnavailable."""
    with _house(console, folder, environment, plan) as house:
        _create(house)
        with watching(house.scene) as news:
            _follow(house, lambda: awaited(news))
            _cut(house)  # while TrueNorth goes on watching what is gone


@contextmanager
def _house(console: Console, folder: Path, environment: Mapping[str, str], plan: Plan) -> Iterator[House]:
    """Start all that there is in the house, and the world outside."""
    estate = routes(plan.count)
    with ExitStack() as running:
        lab = daemon.start(folder, Ports(), environment=needed(LAB, environment))
        running.callback(daemon.stop, folder)
        cluster = running.enter_context(control_plane(folder / "kubernetes", programs=plan.programs))
        inner = running.enter_context(serving(plan.server, folder, cluster, plan.programs))
        lines = _FORWARD.format(zone=ZONE, inner=_unbound(inner.place), outer=_unbound(lab.places.dns))
        resolver = running.enter_context(unbound(folder / "unbound", lines))
        make(cluster, estate)
        scene = Scene(console, lab.places, write_project(folder), _within(lab, environment, inner))
        _write_settings(scene.settings_file, cluster, inner)
        kinds = ", ".join(f"{count} {kind}" for kind, count in counted(estate).items())
        scene.say("house", f"{len(estate)} HTTPRoutes of {cluster.server}: {kinds}")
        scene.say("", f"outside: Cloudflare's API, DNS {lab.places.dns}")
        scene.say("", f"inside: {inner.title}; unbound {resolver.place} asks {inner.place} for {ZONE}")
        yield House(scene, lab, estate, cluster, inner, resolver)


def _within(lab: daemon.Lab, environment: Mapping[str, str], inner: Inner) -> dict[str, str]:
    """Return the environment of the programs of the house: the lab's, and what the server inside needs."""
    alone = without_elsewhere(environment)
    made = {**alone, **lab_environment(lab, alone)}
    path = os.pathsep.join(filter(None, [inner.environment.get("PATH"), made["PATH"]]))
    return {**made, **inner.environment, "PATH": path}


def _write_settings(file: Path, cluster: Cluster, inner: Inner) -> None:
    """Write a stack with both views. The Gateway outside is at the address of the line."""
    at = {"kubeconfig": str(cluster.kubeconfig)}
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["config"] = {
        "truenorth:sources": ["gateway-httproute"],
        "truenorth:clusters": [
            {"name": "public", **at, "gateways": [EXTERNAL], "default_targets": {"gateway-httproute": "ddns"}},
            {"name": "lan", **at, "gateways": [INTERNAL]},
        ],
        "truenorth:zones": [
            {"zone": ZONE, "objects": "public"},
            {"zone": f"{ZONE}@inside", **inner.settings, "objects": "lan"},
        ],
    }
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _create(house: House) -> None:
    """Make the names of both views from nothing, and ask for each on both sides."""
    done = house.scene.up()
    made = len(done.plan.record_sets)
    house.scene.say("up", f"{made} names made in both views, with their ownership marks, in {done.seconds:.1f} s")
    _until(lambda: not house.inside().wrong())  # a file takes some moments on its way to CoreDNS
    house.judge(house.outside(FIRST_IPV4), house.inside())
    again = house.scene.up()
    house.scene.check(not again.runs, "a second run should have nothing to do")
    house.scene.say("up again", f"nothing to do, {again.seconds:.1f} s")


def _follow(house: House, told: Callable[[], object]) -> None:
    """Change the address of the line: outside follows, and nobody writes inside."""
    before = house.serial()
    remote.set_address(house.lab.places, NEXT_IPV4)
    seconds = _until(lambda: not house.outside(NEXT_IPV4).wrong())
    told()
    after = house.serial()
    house.scene.say("address", f"{FIRST_IPV4} becomes {NEXT_IPV4}: outside is right after {seconds:.1f} s")
    house.scene.say("", f"inside nothing was written: the zone's serial is {after}, as before")
    house.scene.check(before == after, f"the zone inside should have stayed at serial {before}, and is at {after}")
    house.judge(house.outside(NEXT_IPV4), house.inside())


def _until(is_so: Callable[[], bool]) -> float:
    """Return the seconds until something is so; they end where patience does."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < PATIENCE and not is_so():
        time.sleep(_TICK)
    return passed


def _cut(house: House) -> None:
    """Kill the API server and cut the line, empty the resolver's cache, and ask inside again."""
    elsewhere = f"www.{house.lab.places.gandi_zone}"
    remote.gandi_edit(house.lab.places, "www", "A", ["198.51.100.7"])
    there = ask(house.resolver.place, elsewhere)
    house.scene.check(there.addresses != (), f"unbound should reach the Internet before the cut, and says {there}")
    before = house.serial()
    house.cluster.stop_api_server(kill=True)
    daemon.stop(house.lab.folder)
    house.resolver.stop()
    house.resolver.start()
    gone = ask(house.resolver.place, elsewhere, patience=_ELSEWHERE)
    house.scene.check(not gone.addresses, f"the line should be cut, and {elsewhere} is {gone}")
    house.scene.say("cut", f"API server killed, line cut, unbound started anew; {elsewhere} was {there}: {gone}")
    house.judge(house.inside())
    after = house.serial()
    house.scene.check(
        before == after, f"nobody should have written inside, and the serial went from {before} to {after}"
    )


def _unbound(place: str) -> str:
    """Return HOST:PORT as unbound writes it."""
    return "@".join(place.rsplit(":", 1))
