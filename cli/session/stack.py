"""Operate on a stack: make, up, refresh, preview, destroy. Each operation runs the engine once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cli.engine.failure import RunFailed, mendable, raise_for
from cli.engine.hold import NotHeld
from cli.engine.run import Listener, Program, Run, run_engine
from cli.session.session import Session
from cli.session.settings_copy import engine_settings
from stacks.observe.project import PROJECT_FILE
from stacks.observe.pulumi_cli import ask_pulumi, reports_missing_stack

WITHOUT_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


def up(session: Session, program: Program, listener: Listener, *, checkpoints: bool = True) -> Run:
    """Make the world as the program declares it, and before it the stack where it does not exist.

    What fails costs nothing but what depends on it: the engine does the rest, and the run fails in the end.
    checkpoints: whether the engine writes the whole state after each step rather than once at the end. That takes most
    of the time of a large run; after a kill of a run without them the marks in the zone serve to mend the state.
    """
    writing = _writing(session, checkpoints=checkpoints)
    return _with_stack(
        writing, ["up", "--yes", "--skip-preview", "--continue-on-error", *_common(session)], program, listener
    )


def preview(session: Session, program: Program, listener: Listener) -> Run:
    """Compute the steps of `up`. Nothing is touched but the stack's (empty) entry where there was none."""
    return _with_stack(session, ["preview", *_common(session)], program, listener)


def refresh(session: Session, targets: Sequence[str], listener: Listener) -> Run:
    """Read the resources with these URNs anew into the state, and clear pending operations of an interrupted run."""
    chosen = [f"--target={urn}" for urn in targets]
    return _run(
        session,
        ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", *_options(session), *chosen],
        None,
        listener,
    )


def destroy(session: Session, listener: Listener, *, checkpoints: bool = True) -> Run:
    """Delete everything that the stack owns, and nothing else. checkpoints: as in `up`."""
    arguments = ["destroy", "--yes", "--skip-preview", "--refresh=false", *_options(session)]
    return _run(_writing(session, checkpoints=checkpoints), arguments, None, listener)


def _writing(session: Session, *, checkpoints: bool) -> Session:
    if checkpoints:
        return session
    return replace(session, environment={**session.environment, **WITHOUT_CHECKPOINTS})


def _options(session: Session) -> list[str]:
    return [
        f"--stack={session.stack}",
        f"--parallel={session.parallel}",
    ]


def _common(session: Session) -> list[str]:
    # Drift is found by one listing and refreshed where it is; the project's `refresh: always` is for `pulumi up`.
    return ["--refresh=false", *_options(session)]


def _with_stack(session: Session, arguments: list[str], program: Program, listener: Listener) -> Run:
    try:
        return _run(session, arguments, program, listener)
    except RunFailed as failure:
        if not reports_missing_stack(str(failure)):
            raise
    make_stack(session)
    return _run(session, arguments, program, listener)


def make_stack(session: Session) -> None:
    """Make the stack; it is not selected, so that the user's own choice stays. Raises UserError or RunFailed.

    Pulumi writes the stack's salt beside the project file. No setting is a secret, so the user's files need none, and
    may be read-only: the project file of this one call is a copy elsewhere.
    """
    with tempfile.TemporaryDirectory(prefix="truenorth-stack-") as folder:
        described = json.dumps({"name": session.project.name, "runtime": "python"})  # JSON is YAML
        (Path(folder) / PROJECT_FILE).write_text(described, encoding="utf-8")
        done = ask_pulumi(
            session.engine.pulumi,
            ("stack", "init", session.stack, "--no-select"),
            session.environment,
            cwd=Path(folder),
            failed=f"stack {session.stack} could not be made",
            deadline=None,
        )
    if not done.succeeded and "already exists" not in done.stderr:
        raise mendable(done.stderr, stack=session.stack, backend=session.backend) or RunFailed(done.stderr.strip())


def _run(session: Session, arguments: list[str], program: Program | None, listener: Listener) -> Run:
    if arguments[0] == "preview":
        session.state.pull()
        return _run_engine(session, arguments, program, listener)
    with session.state.writing(session.hold):
        return _run_engine(session, arguments, program, listener)


def _run_engine(session: Session, arguments: list[str], program: Program | None, listener: Listener) -> Run:
    try:
        with engine_settings(session) as settings:
            run = run_engine(
                [*arguments, f"--config-file={settings}"],
                pulumi=session.engine.pulumi,
                cwd=session.project.folder,
                environment=session.environment,
                listener=listener,
                program=program,
                hold=session.hold,
            )
    except NotHeld as error:
        raise RunFailed(f"the engine was not started: {error}", interrupted=True) from error
    raise_for(run, stack=session.stack, backend=session.backend)
    return run
