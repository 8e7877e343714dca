"""The campaign `daemon`: replicas of `truenorth watch` in pods, with everything around them real or on loopback.

A seed draws one to three changes and one to three faults, and lets them happen at moments of its own. Then the faults
are lifted, and nobody lays a hand on anything: the zone must become as wished, no record of somebody else may have
changed, nothing of ours may be there twice, and at no moment may a pod have written without the lease.
"""

from __future__ import annotations

import math
import os
import random
import shutil
import signal
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.campaigns.daemon.changes import CHANGES, change_address
from bench.campaigns.daemon.check import differs, foreign_untouched
from bench.campaigns.daemon.estate import LEASE, QUICK, Pace, State, estate
from bench.campaigns.daemon.faults import FAULTS
from bench.campaigns.daemon.pods import member
from bench.campaigns.daemon.storm import Storm
from bench.campaigns.daemon.witness import Witness, watching_lease
from bench.campaigns.wrong import WrongError
from cli.engine.install.install import install
from lab.kube.build import install as install_kube
from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from stacks.settings.watch import WatchSettings

PODS = ("north", "south")
PAUSE = 1.0
"""Seconds between two happenings at most."""
TRAPPED = 4.0
"""Seconds for which traps that have not sprung are given a chance."""
RECOVERY = 240.0
"""Seconds in which the zone must be as wished once all faults are lifted."""
TAKEOVER = 15.0
"""Seconds within which another process leads once a leader was killed."""
MENDED, FAILED, RECOVERED = "mended after a crash", "runs that failed", "seconds of recovery, in all"
_KEPT_AWAY = ("cluster:", "partition:", "frozen:")
"""How that is counted which may keep all from taking over for a while."""
_STATES: tuple[State, ...] = ("file", "kubernetes")

Outcome = tuple[int, Counter[str] | WrongError]


def play(seeds: Sequence[int]) -> Iterator[Outcome]:
    """Play seeds on a control plane of its own: those with state in a shared folder first, then those with Secrets.

    Where one goes wrong, the logs stay.
    """
    folder = Path(tempfile.mkdtemp(prefix="truenorth-bench-"))
    wrong = False
    with control_plane(folder / "kubernetes", programs=install_kube(os.environ)) as cluster:
        for seed, outcome in play_on(cluster, folder, seeds):
            wrong |= isinstance(outcome, WrongError)
            yield seed, outcome
    if not wrong:
        shutil.rmtree(folder)


def play_on(cluster: Cluster, folder: Path, seeds: Sequence[int]) -> Iterator[Outcome]:
    """Play seeds on this cluster. The estate goes on from one to the next; after a wrong one there is a new one."""
    for state in _STATES:
        left = [seed for seed in seeds if _STATES[seed % 2] == state]
        while left:
            yield from _until_wrong(cluster, Path(tempfile.mkdtemp(dir=folder)), state, left)


def _until_wrong(cluster: Cluster, folder: Path, state: State, left: list[int]) -> Iterator[Outcome]:
    try:
        with storming(cluster, folder, state) as storm:
            while left:
                outcome = one_seed(storm, left[0])
                yield left.pop(0), outcome
    except WrongError as error:
        yield left.pop(0), WrongError(f"{error} (logs: {folder})")


@contextmanager
def storming(
    cluster: Cluster, folder: Path, state: State, pace: Pace = QUICK, *, look: float = 1.0, clocks: bool = True
) -> Iterator[Storm]:
    """An estate that is as wished, with its pods; all are ended with the block.

    look: seconds between two looks at the address. clocks: those of the pods can be made to jump.
    """
    engine = install(os.environ)
    lease = WatchSettings.model_validate(pace).election.lease_duration
    with ExitStack() as running:
        place = running.enter_context(estate(cluster, folder, state, pace, look))
        witness = Witness(lease)
        running.enter_context(watching_lease(cluster, place.namespace, LEASE, witness))
        members = [running.enter_context(member(name, place, engine, witness.ears, clocks=clocks)) for name in PODS]
        storm = Storm(place, members, witness, random.Random(0))  # noqa: S311 - a repeatable draw
        witness.heeding = storm.heed
        for name in ("www", "api"):
            place.add_route(name)
        for one in members:
            one.pod.start()
        recover(storm)
        yield storm


def one_seed(storm: Storm, seed: int) -> Counter[str]:
    """One seed; what was met on the way. Raises WrongError."""
    storm.begin(random.Random(seed))  # noqa: S311 - a repeatable draw
    happenings: list[Callable[[Storm], None]] = [
        *(storm.chance.choice(CHANGES) for _ in range(storm.chance.randint(1, 3))),
        *(storm.chance.choice(FAULTS) for _ in range(storm.chance.randint(1, 3))),
    ]
    storm.chance.shuffle(happenings)
    try:
        _happen(storm, happenings)
    except WrongError as error:
        names = ", ".join(one.__name__ for one in happenings)
        raise WrongError(f"{error} (happened: {names}; struck: {dict(storm.told)})") from error
    return +storm.told


def _happen(storm: Storm, happenings: Sequence[Callable[[Storm], None]]) -> None:
    """Let these happen, lift all faults, and look whether all is well. Raises WrongError."""
    began = time.monotonic()
    for happens in happenings:
        happens(storm)
        time.sleep(storm.chance.uniform(0, PAUSE))
    if storm.traps:
        change_address(storm)  # so that the engine has something to do
        storm.witness.await_true(lambda: not storm.traps, TRAPPED)
    storm.lift()
    lifted = time.monotonic()
    recover(storm)
    storm.told[RECOVERED] += round(time.monotonic() - lifted)
    storm.told[MENDED] += len(storm.witness.since(began, "mended"))
    storm.told[FAILED] += len(storm.witness.since(began, "failure"))
    _check_processes(storm, began)
    _check_takeovers(storm)


def recover(storm: Storm) -> None:
    """Wait until the zone is as wished, nothing is found to do, and all pods take part in the election.

    A pod that is still starting could not take over from a leader that is ended next. Raises WrongError.
    """
    place, witness = storm.estate, storm.witness
    until = time.monotonic() + RECOVERY
    while True:
        if not witness.await_true(lambda: not differs(place), until - time.monotonic()):
            raise WrongError(f"{RECOVERY:g} s after the faults: {differs(place)}; {_last_words(storm)}")
        if _finds_nothing(storm, until):
            break
        if time.monotonic() > until:
            raise WrongError(f"{RECOVERY:g} s after the faults something is still to be done; {_last_words(storm)}")
    names = [one.name for one in storm.members]
    if not witness.await_true(lambda: all(map(witness.takes_part, names)), max(until - time.monotonic(), 0)):
        late = ", ".join(name for name in names if not witness.takes_part(name))
        raise WrongError(f"{RECOVERY:g} s after the faults {late} neither leads nor stands by")
    foreign_untouched(place)
    witness.one_at_a_time()


def _finds_nothing(storm: Storm, until: float) -> bool:
    """Whether the leader, asked to look at everything, finds nothing to do, and the zone is as wished then."""
    asked = time.monotonic()
    storm.leader.pod.signal(signal.SIGHUP)
    patience = min(10.0, max(until - asked, 0))
    if not storm.witness.await_true(lambda: bool(storm.witness.since(asked, "result")), patience):
        return False
    _, result = storm.witness.since(asked, "result")[-1]
    return not result["changes"] and not result["engine_runs"] and not differs(storm.estate)


def _check_processes(storm: Storm, began: float) -> None:
    """Raise WrongError where a process has ended by itself, or its own program was at fault."""
    for kind in ("fault", "fatal"):
        for pod, line in storm.witness.since(began, kind):
            raise WrongError(f"{pod}: {line}")
    for one in storm.members:
        codes = {code for code in one.pod.ends if code not in {0, -signal.SIGKILL}}
        if codes:
            raise WrongError(f"{one.name} ended by itself with exit code {codes}")


def _check_takeovers(storm: Storm) -> None:
    """Count how long it took until another process led. Raises WrongError where one that could did not in time."""
    kept_away = any(what.startswith(_KEPT_AWAY) for what in storm.told)
    holdings = storm.witness.holdings
    for moment, holder in storm.lost:
        taken = next((one.moment for one in holdings if one.moment >= moment and one.holder not in {"", holder}), None)
        if taken is None:
            continue  # it came back in time
        last = max(one.moment for one in holdings if one.holder == holder and one.moment < taken)
        seconds = taken - max(moment, last)
        storm.hit(f"takeovers in {math.ceil(seconds):2d} s")
        if seconds > TAKEOVER and not kept_away:
            raise WrongError(f"it took {seconds:.1f} s until another process led after {holder}")


def _last_words(storm: Storm) -> str:
    lines = storm.witness.lines[-400:]
    told = [(pod, line) for _, pod, line in lines if line.get("event") in {"failure", "refused", "fatal", "fault"}]
    said = "; ".join(f"{pod}: {str(line.get('reason', line))[:300]}" for pod, line in told[-2:])
    return f"{storm.witness.holder or 'nobody'} leads; said last: {said or 'nothing'}"


def percentile(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
