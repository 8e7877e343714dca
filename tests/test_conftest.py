"""The rules that conftest.py lays on every run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent

_SKIPPING = """
import pytest

@pytest.mark.skip(reason="marked")
def test_marked(): ...

def test_inside():
    pytest.skip("from inside")

@pytest.fixture
def lacking():
    pytest.skip("from a fixture")

def test_with_a_fixture(lacking): ...

@pytest.mark.xfail(reason="known", strict=True)
def test_expected_failure():
    assert False

def test_good(): ...
"""
_SKIPPED_MODULE = "import pytest\npytest.skip('whole module', allow_module_level=True)\n"


def _run(folder: Path, content: str, *options: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((_TESTS / "conftest.py").read_text())
    (folder / "test_it.py").write_text(content)
    command = [sys.executable, "-m", "pytest", "-ra", "--import-mode=importlib", "--rootdir", str(folder), *options]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(_TESTS.parent)}
    return subprocess.run([*command, "."], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_in_ci_each_skip_is_a_failure_that_gives_its_reason(tmp_path: Path) -> None:
    run = _run(tmp_path, _SKIPPING, ci="true")

    assert run.returncode == 1
    for reason in ("marked", "from inside", "from a fixture"):
        assert f"may not be skipped in CI: {reason}" in run.stdout.replace("Skipped: ", "")
    assert "1 failed, 1 passed, 1 xfailed, 2 errors" in run.stdout.splitlines()[-1]


def test_in_ci_a_skipped_module_is_a_failure(tmp_path: Path) -> None:
    run = _run(tmp_path, _SKIPPED_MODULE, ci="true")

    assert run.returncode != 0
    assert "may not be skipped in CI: Skipped: whole module" in run.stdout


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    run = _run(tmp_path, _SKIPPING)

    assert run.returncode == 0
    assert "1 passed, 3 skipped, 1 xfailed" in run.stdout.splitlines()[-1]


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "in a worker"])
def test_the_printed_seed_repeats_a_run(tmp_path: Path, workers: tuple[str, ...]) -> None:
    content = """
from hypothesis import given, strategies

@given(strategies.integers())
def test_any(number):
    with open("drawn", "a") as file:
        print(number, file=file)
"""
    first = _run(tmp_path, content, *workers)
    [repeat] = [line for line in first.stdout.splitlines() if line.startswith("repeat with: ")]
    drawn = (tmp_path / "drawn").read_text()
    (tmp_path / "drawn").unlink()

    _run(tmp_path, content, repeat.split()[-1])

    assert len(drawn.split()) > 10
    assert (tmp_path / "drawn").read_text() == drawn
