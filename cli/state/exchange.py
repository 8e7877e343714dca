"""A stack's state as a document that people and other tools can have: that of `pulumi stack export`."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from cli.engine.failure import RunFailed, mendable
from cli.engine.stack import make_stack
from cli.errors import UserError
from cli.workplace import Workplace
from stacks.errors import ObservationError
from stacks.observe.registry import NO_STACK

_VERSION = 3
"""Of the document (apitype.UntypedDeployment), and of the checkpoint that the engine keeps in a folder."""
DEADLINE = 120.0


def exported(workplace: Workplace) -> bytes:
    """The state as a document. Raises UserError where there is none, ObservationError where it cannot be read."""
    workplace.state.pull()
    done = _pulumi(workplace, "export")
    if done.returncode == 0:
        return done.stdout.encode()
    reason = " ".join(done.stderr.split()).removeprefix("error: ")
    if any(text in reason.lower() for text in NO_STACK):
        raise UserError(f"stack {workplace.stack} has no state yet", "--stack", "make it: truenorth up")
    raise ObservationError(f"the state of stack {workplace.stack} could not be read: {reason}")


def replace_state(workplace: Workplace, file: Path) -> None:
    """Put a document in the place of the state. Raises UserError where it is none, RunFailed where that fails."""
    document = _document(file)
    with workplace.state.writing(workplace.hold), tempfile.TemporaryDirectory(prefix="truenorth-push-") as folder:
        given = Path(folder) / "state.json"
        given.write_text(json.dumps(document), encoding="utf-8")
        make_stack(workplace)
        done = _pulumi(workplace, "import", f"--file={given}")
        if done.returncode != 0:
            known = mendable(done.stderr, stack=workplace.stack, backend=workplace.backend)
            raise known or RunFailed(f"the engine does not take the state: {' '.join(done.stderr.split())}")


def _pulumi(workplace: Workplace, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    stack = f"--stack={workplace.stack}"
    try:
        return subprocess.run(  # noqa: S603 - our own engine
            [str(workplace.engine.pulumi), "stack", verb, stack, "--non-interactive", *arguments],
            cwd=workplace.project,
            env=dict(workplace.environment),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ObservationError(f"the state could not be had within {DEADLINE:g} s: pulumi stack {verb}") from error


def _document(file: Path) -> dict[str, Any]:
    """The document in a file, which may also hold a checkpoint as the engine keeps it. Raises UserError."""
    do = "give what `truenorth state pull` or `pulumi stack export` has written, or the file that a message has named"
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror}", str(file), do) from error
    except ValueError as error:
        raise UserError(f"the file is no JSON: {error}", str(file), do) from error
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        raise UserError(f"the file is no state of version {_VERSION}", str(file), do)
    if isinstance(found.get("checkpoint"), dict):
        found = {"version": _VERSION, "deployment": found["checkpoint"].get("latest")}
    if not isinstance(found.get("deployment"), dict):
        raise UserError("the file has no deployment", str(file), do)
    return found
