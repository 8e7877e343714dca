"""Word the failure of an engine's run for an operator, apart by faults to mend and faults that pass."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cli.engine.run import Run
from stacks.model.errors import NotNow, UserError

LOCK = re.compile(r"created by (?P<owner>\S+) \(pid (?P<pid>\d+)\) at (?P<time>\S+)")
TRACEBACK = "Traceback (most recent call last)"
"""Begins the report of a fault in the program itself; --json has it whole."""
ECHOES = ("update failed", "preview failed", "an unhandled error occurred")
"""Words that the engine repeats at the end of a run."""
DISK_FULL = ("no space left on device", "disk quota exceeded")
ANSWER = re.compile(r'"http://127\.0\.0\.1:\d+/[^"\s]*": (?P<status>\d{3}(?: [A-Z][A-Za-z]*)*)')
"""An answer that came by way of the API proxy, as Cloudflare's plugin reports it."""
GANDI_ANSWER = re.compile(r"StatusCode: (?P<status>\d{3}) ; Err: (?:(?P=status)(?:: )?)?(?P<words>.*?)\s*\Z")
"""An answer as Gandi's plugin reports it."""
API_ERROR = re.compile(r'"code":\s*(\d+),\s*"message":\s*"((?:[^"\\]|\\.)*)"')
PLUGIN_MISSING = re.compile(
    r"no resource plugin '([^']+)'|resource plugin ([\w-]+) is expected|could not load plugin for (\w+)"
)


class Locked(NotNow):
    """Another run holds the lock of the state. owners: the owner of each lock as user@host, process id and time."""

    def __init__(self, what: str, where: str, do: str, owners: tuple[tuple[str, int, str], ...]) -> None:
        super().__init__(what, where, do)
        self.owners = owners


class RunFailed(Exception):  # noqa: N818 - what happened, not what is wrong
    """The engine could not do everything. Its state holds what was done, and the next run goes on from there.

    interrupted: whether a signal ended the run. runs: the engine's runs that failed; none for another failure.
    """

    def __init__(self, message: str, *, interrupted: bool = False, runs: tuple[Run, ...] = ()) -> None:
        super().__init__(message)
        self.interrupted = interrupted
        self.runs = runs


def raise_for(run: Run, *, stack: str, backend: str) -> None:
    """Raise UserError or RunFailed where the run did not succeed."""
    if run.succeeded:
        return
    text = "\n".join([run.stderr, *(diagnostic.message for diagnostic in run.diagnostics)])
    raise mendable(text, stack=stack, backend=backend) or RunFailed(
        _message(run), interrupted=run.interrupted, runs=(run,)
    )


def failed_resources(failure: RunFailed) -> frozenset[str]:
    """Return the URNs of the resources that made a run fail; none where anything else did so, too."""
    if failure.interrupted:
        return frozenset()
    urns = frozenset(step.urn for run in failure.runs for step in run.steps if step.phase == "failed")
    errors = [one for run in failure.runs for one in run.diagnostics if one.severity == "error"]
    others = [one for one in errors if one.urn not in urns and not any(words in one.message for words in ECHOES)]
    return frozenset() if others else urns


def mendable(text: str, *, stack: str, backend: str) -> UserError | None:
    """Return the error that a user can mend, for a message of the engine; None for any other message."""
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


def _line(abouts: Sequence[str], what: str) -> str:
    """Return a message with the operations that it is about: the first by its name, and how many more."""
    first, *more = abouts
    others = f" and {len(more):,} more" if more else ""
    return f"{first}{others}: {what}" if first else what


def _in_words(message: str) -> str:
    """Return a plugin's report of an answer of its API in words: without the proxy's address, JSON and pages."""
    if gandi := GANDI_ANSWER.search(message):
        return ": ".join(filter(None, [f"the API answers {gandi['status']}", gandi["words"]]))
    answer = ANSWER.search(message)
    if answer is None:
        return message
    errors = [f"{text} ({code})" for code, text in API_ERROR.findall(message[answer.end() :])]
    return ": ".join(filter(None, [f"the API answers {answer['status'].strip()}", " ".join(dict.fromkeys(errors))]))


def _message(run: Run) -> str:
    """List the failed resources with the provider's messages, else the engine's errors, else its last output."""
    failed = {step.urn: step for step in run.steps if step.phase == "failed"}
    said: dict[str, dict[str, None]] = {}
    for diagnostic in run.diagnostics:
        message = diagnostic.message.partition(TRACEBACK)[0]
        if diagnostic.severity == "error" and not any(words in message for words in ECHOES):
            step = failed.get(diagnostic.urn)
            about = f"{step.operation} {step.name}" if step else ""
            said.setdefault(_in_words(" ".join(message.split())), {})[about] = None
    lines = [_line(sorted(abouts), what) for what, abouts in said.items()]
    if not lines:
        lines = [run.stderr.strip() or f"the engine ended with exit code {run.exit_code}"]
    if run.interrupted:
        lines.insert(0, "the run was interrupted; what was done so far is in the state")
    return "\n".join(dict.fromkeys(lines))
