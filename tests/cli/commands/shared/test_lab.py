from __future__ import annotations

import sys

import pytest
import typer
from typer.testing import CliRunner

from cli.commands.shared.lab import add_to
from stacks.model.errors import UserError


@pytest.mark.parametrize("command", ["demo", "demo --keep", "demo --help", "lab", "lab start --kube", "lab --help"])
def test_a_command_that_needs_the_lab_says_how_to_install_it(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lab", None)  # as it is where `truenorth` is installed without the extra `lab`
    app = typer.Typer()
    add_to(app)
    error = CliRunner().invoke(app, command.split()).exception
    assert isinstance(error, UserError), "exit code 2"
    (problem,) = error.problems
    assert problem.what == "the lab is not installed"
    assert problem.where == f"truenorth {command.partition(' ')[0]}"
    assert "uv tool install 'truenorth[lab]'" in problem.do


def test_the_help_says_what_comes_with_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lab", None)
    app = typer.Typer(rich_markup_mode=None)
    add_to(app)
    assert "Comes with truenorth[lab]" in CliRunner().invoke(app, ["--help"]).stdout
