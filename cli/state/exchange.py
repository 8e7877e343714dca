"""Exchange a stack's state with people and other tools, as the document of `pulumi stack export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cli.session.session import Session
from cli.session.stack import make_stack
from cli.state.deployments import VERSION, pulumi_stack, replace_deployment
from stacks.model.errors import ObservationError, UserError


def exported(session: Session) -> bytes:
    """Return the state as a document. Raises UserError without state, ObservationError where it cannot be read."""
    session.state.pull()
    done = pulumi_stack(session, "export")
    if done.lacks_stack:
        raise UserError(f"stack {session.stack} has no state yet", "--stack", "make it: truenorth up")
    if not done.succeeded:
        raise ObservationError(f"the state of stack {session.stack} could not be read: {done.reason}")
    return done.stdout.encode()


def replace_state(session: Session, file: Path) -> None:
    """Replace the state by a document in a file. Raises UserError for an unusable file, RunFailed for a refusal."""
    deployment = _deployment(file)
    with session.state.writing(session.hold):
        make_stack(session)
        replace_deployment(session, deployment)


def _deployment(file: Path) -> dict[str, Any]:
    """Read the deployment in a file: an exported document, or a checkpoint of the engine's. Raises UserError."""
    do = "give what `truenorth state pull` or `pulumi stack export` has written, or the file that a message has named"
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror}", str(file), do) from error
    except ValueError as error:
        raise UserError(f"the file is no JSON: {error}", str(file), do) from error
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise UserError(f"the file is no state of version {VERSION}", str(file), do)
    deployment = found["checkpoint"].get("latest") if isinstance(found.get("checkpoint"), dict) else None
    deployment = deployment or found.get("deployment")
    if not isinstance(deployment, dict):
        raise UserError("the file has no deployment", str(file), do)
    return deployment
