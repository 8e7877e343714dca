"""Commands that are ended in the middle of a run of the engine, at one of its events."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cli.conftest import ROOT, STACK, TRUENORTH, Inside

HELD = {"effect": "late_answer", "seconds": 600.0, "method": "POST"}
"""What is to be made is made at once, and not answered before whoever asked is killed, however long that takes."""


@contextmanager
def up_at(
    inside: Inside, logical_name: str, phase: str = "started", *, command_line: Sequence[str] = ("up",)
) -> Iterator[subprocess.Popen[str]]:
    """A command, in the moment of an event of a record; it is awaited at the end of the block."""
    with subprocess.Popen(
        [TRUENORTH, *command_line, "--stack", STACK, "--json"],
        cwd=ROOT,
        env=dict(inside.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as command:
        assert command.stdout is not None
        for line in command.stdout:
            event = json.loads(line)
            if (
                event["event"] == "step"
                and event["phase"] == phase
                and event["urn"].endswith(f":DnsRecord::{logical_name}")
            ):
                break
        else:
            raise AssertionError(f"{logical_name} was not {phase}")
        yield command
        command.stdout.read()


def kill_all(command: subprocess.Popen[str]) -> None:
    """End the command, its engine and the plugin at once, as far as they have not ended by themselves."""
    for process in [*descendants(command.pid), command.pid]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def named(command: subprocess.Popen[str], name: str) -> int:
    """The process of this command whose program has this name, as far as the system keeps it."""
    return next(one for one in descendants(command.pid) if _stat(one)[0].startswith(name[:15]))


def descendants(parent: int) -> list[int]:
    """All processes that this one has started, and those that these have."""
    everybody = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    children = [one for one in everybody if _stat(one)[1] == parent]
    return [*children, *(one for child in children for one in descendants(child))]


def _stat(process: int) -> tuple[str, int]:
    """The name and the parent of a process; "" and 0 where it has ended."""
    try:
        before, _, after = Path(f"/proc/{process}/stat").read_text().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return "", 0
    return before.partition("(")[2], int(after.split()[1])
