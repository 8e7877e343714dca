"""A pod: its processes end with it, it is started again, and its clock and its disk are its own."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lab.pods.clock import Clock
from lab.pods.pod import Container, Pod

PATIENCE = 60.0
PROGRAM = """
import json, os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
print("no JSON")
while True:
    told = {"first": os.getpid(), "host": os.uname().nodename, "time": time.time(), "steady": time.monotonic()}
    print(json.dumps(told), flush=True)
    time.sleep(0.05)
"""
Line = Mapping[str, Any]


pytestmark = pytest.mark.usefixtures("lone_pods")


class Heard:
    """The lines of a pod."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lines: list[Line] = []

    def hear(self, line: Line) -> None:
        with self._changed:
            self._lines.append(line)
            self._changed.notify_all()

    def await_line(self, true: Callable[[Line], bool] = lambda _: True) -> Line:
        """The next line, from now on, of which this is true."""
        with self._changed:
            begin = len(self._lines)
            assert self._changed.wait_for(lambda: any(map(true, self._lines[begin:])), PATIENCE)
            return next(line for line in self._lines[begin:] if true(line))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def pod(tmp_path: Path, heard: Heard) -> Iterator[Pod]:
    yield from _pod(tmp_path, heard, {})


def _pod(folder: Path, heard: Heard, environment: Mapping[str, str]) -> Iterator[Pod]:
    base = {"PATH": os.environ["PATH"]}
    made = Pod("north", Container([sys.executable, "-c", PROGRAM], {**base, **environment}, folder), folder, heard.hear)
    made.start()
    try:
        heard.await_line()
        yield made
    finally:
        made.abandon()


def _has_ended(handle: int) -> bool:
    """Whether a process has ended; the handle is closed."""
    ended = select.poll()
    ended.register(handle, select.POLLIN)
    try:
        return bool(ended.poll(0))
    finally:
        os.close(handle)


def test_its_command_is_process_1_with_a_host_name_of_its_own(pod: Pod, heard: Heard) -> None:
    line = heard.await_line()
    assert (line["first"], line["host"]) == (1, "north")
    assert len(pod.processes()) == 2


def test_a_kill_ends_all_that_it_runs_before_it_is_started_again(pod: Pod, heard: Heard) -> None:
    handles = [os.pidfd_open(one.pid) for one in pod.processes()]
    pod.kill()
    heard.await_line(lambda _: pod.starts == 2)
    assert [_has_ended(handle) for handle in handles] == [True, True]
    assert pod.ends == [-signal.SIGKILL]


def test_it_ends_by_sigterm_and_stays_ended(pod: Pod) -> None:
    assert pod.stop() == 3
    assert (pod.starts, pod.processes()) == (1, [])


def test_what_runs_has_a_cpu_time_and_memory_and_what_has_ended_none(pod: Pod, heard: Heard) -> None:
    first = pod.processes()[0]
    assert first.memory > 1
    while first.seconds == 0:  # the kernel counts whole hundredths of a second
        assert heard.await_line()
    pod.stop()
    assert (first.memory, first.seconds) == (0, 0)


def test_while_it_is_frozen_nothing_is_heard(pod: Pod, heard: Heard) -> None:
    pod.freeze()
    while any(_state(one.pid) != "T" for one in pod.processes()):
        time.sleep(0.01)  # the kernel tells nothing when a signal has stopped what is no child of ours
    before = pod.processes()[0].seconds
    assert pod.processes()[0].seconds == before
    pod.thaw()
    assert heard.await_line()


def test_its_wall_clock_jumps_and_the_steady_one_does_not(tmp_path: Path, heard: Heard) -> None:
    try:
        clock = Clock(tmp_path / "clock")
    except FileNotFoundError as error:
        pytest.skip(str(error))
    for _ in _pod(tmp_path, heard, clock.environment):
        before = heard.await_line()
        later = before["time"] + 7000
        clock.jump(7200)
        after = heard.await_line(partial(_is_later, later))
        assert after["steady"] < before["steady"] + PATIENCE


def _state(pid: int) -> str:
    """The letter of a process's state (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _is_later(moment: float, line: Line) -> bool:
    return bool(line["time"] > moment)
