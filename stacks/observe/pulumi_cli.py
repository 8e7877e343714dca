"""Start Pulumi's command line program; no other module does.

The words by which the program reports a missing stack are matched here, and nowhere else: its exit code does not tell
(https://www.pulumi.com/docs/iac/cli/).
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stacks.model.errors import ObservationError

DEADLINE = 60.0
"""Seconds for the answer to a question; starting the program takes half a second on an idle machine."""
_NO_STACK = ("no stack named", "stack not found", "could not find stack")


class PulumiUnavailable(Exception):  # noqa: N818 - a state of the machine, not a fault of ours
    """Pulumi could not be started, or did not end in time. Its text is the reason."""


@dataclass(frozen=True, slots=True)
class PulumiAnswer:
    """The output of a Pulumi command that has ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def succeeded(self) -> bool:
        """Whether the exit code is 0."""
        return self.exit_code == 0

    @property
    def reason(self) -> str:
        """The error message, in one line."""
        return " ".join(self.stderr.split()).removeprefix("error: ")

    @property
    def lacks_stack(self) -> bool:
        """Whether the command failed because its stack does not exist."""
        return not self.succeeded and reports_missing_stack(self.stderr)


def reports_missing_stack(message: str) -> bool:
    """Tell whether an error message of Pulumi reports that its stack does not exist."""
    lowered = message.lower()
    return any(words in lowered for words in _NO_STACK)


def run_pulumi(
    pulumi: Path | str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    cwd: Path | None = None,
    deadline: float | None = DEADLINE,
) -> PulumiAnswer:
    """Run a Pulumi command to its end and return its output, whatever the exit code.

    deadline: seconds; None to wait for as long as it takes. Raises PulumiUnavailable.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own engine
            [str(pulumi), *arguments],
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=deadline,
            check=False,
        )
    except OSError as error:
        raise PulumiUnavailable(f"it cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise PulumiUnavailable(f"`pulumi {' '.join(arguments)}` did not end within {deadline:.0f} s") from error
    return PulumiAnswer(done.returncode, done.stdout, done.stderr)


def ask_pulumi(
    pulumi: Path | str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    cwd: Path,
    failed: str,
    deadline: float | None = DEADLINE,
) -> PulumiAnswer:
    """Run a Pulumi command that asks no questions of its own, as `run_pulumi` does.

    failed: the beginning of the message where there is no answer. Raises ObservationError.
    """
    try:
        return run_pulumi(pulumi, (*arguments, "--non-interactive"), environment, cwd=cwd, deadline=deadline)
    except PulumiUnavailable as error:
        raise ObservationError(f"{failed}: {error}") from error


def start_engine(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a run of the engine in a session of its own, where a terminal's Ctrl-C does not reach it unasked.

    Its output is text by lines, on two pipes.
    """
    return subprocess.Popen(  # noqa: S603 - our own engine
        command,
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
