"""Recover from a crash: break the locks of dead owners, mend a damaged state, find the records lost from state.

`recover` is called before a run that follows a start, a change of leaders, or a run that did not end well. It looks at
all stacks of the session's estate. Where all is well it reads the files that have changed, and starts no engine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from cli.engine.failure import Locked
from cli.events import Mended
from cli.recovery import intent_log, locks
from cli.session.backend import mend_sidecars, state_folder
from cli.state import checkpoint
from cli.state.checkpoint_cache import summary_of
from cli.state.gaps import Gaps, gaps_in
from cli.terminal import styled
from stacks.model.errors import NotNow, UserError
from stacks.model.shards import INFIX, estate_of
from stacks.plan.records.adoption import Takeover, Traces

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from cli.recovery.locks import Leading
    from cli.session.session import Session

Told = Callable[[Mended], None]
"""Is called with each thing that was put right."""
AT_ONCE = 4
"""Engines that export state side by side."""
PATIENCE = 10.0
"""Seconds that an engine on this machine may take to end, where the kernel does not end it with its `truenorth`."""


def recover(
    session: Session,
    told: Told,
    *,
    leading: Leading | None = None,
    after: Exception | None = None,
    patience: float = PATIENCE,
) -> Takeover | None:
    """Put right the remains of a crash, and return the takeover for the next convergence (`converge(takeover=)`).

    leading: the leadership of this process, without which no replica runs the engine on this estate; None where there
    is no election. after: what the last run ended with, if it failed.
    patience: seconds that an engine on this machine, whose lock is met, is given to end.
    Raises UserError where only a person can go on: NotNow where time may help, Locked of these where a run goes on
    elsewhere. Raises ObservationError where a backend that is no folder could not be read.
    """
    session.state.pull()
    folder, stacks = state_folder(session.backend), stacks_of(session)
    leads = Traces(wanted=leading is not None)
    if folder is None:
        if isinstance(after, Locked):
            _without_dead_locks(session, stacks, after, told, leading, patience)
        return takeover_by(joined([leads, _traces_in(_exported(session, stacks))]))
    try:
        there = {stack: locks.there(session.at(stack), folder) for stack in stacks}
        if leading:
            leading.look([one for each in there.values() for one in each.values() if isinstance(one, locks.EngineLock)])
            leading.end_look()
        dead = {stack: locks.dead_files(session.at(stack), there[stack], leading, patience) for stack in stacks}
        found = joined([leads, _mended(session, folder, told, dead)])
    except OSError as error:
        raise NotNow(
            f"the state of stack {session.stack} cannot be put right: {os.strerror(error.errno or 0)}",
            error.filename or str(folder),
            "make room or mend the permissions there, then run the same command again",
        ) from error
    return takeover_by(found)


def printing_on(console: Console) -> Told:
    """Return a function that prints each repair."""

    def told(mended: Mended) -> None:
        console.print(styled(("recovered", "yellow"), f": {mended.what}"), soft_wrap=True)

    return told


def foreseen(session: Session) -> Takeover | None:
    """Return the takeover of `recover` without mending anything, for a preview."""
    session.state.pull()
    folder, stacks = state_folder(session.backend), stacks_of(session)
    if folder is None:
        return takeover_by(_traces_in(_exported(session, stacks)))
    return takeover_by(_shown(session, folder, stacks))


def stacks_of(session: Session) -> tuple[str, ...]:
    """Return the stacks of the estate that have state, the estate's own first, with or without state."""
    return (estate_of(session.stack), *session.state.shards())


def _without_dead_locks(
    session: Session,
    stacks: Sequence[str],
    after: Locked,
    told: Told,
    leading: Leading | None,
    patience: float,
) -> None:
    """Remove the dead locks that a run has met, as its error names them."""
    met = [stack for stack in stacks if any(f"stack {stack} is locked" in one.what for one in after.problems)]
    for stack in met or [session.stack]:
        for what in locks.cancel_dead(session.at(stack), after, leading, patience):
            told(Mended(what))


def _exported(session: Session, stacks: Sequence[str]) -> list[Gaps]:
    with ThreadPoolExecutor(AT_ONCE, "state export") as pool:
        return list(pool.map(lambda stack: gaps_in(checkpoint.exported(session.at(stack))), stacks))


def _mended(session: Session, folder: Path, told: Told, dead: Mapping[str, Mapping[Path, str]]) -> Traces:
    """The traces of what state misses, once the folder is in order."""
    mend_sidecars(session.backend)
    kept = intent_log.journaled(session)
    if kept.damage:
        told(Mended(f"of what a run that was cut off has written to the zones, not all can be read: {kept.damage}"))
    # What may be missing is written down before anything is removed that shows it: we may be killed, too.
    for stack, files in dead.items():
        if files:
            _remember(session.at(stack), Traces(wanted=True))
        for file, what in files.items():
            file.unlink(missing_ok=True)
            told(Mended(what))
    if what := checkpoint.mend_meta(folder):
        told(Mended(what))
    for stack in dead:
        seen = summary_of(folder, session.project.name, stack)
        if seen is not None and not seen.is_sound:
            _mend(session.at(stack), folder, told)
    intent_log.let_settle(session, kept)
    return _shown(session, folder, tuple(dead))


def _mend(session: Session, folder: Path, told: Told) -> None:
    """Mend one stack's checkpoint. Raises UserError where it is of a newer engine."""
    there = checkpoint.current(folder, session.project.name, session.stack)
    if there and there.is_of_a_newer_engine:
        raise UserError(
            f"the state of stack {session.stack} is of a newer engine",
            str(there.file),
            f"use the Pulumi that wrote it, or a newer one; this one is {session.engine.version}",
        )
    if there and there.fault:
        copies = checkpoint.copies(folder, session.project.name, session.stack)
        _remember(session, Traces(wanted=True, ids=checkpoint.ids_in(there, *copies)))
        told(Mended(checkpoint.mend(session, there, copies)))


def _remember(session: Session, traces: Traces) -> None:
    intent_log.remember(session, joined([intent_log.remembered(session), traces]))


def _shown(session: Session, folder: Path, stacks: Sequence[str]) -> Traces:
    """Return the traces in the checkpoints, in the notes about runs, and in the journal."""
    project = session.project.name
    seen = {stack: summary_of(folder, project, stack) for stack in stacks}
    # The estate's own stack is missed where it is not there; a shard only where there are copies of it.
    missing = [stack for stack, one in seen.items() if one is None] + _lost(folder, project, stacks)
    lost = [Traces(wanted=True, ids=checkpoint.ids_in(*checkpoint.copies(folder, project, stack))) for stack in missing]
    there = _traces_in([one.gaps for one in seen.values() if one is not None])
    return joined([there, *lost, *intent_log.all_remembered(session), intent_log.landed(session)])


def _lost(folder: Path, project: str, stacks: Sequence[str]) -> list[str]:
    """Return the shards without a checkpoint that have run, by the engine's notes."""
    try:
        noted = [one.name for one in (folder / "history" / project).iterdir()]
    except FileNotFoundError:
        return []
    return sorted(one for one in noted if one.startswith(stacks[0] + INFIX) and one not in stacks)


def joined(traces: Iterable[Traces]) -> Traces:
    """Return the union of these traces."""
    union = intent_log.NOTHING
    for one in traces:
        union = Traces(union.wanted or one.wanted, union.records | one.records, union.ids | one.ids)
    return union


def _traces_in(gaps: Iterable[Gaps]) -> Traces:
    """Return the findings from the gaps of an estate's stacks: begun creations, or no stack with a record."""
    found = tuple(gaps)
    lacks = not any(one.holds_any for one in found) or any(one.is_pending for one in found)
    return Traces(wanted=lacks, records=frozenset().union(*(one.records for one in found)))


def takeover_by(traces: Traces) -> Takeover | None:
    """Return the takeover for these traces; None where there are none."""
    return None if traces == intent_log.NOTHING else Takeover("truenorth", traces=traces)
