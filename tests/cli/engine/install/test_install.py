from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.engine.install.files import FILES, missing
from cli.engine.install.find import Engine, find
from cli.engine.install.install import engine_environment, install
from cli.engine.install.versions import VERSION
from stacks.model.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.engine.conftest import Machine

_PROJECT = Path(__file__).parents[4]
_INSTALL = """
import os, sys
from cli.engine.install.install import install
from cli.engine.install.progress import Plain
engine = install(os.environ, Plain(lambda line: print(line, flush=True)))
print(engine.origin, flush=True)
"""


class _Gate:
    """Two fifos: the fake Go tells that it has been reached, and waits to be opened."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "gate"
        for name in (self.path, folder / "gate.reached", folder / "gate.ended"):
            os.mkfifo(name)

    def wait_until_reached(self) -> None:
        self.path.with_suffix(".reached").read_text()

    def open(self) -> None:
        self.path.write_text("go on\n")

    def wait_until_ended(self) -> None:
        self.path.with_suffix(".ended").read_text()


@pytest.fixture
def gate(machine: Machine) -> _Gate:
    return _Gate(machine.folder)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """The processes of a test; whatever is left of them ends with it."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _start(machine: Machine, started: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _INSTALL],
        cwd=_PROJECT,
        env=machine.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started.append(process)
    return process


def test_an_engine_that_is_found_is_not_installed(machine: Machine) -> None:
    machine.engine()

    assert install(machine.environment) == find(machine.environment)
    assert not machine.cached.exists()


def test_where_nothing_can_be_downloaded_it_is_built(machine: Machine) -> None:
    machine.go()

    engine = install(machine.environment)

    assert (engine.folder, engine.version, engine.origin) == (machine.cached, VERSION, "build")
    assert missing(machine.cached) == ()
    assert machine.built() == ["pulumi-language-python", "pulumi"]


def test_the_second_install_finds_the_first_and_says_how_it_was_made(machine: Machine) -> None:
    machine.go()
    install(machine.environment)

    engine = install(machine.environment)

    assert engine.origin == "cache"
    assert "built from Go modules with go1.26.8" in engine.why
    assert len(machine.built()) == 2


def test_nothing_but_the_engine_stays_in_the_cache(machine: Machine) -> None:
    machine.go()

    install(machine.environment)

    assert sorted(path.name for path in machine.cached.parent.iterdir()) == [VERSION, f"{VERSION}.lock"]
    assert sorted(path.name for path in machine.cached.iterdir()) == sorted([*FILES, "engine.json"])


def test_an_incomplete_folder_in_the_cache_is_replaced(machine: Machine) -> None:
    machine.go()
    machine.program("pulumi", "exit 1", machine.cached)

    install(machine.environment)

    assert missing(machine.cached) == ()


def test_an_engine_that_does_not_work_is_never_put_into_place(machine: Machine) -> None:
    machine.go(engine="3.0.0")

    with pytest.raises(UserError, match=r"does not work: it says that it is 3\.0\.0, not " + VERSION):
        install(machine.environment)

    assert not machine.cached.exists()


class TestOffline:
    def test_it_says_what_is_forbidden_and_what_to_do(self, machine: Machine) -> None:
        machine.go()
        machine.environment["TRUENORTH_ENGINE_OFFLINE"] = "1"

        with pytest.raises(UserError, match="TRUENORTH_ENGINE_OFFLINE") as error:
            install(machine.environment)

        [problem] = error.value.problems
        assert str(machine.cached) in problem.where
        assert "3.219.0 or newer" in problem.do
        assert machine.built() == []

    def test_an_engine_of_the_cache_serves(self, machine: Machine) -> None:
        machine.engine(folder=machine.cached)
        machine.environment["TRUENORTH_ENGINE_OFFLINE"] = "1"

        assert install(machine.environment).origin == "cache"


class TestTwoAtOnce:
    def test_the_second_waits_and_takes_what_the_first_made(
        self, machine: Machine, gate: _Gate, started: list[subprocess.Popen[str]]
    ) -> None:
        machine.go()
        first = _start(machine, started)
        gate.wait_until_reached()
        second = _start(machine, started)
        assert second.stdout
        assert f"waits for process {first.pid}, which installs the engine" in second.stdout.readline()

        gate.open()
        gate.wait_until_ended()

        assert first.communicate()[0].splitlines()[-1] == "build"
        assert second.communicate()[0].splitlines()[-1] == "cache"
        assert machine.built() == ["pulumi-language-python", "pulumi"]


class TestKilled:
    def test_the_next_install_is_whole_and_what_the_dead_one_left_running_harms_nothing(
        self, machine: Machine, gate: _Gate, started: list[subprocess.Popen[str]]
    ) -> None:
        machine.go()
        first = _start(machine, started)
        gate.wait_until_reached()
        first.kill()
        first.wait()
        assert not machine.cached.exists()

        engine = install(machine.environment)
        before = engine.pulumi.read_bytes()
        gate.open()
        gate.wait_until_ended()

        assert missing(machine.cached) == ()
        assert engine.pulumi.read_bytes() == before
        assert find(machine.environment) is not None


class TestDisk:
    def test_a_cache_that_cannot_be_made_is_one_error(self, machine: Machine) -> None:
        machine.go()
        (machine.folder / "cache").write_text("a file where a folder belongs")

        with pytest.raises(UserError, match="cache cannot be written: Not a directory") as error:
            install(machine.environment)

        assert "XDG_CACHE_HOME" in error.value.problems[0].do

    def test_a_disk_that_fills_while_go_builds_is_told_as_such(self, machine: Machine) -> None:
        machine.go(instead='echo "write $target: no space left on device" >&2; exit 1')

        with pytest.raises(UserError, match="the disk is full"):
            install(machine.environment)


class TestEnvironment:
    def test_the_programs_of_this_python_come_first_then_the_engine(self) -> None:
        engine = Engine(Path("/opt/engine/pulumi"), Path("/opt/engine"), VERSION, "cache", "")

        made = engine_environment(engine, {"PATH": f"/usr/bin:/opt/engine:{sys.prefix}/bin:/bin", "HOME": "/home/me"})

        assert made["PATH"] == f"{sys.prefix}/bin:/opt/engine:/usr/bin:/bin"
        assert made["HOME"] == "/home/me"
        assert made["PULUMI_SKIP_UPDATE_CHECK"] == "true"

    def test_no_backend_is_chosen(self) -> None:
        engine = Engine(Path("/opt/engine/pulumi"), Path("/opt/engine"), VERSION, "cache", "")

        assert not {"PULUMI_BACKEND_URL", "PULUMI_HOME"} & engine_environment(engine, {}).keys()
