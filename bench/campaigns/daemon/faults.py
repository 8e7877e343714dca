"""What goes wrong in a seed: each strikes at once, or lays a trap that springs at a moment of its own."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from bench.campaigns.daemon.estate import STACK, STATE
from bench.campaigns.daemon.storm import Storm, Trap
from bench.campaigns.daemon.witness import is_of
from lab.api.faults import Effect, Fault
from lab.kube.client import MERGE, ApiError
from lab.plugin.executable import CLOUDFLARE
from lab.pods.processes import Process

LONG = 5.0
"""Seconds that a partition lasts at most: longer than a lease of the campaign."""
_IMMUTABLE = 422
_DAMAGED = ("", "{", "\0" * 100, "[]", json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [{}]}}}))
"""What a checkpoint may become, beside being cut off or gone."""
_PLUGINS = ("pulumi-resource-cloudflare", CLOUDFLARE.module, "pulumi-resource-truenorth")

Strike = Callable[[Storm], None]


def kill_at_a_moment(storm: Storm) -> None:
    """Kill -9, at an event of the engine or a request of it: of the pod, of its engine, or of the engine's plugin."""
    what = storm.chance.choice(["leader", "leader", "engine", "plugin"])
    phase = storm.chance.choice(["write", "write", "started", "done"])
    storm.traps.append(Trap(what, phase, storm.chance.randint(1, 4), lambda pod: _kill(storm, pod, what, phase)))


def _kill(storm: Storm, pod: str, what: str, phase: str) -> None:
    member = storm.named(pod)
    at = f"killed: {what} at {'a request that writes' if phase == 'write' else f'a step {phase}'}"
    if what == "leader":
        storm.leader_ends(member)
        member.pod.kill()
        storm.hit(at)
        return
    doomed = [one for one in member.pod.processes() if (is_engine if what == "engine" else is_plugin)(one)]
    for one in doomed:
        one.send(signal.SIGKILL)
    if doomed:
        storm.hit(at)


def is_engine(process: Process) -> bool:
    """Whether this is the engine itself."""
    return process.command.split(" ", 1)[0].endswith("/pulumi")


def is_plugin(process: Process) -> bool:
    """Whether this is the plugin of the provider, ours or Cloudflare's, real or not."""
    return any(one in process.command for one in _PLUGINS)


def kill_now(storm: Storm) -> None:
    """Kill -9 of a pod, whatever it does."""
    member = storm.any()
    storm.leader_ends(member)
    storm.hit("killed: leader" if is_of(storm.witness.holder, member.name) else "killed: standby")
    member.pod.kill()


def roll_out(storm: Storm) -> None:
    """SIGTERM to the leader, as when pods are replaced."""
    member = storm.leader
    storm.leader_ends(member)
    member.pod.signal(signal.SIGTERM)
    storm.hit("ended: leader, by SIGTERM")


def lose_answers(storm: Storm) -> None:
    """What is asked is done, and nobody hears of it."""
    method, times = storm.chance.choice(["POST", "PUT", "PATCH", "DELETE", None]), storm.chance.randint(1, 3)
    storm.estate.cloudflare.faults.add(Fault(Effect.LOSE_ANSWER, method=method, times=times))
    storm.hit("provider: answers lost")


def storm_of_errors(storm: Storm) -> None:
    """429 or 5xx of the provider."""
    status, times = storm.chance.choice([429, 500, 502, 503]), storm.chance.randint(1, 8)
    throttled = Fault(Effect.THROTTLE, times=min(times, 2), seconds=1)
    broken = Fault(
        Effect.SERVER_ERROR, status=500 if status < HTTPStatus.INTERNAL_SERVER_ERROR else status, times=times
    )
    storm.estate.cloudflare.faults.add(throttled if status == HTTPStatus.TOO_MANY_REQUESTS else broken)
    storm.hit(f"provider: {'429' if status == HTTPStatus.TOO_MANY_REQUESTS else '5xx'}")


def cluster_storm(storm: Storm) -> None:
    """429 or 5xx of the API server, to one pod or to all."""
    status, times = storm.chance.choice([429, 500, 503, 504]), storm.chance.randint(1, 12)
    for one in storm.chance.choice([[storm.leader], list(storm.members)]):
        one.kube.answer(status, times, headers={"Retry-After": "1"} if status == HTTPStatus.TOO_MANY_REQUESTS else None)
    storm.hit(f"cluster: {'429' if status == HTTPStatus.TOO_MANY_REQUESTS else '5xx'}")


def stop_api_server(storm: Storm) -> None:
    """The API server ends, and is started again later."""
    if not storm.api_server_is_down:
        storm.estate.cluster.stop_api_server(kill=storm.chance.random() < 1 / 2)
        storm.api_server_is_down = True
        storm.hit("cluster: API server restarted")
        if storm.chance.random() < 1 / 2:
            time.sleep(storm.chance.uniform(0, LONG))


def partition(storm: Storm) -> None:
    """One link of a pod carries nothing any more, in silence or with its connections reset, for a while."""
    member, link = storm.any(), storm.chance.choice(["cluster", "cluster", "provider", "address sources", "all"])
    if link in {"cluster", "all"}:
        storm.leader_ends(member)
        member.kube.go_silent()
    if link in {"provider", "all"}:
        member.api.go_silent()
    if link in {"address sources", "all"}:
        member.stun.silent = member.http.silent = True
    storm.hit(f"partition: pod and {link}")
    time.sleep(storm.chance.uniform(0, LONG))


def freeze(storm: Storm) -> None:
    """Time stops for a standby or an idle leader, as for a virtual machine that is moved, and goes on."""
    member = storm.any()
    member.pod.freeze()
    if any(map(is_engine, member.pod.processes())):
        member.pod.thaw()  # an engine that wakes up later would write before anybody could stop it
        return
    storm.leader_ends(member)
    storm.hit("frozen: pod")
    time.sleep(storm.chance.uniform(0, LONG))


def jump_clock(storm: Storm) -> None:
    """The wall clock of a pod jumps."""
    member = storm.any()
    if member.clock:
        member.clock.jump(storm.chance.choice([-3000, -60, 60, 3600, 6 * 3600]))
        storm.hit("clock: jumped")


def fill_disk(storm: Storm) -> None:
    """A pod's file system is full."""
    member = storm.any()
    if member.disk:
        member.disk.fill()
        storm.hit("disk: full")


def damage_checkpoint(storm: Storm) -> None:
    """The engine's state is cut off, is garbage, or has gone: in its file, or in one of its Secrets."""
    if storm.estate.state == "file":
        _damage_file(storm, storm.estate.folder / "state" / ".pulumi" / "stacks" / "truenorth" / f"{STACK}.json")
    elif not storm.api_server_is_down:
        _damage_secret(storm)


def _damage_file(storm: Storm, file: Path) -> None:
    if not file.exists():
        return
    what = storm.chance.choice(["cut off", "gone", "garbage", "garbage"])
    if what == "gone":
        file.unlink(missing_ok=True)
    elif what == "cut off":
        whole = file.read_bytes()
        file.write_bytes(whole[: storm.chance.randrange(len(whole) or 1)])
    else:
        file.write_text(storm.chance.choice(_DAMAGED), encoding="utf-8")
    storm.hit(f"checkpoint: {what}")


def _damage_secret(storm: Storm) -> None:
    admin, collection = storm.estate.cluster.admin, f"/api/v1/namespaces/{storm.estate.namespace}/secrets"
    names = [one["metadata"]["name"] for one in admin.call("GET", collection)["items"]]
    ours = sorted(name for name in names if name.startswith(STATE))
    if not ours:
        return
    name = storm.chance.choice(ours)
    data = dict.fromkeys(admin.call("GET", f"{collection}/{name}")["data"], "Z2FyYmFnZQ==")
    try:
        admin.call("PATCH", f"{collection}/{name}", {"data": data}, content_type=MERGE)
        storm.hit("checkpoint: a Secret is garbage")
    except ApiError as error:
        if error.code != _IMMUTABLE:
            raise
        admin.call("DELETE", f"{collection}/{name}")
        storm.hit("checkpoint: a Secret is gone")


FAULTS: tuple[Strike, ...] = (
    *(kill_at_a_moment,) * 6,
    *(kill_now, kill_now, roll_out),
    *(lose_answers, lose_answers, storm_of_errors, storm_of_errors),
    *(cluster_storm, cluster_storm, stop_api_server),
    *(partition,) * 4,
    *(freeze, jump_clock, fill_disk, damage_checkpoint, damage_checkpoint),
)
