"""The name of a process that writes state, and whether it has died."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.state.secrets.holder import has_died, holder

_SAY = """
import os, sys
from cli.state.secrets.holder import holder
print(holder(os.environ), flush=True)
sys.stdin.read()
"""


@contextmanager
def another() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process, and its name."""
    with subprocess.Popen(
        [sys.executable, "-c", _SAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


def test_ours_is_alive() -> None:
    assert not has_died(holder({}))


def test_no_two_are_the_same() -> None:
    assert holder({}) != holder({})


def test_the_holder_of_a_pod_names_the_pod() -> None:
    assert holder({"POD_NAME": "truenorth-0"}).startswith("truenorth-0_")


def test_another_has_died_once_it_has_ended() -> None:
    with another() as (process, name):
        assert not has_died(name)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert has_died(name), "a zombie runs no more"
    assert has_died(name)


def test_a_number_that_is_used_again_is_no_life() -> None:
    before, _, _ = holder({}).rpartition("-")
    name, _, started = before.rpartition("-")
    assert has_died(f"{name}-{int(started) - 1}-0123")


@pytest.mark.parametrize(
    "name",
    ["", "host_0123abcd", "host_00000000-1-999999999-1-0123", "another_1-2-3-4-5"],
    ids=["nobody", "without a process", "another machine", "another tool"],
)
def test_of_others_nothing_is_known(name: str) -> None:
    assert not has_died(name)


def test_where_the_machine_does_not_tell_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    name = holder({})
    monkeypatch.setattr("cli.state.secrets.holder.PROC", Path("/nowhere"))
    assert not has_died(name)
    assert not has_died(holder({}))
