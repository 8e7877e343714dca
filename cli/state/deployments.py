"""A stack's state as the engine's document of it: had from a folder directly, put in place by the engine."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.engine.failure import RunFailed, mendable
from cli.session.backend import state_folder
from cli.session.project import PROJECT_NAME
from cli.state import checkpoint
from cli.state.listing import UNREADABLE_HERE
from stacks.model.errors import ObservationError, UserError
from stacks.observe.registry import NO_STACK

if TYPE_CHECKING:
    from cli.session.session import Session

VERSION = 3
"""Of the document (apitype.UntypedDeployment)."""
DEADLINE = 120.0


def deployment_of(session: Session, *, decrypted: bool = False) -> Mapping[str, Any] | None:
    """The deployment of a stack; empty for one that has never run, None where there is none.

    decrypted: with its secrets in plain, as another stack can take them in. Else no engine is started where state is in
    a folder. Raises ObservationError where it cannot be read.
    """
    folder, stack = state_folder(session.backend), session.stack
    if folder is not None and not decrypted:
        kept = folder / "stacks" / PROJECT_NAME
        if not any((kept / f"{stack}{ending}").exists() for ending in UNREADABLE_HERE):
            there = checkpoint.current(folder, stack)
            if there is None:
                return None
            if not there.fault:
                return there.deployment
    done = pulumi_stack(session, "export", *(["--show-secrets"] if decrypted else []))
    if done.returncode == 0:
        return json.loads(done.stdout).get("deployment") or {}
    reason = why(done)
    if any(text in reason.lower() for text in NO_STACK):
        return None
    raise ObservationError(f"the state of stack {stack} could not be read: {reason}")


def replace_deployment(session: Session, deployment: Mapping[str, Any]) -> None:
    """Put this in the place of the state of a stack that is there. Within `StateStore.writing`.

    Raises UserError or RunFailed where the engine does not take it.
    """
    with tempfile.TemporaryDirectory(prefix="truenorth-push-") as folder:
        given = Path(folder) / "state.json"
        given.write_text(json.dumps({"version": VERSION, "deployment": deployment}), encoding="utf-8")
        done = pulumi_stack(session, "import", f"--file={given}")
    if done.returncode != 0:
        known: UserError | None = mendable(done.stderr, stack=session.stack, backend=session.backend)
        raise known or RunFailed(f"the engine does not take the state of stack {session.stack}: {why(done)}")


def pulumi_stack(session: Session, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `pulumi stack VERB`. Raises ObservationError where it does not end."""
    try:
        return subprocess.run(  # noqa: S603 - our own engine
            [
                str(session.engine.pulumi),
                "stack",
                verb,
                f"--stack={session.stack}",
                "--non-interactive",
                *arguments,
            ],
            cwd=session.project,
            env=dict(session.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ObservationError(f"the state could not be had within {DEADLINE:g} s: pulumi stack {verb}") from error


def why(done: subprocess.CompletedProcess[str]) -> str:
    """What the engine says that went wrong."""
    return " ".join(done.stderr.split()).removeprefix("error: ")
