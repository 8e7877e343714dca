"""After a crash: locks that nobody holds are broken, a damaged state is mended, what state has lost is found again.

`recover` is called before a run that follows a start, a change of leaders, or a run that did not end well; `begin` and
`end` of `unfinished` around each convergence. Where all is well this reads two small files and starts nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from cli.backend import mend_sidecars, state_folder
from cli.engine.failure import Locked
from cli.errors import NotNow, UserError
from cli.loop.news import Mended
from cli.recovery import checkpoint, locks, unfinished
from cli.recovery.rebuild import joined, takeover_by, traces_in
from stacks.plan.adoption import Takeover, Traces

if TYPE_CHECKING:
    from pathlib import Path

    from cli.converge import Convergence
    from cli.workplace import Workplace

Told = Callable[[Mended], None]
"""Hears what was put right."""
PATIENCE = 10.0
"""Seconds that an engine on this machine may take to end: its `truenorth` was killed, and it finishes what it began."""


def recover(
    workplace: Workplace,
    told: Told,
    *,
    leads_since: datetime | None = None,
    after: Exception | None = None,
    patience: float = PATIENCE,
) -> Takeover | None:
    """Put right what a crash has left, and return what the next convergence has to take over (`converge(takeover=)`).

    leads_since: since when no other process than this one may run the engine on this stack, as the leader of all
    replicas does; None where nobody sees to that. after: what the last run ended with, if it failed.
    patience: seconds that an engine on this machine, whose lock is met, is given to end.
    Raises UserError where only a person can go on: NotNow where time may help, Locked of these where a run goes on
    elsewhere. Raises ObservationError where a backend that is no folder could not be read.
    """
    workplace.state.pull()
    folder = state_folder(workplace.backend)
    leads = Traces(wanted=leads_since is not None)
    if folder is None:
        if isinstance(after, Locked):
            for what in locks.cancel_dead(workplace, after, leads_since, patience):
                told(Mended(what))
        return takeover_by(joined([leads, traces_in(checkpoint.exported(workplace))]))
    try:
        dead = locks.dead_files(workplace, folder, leads_since, patience)
        found = joined([leads, _mended(workplace, folder, told, dead)])
    except OSError as error:
        raise NotNow(
            f"the state of stack {workplace.stack} cannot be put right: {os.strerror(error.errno or 0)}",
            error.filename or str(folder),
            "make room or mend the permissions there, then run the same command again",
        ) from error
    return takeover_by(found)


def recovering(workplace: Workplace, told: Told, run: Callable[[Takeover | None], Convergence]) -> Convergence:
    """Recover, and run; once more where that met a lock whose owner turns out to be dead. Raises what these do."""
    takeover = recover(workplace, told)
    try:
        done = run(takeover)
    except Locked as locked:
        done = run(recover(workplace, told, after=locked))
    unfinished.end(workplace, done)
    return done


def foreseen(workplace: Workplace) -> Takeover | None:
    """What `recover` would return where there is nothing to mend. For a preview: nothing is touched."""
    workplace.state.pull()
    folder = state_folder(workplace.backend)
    if folder is None:
        return takeover_by(traces_in(checkpoint.exported(workplace)))
    there = checkpoint.current(folder, workplace.stack)
    return takeover_by(joined([unfinished.remembered(workplace), _gaps(workplace, folder, there)]))


def _mended(workplace: Workplace, folder: Path, told: Told, dead: Mapping[Path, str]) -> Traces:
    """The traces of what state misses, once the folder is in order."""
    mend_sidecars(workplace.backend)
    # What may be missing is written down before anything is removed that shows it: we may be killed, too.
    if dead:
        _remember(workplace, Traces(wanted=True))
    for file, what in dead.items():
        file.unlink(missing_ok=True)
        told(Mended(what))
    if what := checkpoint.mend_meta(folder):
        told(Mended(what))
    there = checkpoint.current(folder, workplace.stack)
    if there and there.is_of_a_newer_engine:
        raise UserError(
            f"the state of stack {workplace.stack} is of a newer engine",
            str(there.file),
            f"use the Pulumi that wrote it, or a newer one; this one is {workplace.engine.version}",
        )
    if there and there.fault:
        copies = checkpoint.copies(folder, workplace.stack)
        _remember(workplace, Traces(wanted=True, ids=checkpoint.ids_in(there, *copies)))
        told(Mended(checkpoint.mend(workplace, there, copies)))
        there = checkpoint.current(folder, workplace.stack)
    return joined([unfinished.remembered(workplace), _gaps(workplace, folder, there)])


def _remember(workplace: Workplace, traces: Traces) -> None:
    unfinished.remember(workplace, joined([unfinished.remembered(workplace), traces]))


def _gaps(workplace: Workplace, folder: Path, there: checkpoint.Checkpoint | None) -> Traces:
    if there is None:
        return Traces(wanted=True, ids=checkpoint.ids_in(*checkpoint.copies(folder, workplace.stack)))
    return traces_in(there.deployment)
