"""Checks Pulumi's state: whether it can be read and written, is intact, and is locked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, failed, ok, warning
from cli.engine.failure import Locked
from cli.engine.install.find import find
from cli.recovery import locks
from cli.session.backend import state_folder
from cli.session.open import open_session
from cli.session.session import Session
from cli.state import checkpoint
from cli.state.registries import registry_of_estate


def state(examined: Examined) -> Iterator[DoctorFinding]:
    """Check the state of a stack. Raises UserError, ObservationError where it cannot be read."""
    if find(examined.environment) is None:
        do = "run `truenorth engine install`, then this again"
        yield warning("state", "the state was not looked at: there is no engine yet", "engine", do)
        return
    session = open_session(
        examined.stack, examined.settings_file, examined.environment, examined.state_url, examined.project.folder
    )
    folder = state_folder(session.backend)
    if folder is not None:
        problems = [*_of_folder(session, folder)]
        yield from problems
        if any(one.do for one in problems):
            return
    try:
        registry = registry_of_estate(session)
    finally:
        session.state.close()
    where = session.state.url or session.backend or "the backend in Pulumi.yaml"
    if registry.interrupted:
        do = "the next `truenorth up` finds what landed, and goes on"
        yield warning("state", "a run was interrupted, and left something pending", where, do)
    count = len(registry.records)
    yield ok("state", f"it can be read; {count} record{'' if count == 1 else 's'} of ours, marks among them", where)


def _of_folder(session: Session, folder: Path) -> Iterator[DoctorFinding]:
    try:
        dead = locks.dead_files(session, locks.there(session, folder), None, 0.0)
    except Locked as locked:
        problem = locked.problems[0]
        yield warning(
            "state", f"a run is going on, or was killed on another machine: {problem.what}", problem.where, problem.do
        )
        dead = {}
    for file in dead:
        do = "nothing: the next `truenorth up` removes it"
        yield warning("state", "a lock was left by a run that was killed", str(file), do)
    there = checkpoint.current(folder, session.project.name, session.stack)
    if there and there.fault:
        do = (
            "the next `truenorth up` repairs it, or goes back to a copy and finds the rest in the zone; nothing is lost"
        )
        yield failed("state", f"it is damaged: {there.fault}", str(there.file), do)
    if folder.exists() and not os.access(folder, os.W_OK):
        yield failed("state", "its folder cannot be written", str(folder), "make it writable for this user")
