from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from stacks.model.errors import UserError

COMMANDS = [["demo"], *(["lab", name] for name in ("start", "stop", "status", "build", "env"))]


@pytest.fixture
def _no_lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As it is where `truenorth` is installed without the extra `lab`."""
    monkeypatch.setitem(sys.modules, "lab", None)
    monkeypatch.setenv("TRUENORTH_LAB", str(tmp_path))


@pytest.mark.usefixtures("_no_lab")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_that_needs_the_lab_says_how_to_install_it(command: list[str]) -> None:
    error = CliRunner().invoke(app, command).exception
    assert isinstance(error, UserError), "exit code 2"
    (problem,) = error.problems
    assert problem.what == "the lab is not installed"
    assert problem.where == f"truenorth {' '.join(command)}"
    assert "uv tool install 'truenorth[lab]'" in problem.do


@pytest.mark.usefixtures("_no_lab")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_its_help_needs_no_lab(command: list[str]) -> None:
    assert CliRunner().invoke(app, [*command, "--help"]).exit_code == 0
