"""Many names at a real BIND by RFC 2136: created, unchanged, one changed; ours, then external-dns.

Both write zones of their own on the same server, whose own statistics count the requests, and keep marks in TXT
records; neither waits for resolvers. BENCH_RFC2136_NAMES says how many names. Ours come from settings, theirs from
Services of a real API server that hold many names each, which is what external-dns reads the quickest.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from bench.row import Row
from bench.stage import STACK, Stage, stage
from lab.external_dns import Setup
from lab.kube.build import install
from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from lab.name_servers.bind import KEY, SECRET, NameServer, bind
from lab.name_servers.external_dns import over

PART = "rfc2136"
NAMES = int(os.environ.get("BENCH_RFC2136_NAMES", "2000"))
OURS, THEIRS = "ours.example", "theirs.example"
"""The zones."""
CREATED, UNCHANGED, ONE = "created", "unchanged", "one changed"
FIRST, NEXT = "192.0.2.1", "192.0.2.2"
_HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"
_EACH = 50
"""Names of a Service."""
_PATIENCE = 1200.0
"""Seconds for a command."""
_WRITTEN = re.compile(r"^(\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d\.\d{3}) .*updating zone '", re.MULTILINE)
_TOLD = 2_000
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Step:
    """What a step has cost. requests: that BIND has had, updates: those of them; zone: s to the last write, or 0."""

    requests: int
    updates: int
    zone: float
    seconds: float


def measure() -> Iterator[Row]:
    """All rows of this part."""
    programs = install(os.environ, external_dns=True)
    with tempfile.TemporaryDirectory(prefix="truenorth-bench-") as made:
        folder = Path(made)
        with bind(folder / "bind", OURS, THEIRS, logged=False) as server:
            ours = dict(_ours(server))
            with control_plane(folder / "kubernetes", programs=programs) as cluster:
                theirs = dict(_theirs(server, cluster, programs.paths["external-dns"]))
    for step in (CREATED, UNCHANGED, ONE):
        yield from _rows(step, ours[step], theirs[step])


def _rows(step: str, ours: Step, theirs: Step) -> Iterator[Row]:
    what = f"{NAMES:,} names {step}"
    for who, found in (("truenorth up", ours), ("external-dns", theirs)):
        yield Row(PART, f"{what}, {who}: requests to BIND", found.requests, "requests", 1)
        yield Row(PART, f"{what}, {who}: updates among them", found.updates, "requests", 1)
        if found.zone:
            yield Row(PART, f"{what}, {who}: until the zone is right", found.zone, "s", 1)
        yield Row(PART, f"{what}, {who}: until it ended", found.seconds, "s", 1)
    yield Row(PART, f"{what}: requests, ours / theirs", round(ours.requests / theirs.requests, 2), "times", 1, 1.0)
    mine, its = (found.zone or found.seconds for found in (ours, theirs))
    yield Row(PART, f"{what}: time, ours / theirs", round(mine / its, 2), "times", 1, 1.0)


def _ours(server: NameServer) -> Iterator[tuple[str, Step]]:
    with stage() as place:
        environment = {**place.environment, "RFC2136_TSIG_SECRET": SECRET}
        command = [sys.executable, "-m", "truenorth", "up", "--stack", STACK, "--settings", str(place.settings_file)]
        for step, first in ((CREATED, FIRST), (UNCHANGED, FIRST), (ONE, NEXT)):
            _write_settings(place, server, first)
            yield step, _run(server, OURS, command, environment, first)


def _write_settings(place: Stage, server: NameServer, first: str) -> None:
    """Write a stack with all names. first: the address of the first."""
    values = {
        "zone": OURS,
        "provider": "rfc2136",
        "rfc2136": {"server": server.place, "key": KEY},
        "names": [{"name": _label(number), "targets": [FIRST if number else first]} for number in range(NAMES)],
        "confirm": 0,
        "guard": {"creations": 2 * NAMES},
    }
    document = {"config": {f"truenorth:{key}": value for key, value in values.items()}}
    place.settings_file.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper), encoding="utf-8")


def _theirs(server: NameServer, cluster: Cluster, program: Path) -> Iterator[tuple[str, Step]]:
    setup = Setup(program, cluster.kubeconfig, "", "", THEIRS, ("service",), provider=over(server, THEIRS))
    options = ("--once", "--metrics-address=127.0.0.1:0", "--registry=txt", f"--txt-owner-id={PART}")
    for step, first in ((CREATED, FIRST), (UNCHANGED, FIRST), (ONE, NEXT)):
        _put_services(cluster, first)
        yield step, _run(server, THEIRS, setup.command(options), setup.environment(), first)


def _put_services(cluster: Cluster, first: str) -> None:
    """Make the Services, or make them so: the first has the first name alone."""
    rest = range(1, NAMES)
    for number, names in enumerate([range(1), *(rest[at : at + _EACH] for at in range(0, len(rest), _EACH))]):
        hosts = ",".join(f"{_label(one)}.{THEIRS}" for one in names)
        metadata = {"namespace": "default", "name": f"bench{number}", "annotations": {_HOSTNAME: hosts}}
        ports = [{"name": "web", "port": 80, "protocol": "TCP"}]
        spec = {"type": "LoadBalancer", "ports": ports, "allocateLoadBalancerNodePorts": False}
        manifest = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
        cluster.admin.apply(manifest)
        address = FIRST if number else first
        cluster.admin.set_status(manifest, {"loadBalancer": {"ingress": [{"ip": address}]}})


def _label(number: int) -> str:
    return f"n{number}"


def _run(server: NameServer, zone: str, command: Sequence[str], environment: Mapping[str, str], first: str) -> Step:
    """Run a command to its end, and count what the server was asked. Raises RuntimeError where the zone is wrong."""
    before, said, log = server.counted(), datetime.now(UTC), server.service.log
    length, began = log.stat().st_size, time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own command
        list(command),
        cwd=_ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    seconds = round(time.monotonic() - began, 3)
    after = server.counted()
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stdout[-_TOLD:]}")
    _check(server, zone, first)
    with log.open("rb") as written:
        written.seek(length)
        moments = _WRITTEN.findall(written.read().decode(errors="replace"))
    last = datetime.strptime(moments[-1], "%d-%b-%Y %H:%M:%S.%f").astimezone(UTC) if moments else said
    asked = {kind: count - before["opcodes"][kind] for kind, count in after["opcodes"].items()}
    return Step(sum(asked.values()), asked["UPDATE"], round((last - said).total_seconds(), 3), seconds)


def _check(server: NameServer, zone: str, first: str) -> None:
    """Hold the zone against what is wished. Raises RuntimeError."""
    found = {
        name.to_text(omit_final_dot=True).partition(".")[0]: value.to_text()
        for name, _, value in server.transferred(zone).iterate_rdatas("A")
    }
    wished = {_label(number): FIRST if number else first for number in range(NAMES)}
    if wrong := [name for name, address in wished.items() if found.get(name) != address]:
        raise RuntimeError(f"{len(wrong)} of {NAMES:,} names are wrong in {zone}: {wrong[0]} and others")
