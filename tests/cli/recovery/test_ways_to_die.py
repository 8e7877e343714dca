"""A run that is ended in the middle, in each way there is: one more `up` ends with exactly the wish."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import STACK, Inside
from tests.cli.killing import HELD, descendants, kill_all, named, up_at

SECOND_IPV4 = "203.0.113.99"
LATE = {"effect": "latency", "seconds": 0.3, "method": "POST"}
SLOW = HELD | {"seconds": 10.0}
"""For where `truenorth` lives, and waits for the answer: long enough to find a process of it on a busy machine."""
PLUGINS = ("pulumi-resource", "lab.plugin")
"""In the command line of the provider's plugin, the real one or the stand-in."""
WAYS: dict[str, tuple[str, str, dict[str, object], Callable[[subprocess.Popen[str]], None]]] = {
    "all of it as the first mark is made": ("www.example.com/A/mark", "started", HELD, kill_all),
    "the engine as a mark is made": (
        "www.example.com/A/mark",
        "started",
        SLOW,
        lambda command: os.kill(named(command, "pulumi"), signal.SIGKILL),
    ),
    "truenorth alone once a record is made": (
        "www.example.com/A",
        "done",
        LATE,
        lambda command: command.kill(),
    ),
    "the plugin as a mark is made": (
        "www.example.com/A/mark",
        "started",
        SLOW,
        lambda command: os.kill(_plugin(command), signal.SIGKILL),
    ),
    "a signal as a mark is made": ("www.example.com/A/mark", "started", LATE, lambda command: command.terminate()),
}


def _plugin(command: subprocess.Popen[str]) -> int:
    """The process that serves the provider."""
    for one in descendants(command.pid):
        with suppress(FileNotFoundError):  # it has just ended
            line = Path(f"/proc/{one}/cmdline").read_text()
            if any(plugin in line for plugin in PLUGINS):
                return one
    raise AssertionError(f"no plugin runs below process {command.pid}")


@pytest.mark.parametrize("way", WAYS)
def test_one_more_run_mends_it_though_the_address_has_changed_and_a_name_is_not_wanted_any_more(
    inside: Inside, way: str
) -> None:
    name, phase, fault, end = WAYS[way]
    inside.settings("www", "api", "late", confirm=0)
    remote.set_faults(inside.places, [fault])
    with up_at(inside, name, phase) as command:
        end(command)
    remote.set_faults(inside.places, [])
    remote.edit_record(inside.places, {"type": "A", "name": "foreign.example.com", "content": FIRST_IPV4, "ttl": 300})
    remote.set_address(inside.places, SECOND_IPV4)
    inside.settings("www", "api", confirm=0)
    assert inside.result("up")["conflicts"] == []
    assert inside.zone() == {
        "www.example.com/A": SECOND_IPV4,
        "api.example.com/A": SECOND_IPV4,
        "foreign.example.com/A": FIRST_IPV4,
    }
    assert len(remote.records(inside.places)) == 5
    inside.calls()
    for _ in range(2):
        assert inside.result("up")["changes"] == []
    assert {method for method, _ in inside.calls()} == {"GET"}
    assert not list((inside.state / ".pulumi" / "locks").rglob(f"{STACK}/*.json"))
    left = [file.suffix for file in (inside.state / ".pulumi" / "truenorth").glob("*")]
    assert left == [".instance"]


def test_an_engine_that_waits_for_its_plugin_as_its_truenorth_is_killed_holds_up_the_next_no_longer(
    inside: Inside,
) -> None:
    """The plugin finds the proxy gone, and would try again and again for minutes."""
    inside.settings("www", confirm=0)
    remote.set_faults(inside.places, [HELD])
    with up_at(inside, "www.example.com/A/mark") as command:
        engine, plugin = named(command, "pulumi"), _plugin(command)
        os.kill(plugin, signal.SIGSTOP)
        command.kill()
        waiting = os.pidfd_open(engine)
        os.kill(plugin, signal.SIGCONT)
    try:
        assert select.select([waiting], [], [], 60)[0]
    finally:
        os.close(waiting)
    remote.set_faults(inside.places, [])
    assert inside.result("up")["conflicts"] == []
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}


def test_what_a_killed_run_had_sent_may_land_after_the_next_has_looked(inside: Inside) -> None:
    """The API refuses the second creation as identical: it is the first one, and nothing was refused."""
    inside.settings("www", "api", confirm=0)
    held = {"effect": "hold", "method": "POST", "times": 1_000}
    remote.set_faults(inside.places, [held])
    with up_at(inside, "www.example.com/A/mark") as command:
        while remote.faults_left(inside.places)[0]["times"] == held["times"]:
            assert command.poll() is None
            time.sleep(0.05)
        kill_all(command)
    inside.calls()
    with ThreadPoolExecutor(1) as threads:
        after = threads.submit(inside.result, "up")
        while not any(one.path.endswith("/dns_records") for one in remote.api_requests(inside.places)):
            assert not after.done()
            time.sleep(0.05)
        remote.set_faults(inside.places, [])
        said = after.result()
    assert said["conflicts"] == []
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4, "api.example.com/A": FIRST_IPV4}
    assert len(remote.records(inside.places)) == 4
    assert inside.result("up")["changes"] == []
