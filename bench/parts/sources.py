"""Clusters: a first look at many objects, a change of one route until it is planned, memory; beside external-dns.

Both follow one real API server, one after the other, each in a process of its own. external-dns is at its fastest: it
looks at every event at once, and lists and writes as many records a call as the API allows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from bench import follower as follower_module
from bench.campaigns.paper import ZONE
from bench.objects import make_endpoints, make_ingresses, make_routes, rename
from bench.row import Row, median
from lab.api.serving import listening
from lab.cloudflare.routes import PREFIX
from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare
from lab.external_dns import Setup, following
from lab.kube.build import install
from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from lab.kube.programs import Programs

ROUTES, ENDPOINTS, INGRESSES = 5_000, 2_000, 2_000
OBJECTS = ROUTES + ENDPOINTS + INGRESSES
CHANGES = 40
THEIR_CHANGES = 10
SOURCES = ("gateway-httproute", "crd", "ingress")
PLANNED = 0.1
"""Seconds from a change to its plan, for 95 of 100: the goal."""
MEMORY = 150
"""MB for all objects: the goal."""
TOKEN = "bench"  # noqa: S105 - opens nothing but the lab
_CREATE = "action=CREATE"
_DEADLINE, _TICK = 300.0, 0.05
"""Seconds that a first sync may take, and between two looks at the zone."""
_ROOT = Path(__file__).resolve().parents[2]
_EAGER = (
    *("--registry=noop", "--interval=10m", "--min-event-sync-interval=1ms"),
    *("--cloudflare-dns-records-per-page=5000", "--batch-change-size=1000", "--batch-change-interval=1ms"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one of the two.

    first: s until all is planned; changes: s until each is; seen: s until each was seen; memory: MB.
    """

    first: float
    changes: tuple[float, ...]
    memory: float
    seen: tuple[float, ...] = ()


def measure() -> Iterator[Row]:
    """All rows of this part."""
    programs = install(os.environ, external_dns=True)
    with (
        tempfile.TemporaryDirectory(prefix="truenorth-bench-") as folder,
        control_plane(Path(folder), programs=programs) as cluster,
    ):
        make_routes(cluster, ROUTES)
        make_endpoints(cluster, ENDPOINTS)
        make_ingresses(cluster, INGRESSES)
        ours = _ours(cluster)
        theirs = _theirs(cluster, programs)
    yield from _rows(ours, theirs)


def _rows(ours: Measured, theirs: Measured) -> Iterator[Row]:
    what = f"{OBJECTS:,} objects"
    first = (round(ours.first, 3), round(theirs.first, 3))
    yield from _beside(f"{what}, from start to plan", first, "s", limit=first[1])
    yield Row("sources", f"{what}, a change until it is seen, median", median(ours.seen), "s", CHANGES)
    change, sizes = f"{what}, a change to its plan", (CHANGES, THEIR_CHANGES)
    yield from _beside(f"{change}, median", (median(ours.changes), median(theirs.changes)), "s", sizes)
    yield from _beside(f"{change}, 95th percentile", (_late(ours.changes), _late(theirs.changes)), "s", sizes, PLANNED)
    yield from _beside(f"{what}, resident memory", (ours.memory, theirs.memory), "MB", limit=MEMORY)


def _beside(
    measure: str, values: tuple[float, float], unit: str, sizes: tuple[int, int] = (1, 1), limit: float | None = None
) -> Iterator[Row]:
    """Ours, theirs, and how many times ours theirs is."""
    yield Row("sources", measure, values[0], unit, sizes[0], limit)
    yield Row("sources", f"{measure}: external-dns", values[1], unit, sizes[1])
    yield Row("sources", f"{measure}: external-dns / ours", round(values[1] / values[0], 1), "times", 1)


def _late(values: tuple[float, ...]) -> float:
    return round(quantiles(values, n=20, method="inclusive")[-1], 3)


def _ours(cluster: Cluster) -> Measured:
    began = time.monotonic()
    command = [sys.executable, "-m", follower_module.__name__, str(cluster.kubeconfig), *SOURCES]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as follower:
        first = _told(follower, "")["planned"] - began
        moments: list[float] = []

        def planned(name: str) -> float:
            told = _told(follower, name)
            moments.append(told["seen"])
            return told["planned"]

        began_at, changes = _changes(cluster, CHANGES, "ours", planned)
        seen = tuple(moment - began for moment, began in zip(moments, began_at, strict=True))
        return Measured(first, changes, _resident(follower.pid), seen)


def _told(follower: subprocess.Popen[str], name: str) -> dict[str, float]:
    """The line in which a name changes; the first with any for an empty one."""
    for line in follower.stdout or ():
        told = json.loads(line)
        if (name in told["names"]) if name else told["names"]:
            return dict(told)
    raise RuntimeError("the follower ended")


def _theirs(cluster: Cluster, programs: Programs) -> Measured:
    cloudflare = Cloudflare(rate_limit=None)
    cloudflare.add_token(TOKEN)
    zone = cloudflare.add_zone(ZONE, "enterprise", record_quota=2 * OBJECTS)
    with listening(application(cloudflare)) as port:
        api = f"http://127.0.0.1:{port}{PREFIX}"
        setup = Setup(programs.paths["external-dns"], cluster.kubeconfig, api, TOKEN, ZONE, SOURCES)
        began = time.monotonic()
        with following(setup, *_EAGER) as process:
            first = _said(process, _CREATE) - began
            _said(process, _CREATE, OBJECTS - 1)
            _await(lambda: len(cloudflare.records(zone.id)) >= OBJECTS)

            def planned(name: str) -> float:
                moment = _said(process, f"{_CREATE} record={name} ")
                _await(lambda: any(record.name == name for record in cloudflare.records(zone.id)))
                return moment

            changes = _changes(cluster, THEIR_CHANGES, "theirs", planned)[1]
            return Measured(first, changes, _resident(process.pid))


def _resident(process: int) -> float:
    """MB that it has now."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def _await(reached: Callable[[], bool]) -> None:
    """Wait until external-dns has written something: the zone tells nobody when."""
    until = time.monotonic() + _DEADLINE
    while not reached():
        if time.monotonic() > until:
            raise RuntimeError(f"external-dns did not write its records in {_DEADLINE:.0f} s")
        time.sleep(_TICK)


def _said(process: subprocess.Popen[str], words: str, times: int = 1) -> float:
    """The moment at which it has said the words so many times."""
    left = times
    for line in process.stdout or ():
        left -= words in line
        if not left:
            return time.monotonic()
    raise RuntimeError("external-dns ended")


def _changes(
    cluster: Cluster, times: int, who: str, planned: Callable[[str], float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The moments of changes of a route's name, and the seconds from each to the plan that has the new one."""
    moments, seconds = [], []
    for number in range(times):
        host = f"{who}-{number}"
        began = time.monotonic()
        rename(cluster.admin, number, host)
        moments.append(began)
        seconds.append(planned(f"{host}.{ZONE}") - began)
    return tuple(moments), tuple(seconds)
