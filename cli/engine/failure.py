"""Says in an operator's words why a run of the engine failed, and tells what the user can mend from what may pass."""

from __future__ import annotations

import re

from cli.engine.run import Run
from stacks.model.errors import NotNow, UserError

LOCK = re.compile(r"created by (?P<owner>\S+) \(pid (?P<pid>\d+)\) at (?P<time>\S+)")
TRACEBACK = "Traceback (most recent call last)"
"""Of a fault in the program itself; --json has it whole."""
ECHOES = ("update failed", "preview failed", "an unhandled error occurred")
"""What the engine says once more at the end."""
DISK_FULL = ("no space left on device", "disk quota exceeded")
PLUGIN_MISSING = re.compile(
    r"no resource plugin '([^']+)'|resource plugin ([\w-]+) is expected|could not load plugin for (\w+)"
)


class Locked(NotNow):
    """Another run holds the lock of the state. owners: whose locks they are, as user@host, process and time."""

    def __init__(self, what: str, where: str, do: str, owners: tuple[tuple[str, int, str], ...]) -> None:
        super().__init__(what, where, do)
        self.owners = owners


class RunFailed(Exception):  # noqa: N818 - what happened, not what is wrong
    """The engine could not do all of it. What it did do is in the state; running again goes on from there.

    interrupted: a signal ended it.
    """

    def __init__(self, message: str, *, interrupted: bool = False) -> None:
        super().__init__(message)
        self.interrupted = interrupted


def raise_for(run: Run, *, stack: str, backend: str) -> None:
    """Raise UserError or RunFailed where the run did not succeed."""
    if run.succeeded:
        return
    text = "\n".join([run.stderr, *(diagnostic.message for diagnostic in run.diagnostics)])
    raise mendable(text, stack=stack, backend=backend) or RunFailed(_told(run), interrupted=run.interrupted)


def mendable(text: str, *, stack: str, backend: str) -> UserError | None:
    """The user's error that the engine's words speak of, or None."""
    lowered = text.lower()
    if "the stack is currently locked by" in lowered:
        owners = tuple((lock["owner"], int(lock["pid"]), lock["time"]) for lock in LOCK.finditer(text))
        holders = " and ".join(f"{owner} (process {pid}, since {time})" for owner, pid, time in dict.fromkeys(owners))
        return Locked(
            f"the state of stack {stack} is locked by {holders or 'another run'}",
            backend or "the backend in Pulumi.yaml",
            f"wait until that run has ended; if its process is gone: pulumi cancel --stack {stack} --yes",
            tuple(dict.fromkeys(owners)),
        )
    if any(words in lowered for words in DISK_FULL):
        return NotNow(
            "the disk is full: Pulumi's state could not be written",
            backend or "the backend in Pulumi.yaml",
            "make room, then run the same command again",
        )
    if "incorrect passphrase" in lowered or "passphrase must be set" in lowered:
        return UserError(
            "the passphrase does not fit the stack",
            f"PULUMI_CONFIG_PASSPHRASE, stack {stack}",
            "export the passphrase that the stack was made with",
        )
    if plugin := PLUGIN_MISSING.search(text):
        name = next(group for group in plugin.groups() if group)
        return UserError(
            f"the provider plugin {name} is not installed and could not be downloaded",
            "pulumi's plugin folder",
            f"run `pulumi plugin install resource {name}` where there is a network; to try things without one: "
            "truenorth lab start",
        )
    return None


def _told(run: Run) -> str:
    """The failed resources with the provider's words, else the engine's errors, else its last words."""
    failed = {step.urn: step for step in run.steps if step.phase == "failed"}
    lines = []
    for diagnostic in run.diagnostics:
        message = diagnostic.message.partition(TRACEBACK)[0]
        if diagnostic.severity == "error" and not any(words in message for words in ECHOES):
            step = failed.get(diagnostic.urn)
            about = f"{step.operation} {step.name}: " if step else ""
            lines.append(about + " ".join(message.split()))
    if not lines:
        lines = [run.stderr.strip() or f"the engine ended with exit code {run.exit_code}"]
    if run.interrupted:
        lines.insert(0, "the run was interrupted; what was done so far is in the state")
    return "\n".join(dict.fromkeys(lines))
