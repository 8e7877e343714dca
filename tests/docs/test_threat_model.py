"""Each row of the threat model names the tests that hold it, and they are there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.blocks import ROOT

_ROWS = [
    [cell.strip() for cell in line.strip("| \n").split(" | ")]
    for line in (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| who |")
]
_TESTS = sorted({test for *_, held in _ROWS for test in re.findall(r"`([^`]+)`", held)})


def test_each_row_is_held_by_a_test() -> None:
    assert _ROWS
    for *cells, held in _ROWS:
        assert len(cells) == 3, cells
        assert re.search(r"`tests/", held), cells


@pytest.mark.parametrize("test", _TESTS)
def test_the_tests_that_it_names_are_there(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    wanted = name.rpartition("::")[2]
    assert wanted in names if wanted else any(one.startswith("test_") for one in names)
