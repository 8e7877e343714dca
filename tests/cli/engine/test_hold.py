from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from cli.engine.hold import LEASE_LOST, Hold, NotHeld

PATIENCE = 120.0
"""Seconds that a busy machine may take."""
NOTES_EACH_SIGNAL = """
import os, signal, sys
def note(number, frame):
    os.write(1, (signal.Signals(number).name + "\\n").encode())
signal.signal(signal.SIGINT, note)
os.write(1, b"ready\\n")
sys.stdin.readline()
"""
"""Notes each SIGINT, and ends once its input does."""
WITH_A_PLUGIN = """
import os, subprocess, sys
plugin = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], process_group=0)
os.write(1, f"{plugin.pid}\\n".encode())
sys.stdin.readline()
"""
"""Starts a process that has a process group of its own, as the engine does with the providers' plugins."""


def starting(program: str, started: list[subprocess.Popen[str]] | None = None) -> Callable[[], subprocess.Popen[str]]:
    """Starts a program in a session of its own, as the engine is."""

    def start() -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if started is not None:
            started.append(child)
        return child

    return start


def said(child: subprocess.Popen[str]) -> str:
    """The next line of a program."""
    assert child.stdout is not None
    return child.stdout.readline().strip()


def finish(child: subprocess.Popen[str]) -> list[str]:
    """Let a program end; what it had still to say."""
    rest, _ = child.communicate("\n", timeout=PATIENCE)
    return rest.split()


@pytest.fixture
def hold() -> Hold:
    return Hold()


@pytest.fixture
def followed() -> Iterator[Callable[[int], int]]:
    """Gives a descriptor that can be read once a process, which is no child of ours, has ended."""
    descriptors: list[int] = []

    def follow(pid: int) -> int:
        descriptors.append(os.pidfd_open(pid))
        return descriptors[-1]

    yield follow
    for descriptor in descriptors:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        os.close(descriptor)


class TestAnInterruption:
    def test_reaches_the_engine_once_however_often_it_is_asked_for(self, hold: Hold) -> None:
        with hold.running(starting(NOTES_EACH_SIGNAL)) as child:
            assert said(child) == "ready"
            for reason in ("SIGTERM", "SIGINT", "the lease was lost"):
                hold.interrupt(reason)
            assert said(child) == "SIGINT"
            assert finish(child) == []
            assert hold.has_asked(child)

    def test_comes_from_any_thread(self, hold: Hold) -> None:
        with hold.running(starting(NOTES_EACH_SIGNAL)) as child:
            assert said(child) == "ready"
            threads = [threading.Thread(target=hold.interrupt, args=("SIGTERM",)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert said(child) == "SIGINT"
            assert finish(child) == []

    def test_keeps_the_next_engine_from_starting_and_says_why(self, hold: Hold) -> None:
        started: list[subprocess.Popen[str]] = []
        hold.interrupt("the lease was lost")
        with pytest.raises(NotHeld, match=r"^the lease was lost$"), hold.running(starting("", started)):
            raise AssertionError("it runs")
        assert started == []

    def test_bars_until_the_last_of_its_reasons_is_gone(self, hold: Hold) -> None:
        hold.interrupt("SIGTERM")
        hold.interrupt("the lease was lost")
        hold.interrupt("SIGTERM")
        hold.allow("SIGTERM")
        with pytest.raises(NotHeld, match=r"^the lease was lost$"), hold.running(starting("")):
            raise AssertionError("it runs")

    def test_is_over_once_the_engine_is_allowed_again(self, hold: Hold) -> None:
        hold.interrupt("the lease was lost")
        hold.allow("the lease was lost")
        with hold.running(starting(NOTES_EACH_SIGNAL)) as child:
            assert said(child) == "ready"
            assert finish(child) == []
            assert not hold.has_asked(child)

    def test_between_the_start_of_the_engine_and_the_moment_it_is_held_reaches_it(self, hold: Hold) -> None:
        """The handler of a signal runs in the very thread that starts the engine."""
        start = starting(NOTES_EACH_SIGNAL)

        def start_interrupted() -> subprocess.Popen[str]:
            child = start()
            assert said(child) == "ready"
            os.kill(os.getpid(), signal.SIGUSR1)
            return child

        before = signal.signal(signal.SIGUSR1, lambda *_: hold.interrupt("SIGTERM"))
        try:
            with hold.running(start_interrupted) as child:
                assert said(child) == "SIGINT"
                assert finish(child) == []
                assert hold.has_asked(child)
        finally:
            signal.signal(signal.SIGUSR1, before)

    def test_of_nothing_is_remembered_for_the_next_run_alone(self, hold: Hold) -> None:
        hold.interrupt("SIGTERM")
        hold.allow("SIGTERM")
        with hold.running(starting("")) as child:
            assert not hold.has_asked(child)


class TestAKill:
    def test_ends_the_engine_and_what_has_a_process_group_of_its_own(
        self, hold: Hold, followed: Callable[[int], int]
    ) -> None:
        with hold.running(starting(WITH_A_PLUGIN)) as child:
            plugin = followed(int(said(child)))
            hold.kill()
            assert child.wait(PATIENCE) == -signal.SIGKILL
            assert select.select([plugin], [], [], PATIENCE)[0]
            assert hold.has_asked(child)
        assert not hold.is_running

    def test_of_nothing_is_nothing(self, hold: Hold) -> None:
        hold.kill()
        with hold.running(starting("")) as child:
            assert not hold.has_asked(child)

    def test_leaves_other_sessions_alone(self, hold: Hold) -> None:
        other = starting(NOTES_EACH_SIGNAL)()
        assert said(other) == "ready"
        with hold.running(starting(NOTES_EACH_SIGNAL)) as child:
            assert said(child) == "ready"
            hold.kill()
            child.wait(PATIENCE)
        assert finish(other) == []
        assert other.returncode == 0

    def test_does_not_bar_the_next_engine(self, hold: Hold) -> None:
        with hold.running(starting(NOTES_EACH_SIGNAL)) as child:
            hold.kill()
            child.wait(PATIENCE)
        with hold.running(starting(NOTES_EACH_SIGNAL)) as child:
            assert said(child) == "ready"
            assert finish(child) == []
            assert not hold.has_asked(child)


class TestTheConditionOfAStart:
    def test_is_asked_at_each_start(self, hold: Hold) -> None:
        answers = [True, False]
        hold.only_if(lambda: answers.pop(0))
        with hold.running(starting("")) as child:
            assert hold.is_running
            assert finish(child) == []
        with pytest.raises(NotHeld, match=LEASE_LOST), hold.running(starting("")):
            raise AssertionError("it runs")
        assert not hold.is_running


class TestSeveralEngines:
    def test_are_all_asked_to_end_and_each_once(self, hold: Hold) -> None:
        with hold.running(starting(NOTES_EACH_SIGNAL)) as one, hold.running(starting(NOTES_EACH_SIGNAL)) as other:
            assert [said(one), said(other)] == ["ready", "ready"]
            hold.interrupt("SIGTERM")
            hold.interrupt("again")
            assert (hold.has_asked(one), hold.has_asked(other)) == (True, True)
            assert [finish(one), finish(other)] == [["SIGINT"], ["SIGINT"]]

    def test_are_all_killed(self, hold: Hold) -> None:
        with hold.running(starting(NOTES_EACH_SIGNAL)) as one, hold.running(starting(NOTES_EACH_SIGNAL)) as other:
            assert [said(one), said(other)] == ["ready", "ready"]
            hold.kill()
            assert [one.wait(PATIENCE), other.wait(PATIENCE)] == [-signal.SIGKILL, -signal.SIGKILL]
        assert not hold.is_running

    def test_that_end_leave_the_others_alone(self, hold: Hold) -> None:
        with hold.running(starting(NOTES_EACH_SIGNAL)) as one:
            assert said(one) == "ready"
            with hold.running(starting("")) as other:
                other.wait(PATIENCE)
                assert not hold.has_asked(other)
            assert hold.is_running
            assert finish(one) == []


class TestWhatIsStillToBeSent:
    def test_may_be_while_an_engine_runs_and_ends_in_good_order(self, hold: Hold) -> None:
        with hold.running(starting(NOTES_EACH_SIGNAL)) as child:
            assert said(child) == "ready"
            hold.interrupt("SIGTERM")
            assert hold.may_write()
            finish(child)

    def test_may_not_be_once_the_engine_was_killed_until_the_next_one_runs(self, hold: Hold) -> None:
        with hold.running(starting(NOTES_EACH_SIGNAL)) as child:
            assert said(child) == "ready"
            hold.kill()
        assert not hold.may_write()
        with hold.running(starting("")):
            assert hold.may_write()

    def test_may_not_be_once_the_lease_has_run_out(self, hold: Hold) -> None:
        lasts = [True, False]
        hold.only_if(lambda: True, lambda: lasts.pop(0))
        assert [hold.may_write(), hold.may_write()] == [True, False]
