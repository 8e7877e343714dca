"""Runs all checks at once, within a time limit: a check that hangs is reported, and holds up no other."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from cli.doctor.finding import DoctorFinding, failed, of_problem
from stacks.model.errors import ObservationError, UserError

DEADLINE = 20.0
"""Seconds for all checks together."""


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """A check. about: its subject. look: returns findings; may raise UserError and ObservationError."""

    about: str
    look: Callable[[], Iterable[DoctorFinding]]


def examine(
    checks: Sequence[DoctorCheck], seconds: float = DEADLINE, clock: Callable[[], float] = time.monotonic
) -> tuple[DoctorFinding, ...]:
    """Run the checks, and return their findings in order. A check that has not ended in time makes a finding, too."""
    arrivals: SimpleQueue[tuple[int, tuple[DoctorFinding, ...]]] = SimpleQueue()
    for position, check in enumerate(checks):
        # Daemons: what hangs in a system call is left behind when the command ends.
        threading.Thread(target=_run, args=(position, check, arrivals), name=check.about, daemon=True).start()
    until = clock() + seconds
    found: dict[int, tuple[DoctorFinding, ...]] = {}
    while len(found) < len(checks):
        try:
            position, findings = arrivals.get(timeout=max(0.0, until - clock()))
        except Empty:
            break
        found[position] = findings
    do = "see whether the network or the machine is overloaded, and run it again with a longer --timeout"
    late = {
        position: (failed(check.about, f"this could not be found out within {seconds:g} s", check.about, do),)
        for position, check in enumerate(checks)
    }
    return tuple(finding for _, findings in sorted((late | found).items()) for finding in findings)


def _run(position: int, check: DoctorCheck, arrivals: SimpleQueue[tuple[int, tuple[DoctorFinding, ...]]]) -> None:
    findings: tuple[DoctorFinding, ...]
    try:
        findings = tuple(check.look())
    except UserError as error:
        findings = tuple(of_problem(check.about, problem) for problem in error.problems)
    except ObservationError as error:
        findings = (failed(check.about, str(error), check.about, "see whether it is up and can be reached from here"),)
    except Exception:  # noqa: BLE001 -- a fault of one check is told and ends no other
        # Told now, not when the thread ends: the finding below says "above".
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        findings = (failed(check.about, "the check itself failed, see above", check.about, "report it"),)
    arrivals.put((position, findings))
