"""`truenorth watch` on the lab, and what it tells."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cli.conftest import ROOT, TRUENORTH, Inside


@contextmanager
def watching(inside: Inside, *arguments: str, **fields: Any) -> Iterator[subprocess.Popen[str]]:  # noqa: ANN401 - fields of the settings
    """`truenorth watch --json` with a look a second, and these WAN settings; killed if the test leaves it running."""
    wan = json.loads(inside.environment["TRUENORTH_WAN"]) | {"interval": 1} | fields
    with subprocess.Popen(
        [TRUENORTH, "watch", "--json", *arguments],
        cwd=ROOT,
        env={**inside.environment, "TRUENORTH_WAN": json.dumps(wan)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watcher:
        try:
            yield watcher
        finally:
            watcher.kill()


def told(watcher: subprocess.Popen[str], kind: str) -> dict[str, Any]:
    """The next event of this kind."""
    return until(watcher, kind)[-1]


def until(watcher: subprocess.Popen[str], kind: str) -> list[dict[str, Any]]:
    """All events up to the next of this kind."""
    assert watcher.stdout is not None
    events: list[dict[str, Any]] = []
    for line in watcher.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] == kind:
            return events
    raise AssertionError((watcher.stderr.read() if watcher.stderr else "") + "".join(f"\n{one}" for one in events[-5:]))


def ended(watcher: subprocess.Popen[str]) -> int:
    """Ask it to end, and its exit code."""
    watcher.send_signal(signal.SIGTERM)
    watcher.communicate(timeout=180)
    return watcher.returncode


def locks(inside: Inside) -> list[str]:
    return [file.name for file in (inside.state / ".pulumi" / "locks").rglob("*.json")]
