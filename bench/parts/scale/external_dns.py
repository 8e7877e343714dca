"""The real external-dns on the same zone, from Services of a real API server that hold many names each.

It is at its best: it runs at once and without a pause, lists as many records a page and writes as many a batch as the
API allows, and keeps its marks in TXT records, as ours are kept. Few Services with many names each are what it reads
the quickest. Where a run was refused something it runs again at once; it waits a minute otherwise.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bench.parts.scale.ours import CHANGES
from bench.parts.scale.run import Measured, Memory, Zone, await_right, run
from bench.parts.scale.steps import (
    CHANGED,
    CREATED,
    DELETED,
    EXTERNAL_DNS,
    EXTERNAL_DNS_RUNNING,
    ONE,
    PART,
    STEPS,
    Reaction,
    changed_numbers,
    rows,
)
from bench.parts.scale.world import PAGE, World, host
from bench.row import Row, median
from lab.external_dns import Setup, following
from lab.kube.cluster import Cluster
from lab.kube.programs import Programs
from lab.world import TOKEN, ZONE

HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"
OPTIONS = (
    *("--registry=txt", f"--txt-owner-id={PART}"),
    *(f"--cloudflare-dns-records-per-page={PAGE}", "--batch-change-size=3500", "--batch-change-interval=1ms"),
)
RUNNING = ("--interval=1m", "--min-event-sync-interval=1ms", "--provider-cache-time=5m")
"""While it runs on: events are acted on at once, and the zone is listed anew as often as ours is for drift."""
TIMES = 5
NONE: Mapping[str, str] = {}
_EACH = 50
"""Names of a Service."""


@dataclass
class Services:
    """The Services that wish for the world's names: one for the first name, one for those that change, the rest."""

    cluster: Cluster
    world: World

    def put(self) -> None:
        """Make them, or make them so."""
        for number, (names, address) in enumerate(self._groups()):
            manifest = self._service(number, {HOSTNAME: ",".join(names)})
            self.cluster.admin.apply(manifest)
            self.cluster.admin.set_status(manifest, {"loadBalancer": {"ingress": [{"ip": address}]}})

    def first(self, address: str) -> None:
        """Give the first name another address."""
        self.cluster.admin.set_status(self._service(0), {"loadBalancer": {"ingress": [{"ip": address}]}})

    def delete(self) -> None:
        """Delete them."""
        for number, _ in enumerate(self._groups()):
            self.cluster.admin.delete(self._service(number))

    def _groups(self) -> Iterator[tuple[list[str], str]]:
        """The names of each Service and the address that it has."""
        wish, some = self.world.wished(), changed_numbers(self.world)
        rest = range(some.stop, self.world.names)
        pieces = [range(1), some, *(rest[first : first + _EACH] for first in range(0, len(rest), _EACH))]
        for piece in pieces:
            yield [host(number) for number in piece], wish[host(piece[0])].content

    @staticmethod
    def _service(number: int, annotations: Mapping[str, str] = NONE) -> dict[str, object]:
        ports = [{"name": "web", "port": 80, "protocol": "TCP"}]
        spec = {"type": "LoadBalancer", "ports": ports, "allocateLoadBalancerNodePorts": False}
        metadata = {"namespace": "default", "name": f"scale{number}", "annotations": dict(annotations)}
        return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def external_dns(
    world: World, cluster: Cluster, programs: Programs, found: dict[str, Measured], running: dict[str, Reaction]
) -> Iterator[Row]:
    """All steps; what was measured is put into found, and what one change costs while it runs into running."""
    services = Services(cluster, world)
    setup = Setup(
        programs.paths["external-dns"], cluster.kubeconfig, world.places.cloudflare, TOKEN, ZONE, ("service",)
    )
    command = setup.command(["--once", "--metrics-address=127.0.0.1:0", *OPTIONS])
    for name in STEPS:
        _change(services, name)
        wish = {} if name == DELETED else world.wished()
        if name == DELETED:
            yield from _following(setup, services, running)
            services.delete()
        found[name] = run(world, command, wish, environment=setup.environment(), again=True)
        yield from rows(EXTERNAL_DNS, world.names, name, found[name])


def _change(services: Services, step: str) -> None:
    """Let happen what comes before a step."""
    if step == CREATED:
        services.put()
    elif step in CHANGES:
        if step == CHANGED:
            services.world.fixed.clear()
        CHANGES[step](services.world)
        services.put()


def _following(setup: Setup, services: Services, running: dict[str, Reaction]) -> Iterator[Row]:
    """One change among all while it runs: seconds from the change of the object to the record."""
    world, seconds, calls = services.world, [], 0
    with (
        following(setup, *OPTIONS, *RUNNING) as process,
        _unheard(process),
        Memory(process.pid).sampled() as taken,
    ):
        for number in range(1 + TIMES):  # the first is not counted: it has to begin
            world.calm()
            address = f"192.0.2.{50 + number}"
            world.office.ipv4 = address
            zone = Zone(world, world.wished())
            services.first(address)
            seconds.append(await_right(zone, EXTERNAL_DNS_RUNNING))
            calls = len(world.cloudflare.requests)
    what, middle = f"{EXTERNAL_DNS_RUNNING}, {world.names:,} names {ONE}", median(seconds[1:])
    running[EXTERNAL_DNS_RUNNING] = Reaction(middle, calls)
    yield Row(PART, f"{what}: until the zone is right, median", middle, "s", TIMES)
    yield Row(PART, f"{what}: API calls", calls, "calls", 1)
    yield Row(PART, f"{what}: largest memory", round(taken.own), "MB", 1)


@contextmanager
def _unheard(process: subprocess.Popen[str]) -> Iterator[None]:
    """Read what it says as it comes, so that it can go on; it is ended after that."""

    def read() -> None:
        for _ in process.stdout or ():
            pass

    reader = threading.Thread(target=read, name="external-dns")
    reader.start()
    try:
        yield
    finally:
        process.terminate()
        reader.join()
