from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
import typer.main

from cli import exit_codes
from cli.main import app
from tests.cli.conftest import ROOT
from tests.cli.in_process import truenorth

HEAVY = (
    "pulumi",
    "pulumi_cloudflare",
    "pulumi_kubernetes",
    "grpc",
    "lightkube",
    "requests",
    "pydantic",
    "rich",
    "asyncio",
)
COMMANDS = [
    *(["up"], ["preview"], ["destroy"], ["adopt"], ["status"], ["detect"], ["sources"], ["watch"], ["demo"], ["env"]),
    *(
        ["deploy"],
        ["init"],
        ["doctor"],
        ["schema"],
        ["compare"],
        ["release"],
        ["external"],
        ["geo", "status"],
        ["lab", "build"],
    ),
    *(["lab", name] for name in ("start", "stop", "status", "env")),
    *(["state", name] for name in ("pull", "push", "versions", "restore")),
    *(["engine", name] for name in ("install", "info")),
]


MOST_OF_OURS, MOST_MODULES = 50, 200
"""Modules that `truenorth --help` may import; they were 44 and 168, Python's own among them, and 0.2 s of CPU."""


def imported_for_help() -> list[str]:
    """Return the modules that are there after `truenorth --help`, and were not when Python had begun."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "from truenorth.__main__ import run; sys.argv = ['truenorth', '--help']\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "print('\\nmodules:', *(sys.modules.keys() - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.rpartition("\nmodules: ")[2].split()


def shown(*arguments: str) -> str:
    done = truenorth(ROOT, dict(os.environ), *arguments)
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


def test_help_imports_no_sdk() -> None:
    assert set(imported_for_help()).isdisjoint(HEAVY)


def test_help_imports_few_modules_so_that_it_takes_a_quarter_of_a_second_of_cpu() -> None:
    modules = imported_for_help()
    ours = [name for name in modules if name.partition(".")[0] in {"cli", "components", "lab", "stacks", "truenorth"}]
    assert len(ours) <= MOST_OF_OURS, ours
    assert len(modules) <= MOST_MODULES, modules


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_shows_an_example(command: list[str]) -> None:
    assert f"Example: truenorth {' '.join(command)}" in shown(*command, "--help").replace("`", "").replace(
        'eval "$(truenorth', "truenorth"
    )


def test_every_command_is_tested_for_its_help() -> None:
    group = typer.main.get_command(app)
    assert {command[0] for command in COMMANDS} == set(group.commands)  # type: ignore[attr-defined] # it is a group


def test_the_exit_codes_are_those_of_the_help() -> None:
    text = shown("--help")
    for code in (
        exit_codes.DONE,
        exit_codes.FAILED,
        exit_codes.UNUSABLE,
        exit_codes.REFUSED,
        exit_codes.CHANGED,
        exit_codes.INTERRUPTED,
    ):
        assert f"{code} " in text[text.index("Exit codes") :]


def test_a_python_that_is_too_old_is_told_in_one_line() -> None:
    code = "import sys; sys.version_info = (3, 9, 1, 'final', 0); from cli.main import run; run()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == exit_codes.UNUSABLE
    assert done.stderr == "error: TrueNorth needs Python 3.11 or newer, and this is 3.9\n"


def test_the_line_can_be_read_by_a_python_that_is_too_old() -> None:
    ast.parse((ROOT / "cli" / "__init__.py").read_text(), feature_version=(3, 7))
