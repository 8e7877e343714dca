from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import ROOT, TRUENORTH, Inside

LISTING = ("GET", "dns_records")


@contextmanager
def watching(inside: Inside) -> Iterator[subprocess.Popen[str]]:
    """`truenorth watch --json` with a look a second; killed if the test leaves it running."""
    wan = json.loads(inside.environment["TRUENORTH_WAN"]) | {"interval": 1}
    with subprocess.Popen(
        [TRUENORTH, "watch", "--json"],
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
    assert watcher.stdout is not None
    for line in watcher.stdout:
        event: dict[str, Any] = json.loads(line)
        if event["event"] == kind:
            return event
    raise AssertionError(watcher.stderr.read() if watcher.stderr else "")


def ended(watcher: subprocess.Popen[str]) -> int:
    """Ask it to end, and its exit code."""
    watcher.send_signal(signal.SIGTERM)
    watcher.communicate(timeout=60)
    return watcher.returncode


def locks(inside: Inside) -> list[str]:
    return [file.name for file in (inside.state / ".pulumi" / "locks").rglob("*.json")]


def test_follows_the_address_and_ends_well(inside: Inside) -> None:
    inside.settings("www", "api")
    with watching(inside) as watcher:
        assert len(told(watcher, "result")["changes"]) == 4
        assert inside.zone()["www.example.com/A"] == FIRST_IPV4
        for address in ("203.0.113.8", "203.0.113.9"):
            remote.set_address(inside.places, address)
            assert {change["action"] for change in told(watcher, "result")["changes"]} == {"update"}
            assert set(inside.zone().values()) == {address}
        assert ended(watcher) == 0
    assert locks(inside) == []


def test_calls_no_api_while_nothing_changes(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside) as watcher:
        told(watcher, "result")
        inside.calls()
        # The next result is that of this change: whatever the loop did before it shows in the log too.
        remote.set_address(inside.places, "203.0.113.8")
        told(watcher, "result")
        calls = inside.calls()
        assert [method for method, _ in calls] == ["GET", "PUT"]
        assert ended(watcher) == 0


def test_tells_a_failure_and_tries_again(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.set_faults(inside.places, [{"effect": "server_error", "status": 503}])
        remote.set_address(inside.places, "203.0.113.8")
        assert "503" in told(watcher, "failure")["reason"]
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
        remote.set_faults(inside.places, [])
        told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": "203.0.113.8"}
        assert ended(watcher) == 0


def test_a_signal_in_the_middle_of_a_run_lets_the_engine_end_and_leaves_no_lock(inside: Inside) -> None:
    inside.settings("www", "api")
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.set_faults(inside.places, [{"effect": "latency", "seconds": 1.0, "method": "PUT"}])
        remote.set_address(inside.places, "203.0.113.8")
        assert told(watcher, "step")["phase"] == "started"
        assert ended(watcher) == 0
    remote.set_faults(inside.places, [])
    assert locks(inside) == []
    inside.result("up")
    assert set(inside.zone().values()) == {"203.0.113.8"}
    assert inside.result("up")["changes"] == []


def test_a_refused_token_ends_it_with_exit_code_2(inside: Inside) -> None:
    inside.settings("www")
    done = inside.run("watch", CLOUDFLARE_API_TOKEN="wrong-token-0123456789abcdefghijklmnopqr")
    assert done.returncode == 2
    assert "Cloudflare refuses the credentials" in done.stderr
