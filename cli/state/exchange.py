"""A stack's state as a document that people and other tools can have: that of `pulumi stack export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cli.engine.stack import make_stack
from cli.errors import UserError
from cli.state.deployments import VERSION, pulumi_stack, replace_deployment, why
from cli.workplace import Workplace
from stacks.errors import ObservationError
from stacks.observe.registry import NO_STACK


def exported(workplace: Workplace) -> bytes:
    """The state as a document. Raises UserError where there is none, ObservationError where it cannot be read."""
    workplace.state.pull()
    done = pulumi_stack(workplace, "export")
    if done.returncode == 0:
        return done.stdout.encode()
    reason = why(done)
    if any(text in reason.lower() for text in NO_STACK):
        raise UserError(f"stack {workplace.stack} has no state yet", "--stack", "make it: truenorth up")
    raise ObservationError(f"the state of stack {workplace.stack} could not be read: {reason}")


def replace_state(workplace: Workplace, file: Path) -> None:
    """Put a document in the place of the state. Raises UserError where it is none, RunFailed where that fails."""
    deployment = _deployment(file)
    with workplace.state.writing(workplace.hold):
        make_stack(workplace)
        replace_deployment(workplace, deployment)


def _deployment(file: Path) -> dict[str, Any]:
    """The deployment in a file, which may also hold a checkpoint as the engine keeps it. Raises UserError."""
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
