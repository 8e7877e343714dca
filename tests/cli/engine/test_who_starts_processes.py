"""Child processes are started in few rooms, and Pulumi by one module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PULUMI_CLI = Path("stacks/observe/pulumi_cli.py")
STARTERS = {PULUMI_CLI, Path("stacks/observe/wan/nat.py")}
"""Modules outside of cli/engine and the toolchain that may start a process."""


def modules() -> Iterator[Path]:
    for package in ("cli", "stacks", "components"):
        yield from (file.relative_to(ROOT) for file in (ROOT / package).rglob("*.py"))


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_subprocess_is_imported_by_the_engine_and_by_modules_that_are_listed_here() -> None:
    users = {file for file in modules() if "subprocess" in imported(file)}
    assert {file for file in users if file.parts[:2] != ("cli", "engine")} == STARTERS


@pytest.mark.parametrize("words", ["no stack named", 'removeprefix("error: ")'])
def test_messages_of_pulumi_are_read_by_one_module(words: str) -> None:
    assert [file for file in modules() if words in (ROOT / file).read_text(encoding="utf-8")] == [PULUMI_CLI]


def test_the_private_server_of_the_sdk_is_imported_by_one_module() -> None:
    users = [file for file in modules() if any("pulumi.automation" in name for name in imported(file))]
    assert users == [Path("cli/engine/inline.py")]
