"""`truenorth watch` as two pods run it, at its default pace: from change to record, idling, and who takes over when.

State is in Secrets, the lease and the address cache in a real API server, the provider and the address services on
loopback. BENCH_IDLE_SECONDS says for how long idling is measured, ten minutes by default.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from signal import SIGTERM

from bench.campaigns.daemon.campaign import percentile, storming
from bench.campaigns.daemon.changes import ADDRESSES, GATEWAYS
from bench.campaigns.daemon.check import differs
from bench.campaigns.daemon.estate import Pace
from bench.campaigns.daemon.pods import Member
from bench.campaigns.daemon.storm import Storm
from bench.campaigns.daemon.witness import is_of
from bench.row import Row, median
from lab.kube.build import install
from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from stacks.settings.wan import WanSettings

TIMES = int(os.environ.get("BENCH_DAEMON_TIMES", "50"))
TAKEOVERS = 3
IDLE = float(os.environ.get("BENCH_IDLE_SECONDS", "600"))
DRIFT = min(300.0, IDLE / 2)
"""Seconds between two listings of a zone: the default, but where idling is measured for a shorter time."""
LOOK = 1.0
"""Seconds between two looks at the address while changes of it are measured; idling is measured at the default."""
PATIENCE = 60.0
HOUR = 3600.0
_SAMPLES = 20


def measure() -> Iterator[Row]:
    """All rows of this part."""
    pace = {"drift": max(DRIFT, 5.0), "election": {"enabled": "on"}, "cache": {"enabled": "on"}}
    with (
        tempfile.TemporaryDirectory(prefix="truenorth-bench-") as folder,
        control_plane(Path(folder) / "kubernetes", programs=install(os.environ)) as cluster,
    ):
        with _alone(cluster, folder, pace, look=LOOK) as storm:
            yield from _followed(storm)
        with _alone(cluster, folder, pace, look=WanSettings().interval) as storm:
            yield from _idle(storm)
            yield from _takeovers(storm)


def _alone(cluster: Cluster, folder: str, pace: Pace, look: float) -> AbstractContextManager[Storm]:
    return storming(cluster, Path(tempfile.mkdtemp(dir=folder)), "kubernetes", pace, look=look, clocks=False)


def _followed(storm: Storm) -> Iterator[Row]:
    estate = storm.estate
    whole, seen = [], []
    for address in islice(cycle(ADDRESSES), TIMES):
        began = time.monotonic()
        whole.append(_until_record(storm, partial(setattr, estate.addresses, "ipv4", address)))
        lines = storm.witness.since(began, "address")
        told = min(datetime.fromisoformat(line["time"]) for pod, line in lines if pod == storm.leader.name)
        seen.append((_last_write(storm) - told).total_seconds())
    yield from _rows("address change seen to record", seen, 3)
    yield from _rows(f"address change to record, a look every {LOOK:g} s", whole)
    others = islice(cycle(reversed(GATEWAYS)), TIMES)
    by_gateway = [_until_record(storm, partial(estate.put_gateway, address)) for address in others]
    yield from _rows("cluster event to record", by_gateway, 2)


def _rows(measure: str, seconds: list[float], limit: float | None = None) -> Iterator[Row]:
    yield Row("daemon", f"{measure}, median", median(seconds), "s", len(seconds), limit)
    yield Row("daemon", f"{measure}, 95th percentile", round(percentile(seconds), 3), "s", len(seconds))


def _until_record(storm: Storm, change: Callable[[], None]) -> float:
    """Seconds from a change to the last record that says so, by the provider's own log."""
    storm.estate.cloudflare.requests.clear()
    storm.witness.forget()
    began = time.monotonic()
    changed = datetime.now(UTC)
    change()
    done = storm.witness.await_true(
        lambda: bool(storm.witness.since(began, "result")) and not differs(storm.estate), PATIENCE
    )
    if not done:
        raise RuntimeError(f"no record followed within {PATIENCE:g} s: {differs(storm.estate)}")
    return (_last_write(storm) - changed).total_seconds()


def _last_write(storm: Storm) -> datetime:
    return max(call.time for call in storm.estate.cloudflare.requests if call.method in {"POST", "PUT", "PATCH"})


def _idle(storm: Storm) -> Iterator[Row]:
    leader = storm.leader
    standby = next(one for one in storm.members if one is not leader)
    storm.witness.forget()
    for one in storm.members:
        one.kube.faults.forget_requests()
        one.stun.requests = one.http.requests = 0
    began, cpu = time.monotonic(), {one.name: _cpu(one) for one in storm.members}
    memory: dict[str, float] = dict.fromkeys(cpu, 0.0)
    for _ in range(_SAMPLES):
        time.sleep(IDLE / _SAMPLES)
        for one in storm.members:
            memory[one.name] = max(memory[one.name], sum(each.memory for each in one.pod.processes()))
    window = time.monotonic() - began
    size = round(window)
    for who, one in (("leader", leader), ("standby", standby)):
        used = (_cpu(one) - cpu[one.name]) / window
        goal = who == "leader"
        yield Row("daemon", f"idle {who}: CPU, of a core", round(100 * used, 2), "%", size, 1 if goal else None)
        yield Row("daemon", f"idle {who}: largest memory", round(memory[one.name]), "MB", size, 250 if goal else None)
    yield from _calls(storm, window, size)


def _cpu(member: Member) -> float:
    return sum(one.seconds for one in member.pod.processes())


def _calls(storm: Storm, window: float, size: int) -> Iterator[Row]:
    """What both pods have asked for while nothing changed, extrapolated to an hour from the time that was measured."""
    asked = list(storm.witness.ears.asked)
    listings = sum("dns_records" in request for _, request in asked)
    each = listings / (window / DRIFT)
    yield Row("daemon", "idle: listings a zone and drift interval", round(each, 2), "listings", size, 1)
    counted = {
        "provider": len(asked),
        "Kubernetes": sum(len(one.kube.faults.requests()) for one in storm.members),
        "STUN": sum(one.stun.requests for one in storm.members),
        "web address services": sum(one.http.requests for one in storm.members),
    }
    for what, count in counted.items():
        yield Row("daemon", f"idle, both pods: {what}, calls an hour", round(count * HOUR / window), "calls", size)


def _takeovers(storm: Storm) -> Iterator[Row]:
    killed = [_takeover(storm, lambda one: one.pod.kill()) for _ in range(TAKEOVERS)]
    yield Row("daemon", "kill -9 of the leader until another leads, worst", max(killed), "s", TAKEOVERS, 15)
    ended = [_takeover(storm, lambda one: one.pod.signal(SIGTERM)) for _ in range(TAKEOVERS)]
    yield Row("daemon", "SIGTERM of the leader until another leads, worst", max(ended), "s", TAKEOVERS)


def _takeover(storm: Storm, end: Callable[[Member], None]) -> float:
    """Seconds until another process leads; both lead or stand by again afterwards."""
    holder, leader, began = storm.witness.holder, storm.leader, time.monotonic()
    end(leader)
    if not storm.witness.await_true(lambda: storm.witness.holder not in {"", holder}, PATIENCE):
        raise RuntimeError(f"nobody leads {PATIENCE:g} s after {holder}")
    seconds = storm.witness.holdings[-1].moment - began
    stands_by = storm.witness.await_true(lambda: _stands_by(storm, leader, began), PATIENCE)
    if not (stands_by or is_of(storm.witness.holder, leader.name)):
        raise RuntimeError(f"{leader.name} did not come back within {PATIENCE:g} s")
    return round(seconds, 2)


def _stands_by(storm: Storm, member: Member, since: float) -> bool:
    """Whether a pod that was ended takes part again."""
    told = storm.witness.since(since, "leadership")
    return any(pod == member.name and line.get("role") == "standby" and line.get("holder") for pod, line in told)
