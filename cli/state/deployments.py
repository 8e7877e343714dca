"""Get a stack's state as a deployment, and replace it, by way of the engine or straight from a folder."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.engine.failure import RunFailed, mendable
from cli.session.backend import state_folder
from cli.state import checkpoint
from cli.state.listing import UNREADABLE_HERE
from stacks.model.errors import ObservationError, UserError
from stacks.observe.pulumi_cli import PulumiAnswer, ask_pulumi

if TYPE_CHECKING:
    from cli.session.session import Session

VERSION = 3
"""The version of the document (apitype.UntypedDeployment)."""
_DEADLINE = 120.0


def deployment_of(session: Session, *, decrypted: bool = False) -> Mapping[str, Any] | None:
    """Return the deployment of a stack; empty for one that has never run, None where there is none.

    decrypted: whether its secrets are in plain, which another stack can import; without, no engine is started where
    state lies in a folder. Raises ObservationError where the state cannot be read.
    """
    folder, stack = state_folder(session.backend), session.stack
    if folder is not None and not decrypted:
        kept = folder / "stacks" / session.project.name
        if not any((kept / f"{stack}{ending}").exists() for ending in UNREADABLE_HERE):
            there = checkpoint.current(folder, session.project.name, stack)
            if there is None:
                return None
            if not there.fault:
                return there.deployment
    done = pulumi_stack(session, "export", *(["--show-secrets"] if decrypted else []))
    if done.lacks_stack:
        return None
    if not done.succeeded:
        raise ObservationError(f"the state of stack {stack} could not be read: {done.reason}")
    return json.loads(done.stdout).get("deployment") or {}


def replace_deployment(session: Session, deployment: Mapping[str, Any]) -> None:
    """Replace the state of an existing stack. Called within `StateStore.writing`.

    Raises UserError or RunFailed where the engine refuses the deployment.
    """
    with tempfile.TemporaryDirectory(prefix="truenorth-push-") as folder:
        given = Path(folder) / "state.json"
        given.write_text(json.dumps({"version": VERSION, "deployment": deployment}), encoding="utf-8")
        done = pulumi_stack(session, "import", f"--file={given}")
    if not done.succeeded:
        known: UserError | None = mendable(done.stderr, stack=session.stack, backend=session.backend)
        raise known or RunFailed(f"the engine does not take the state of stack {session.stack}: {done.reason}")


def pulumi_stack(session: Session, verb: str, *arguments: str) -> PulumiAnswer:
    """Run `pulumi stack VERB` for the session's stack. Raises ObservationError where it does not end in time."""
    return ask_pulumi(
        session.engine.pulumi,
        ("stack", verb, f"--stack={session.stack}", *arguments),
        session.environment,
        cwd=session.project.folder,
        failed=f"the state of stack {session.stack} could not be had",
        deadline=_DEADLINE,
    )
