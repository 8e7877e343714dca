"""The suites of the Makefile leave no test out, and run none twice."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

from tests.suites import BROAD, is_broad

TESTS = Path(__file__).parent
MAKEFILE = (TESTS.parent / "Makefile").read_text()
MARKS = ("engine", "kube", "stand_in", "broad")


def suites() -> dict[str, str]:
    """Return the expression of marks of each target that chooses by them."""
    found = re.findall(
        r"^(test[a-z-]*): .*\n(?:\t.*\n)*?\t@\$\(PYTEST\) -m \"(.*)\" \$\(ARGS\)$", MAKEFILE, re.MULTILINE
    )
    (without,) = re.findall(r"^WITHOUT_CLUSTER := (.*)$", MAKEFILE, re.MULTILINE)
    return {target: expression.replace("$(WITHOUT_CLUSTER)", without) for target, expression in found}


@pytest.mark.parametrize("given", list(product((True, False), repeat=len(MARKS))))
def test_whatever_marks_a_test_has_one_suite_runs_it(given: tuple[bool, ...]) -> None:
    marks = dict(zip(MARKS, given, strict=True))
    compiled = {target: Expression.compile(expression) for target, expression in suites().items()}
    assert compiled.keys() == {"test", "test-engine", "test-cluster"}

    def has(name: str, /, **_: object) -> bool:
        return marks[name]

    assert sum(one.evaluate(has) for one in compiled.values()) == 1


@pytest.mark.parametrize("path", sorted(BROAD))
def test_what_is_broad_is_there(path: str) -> None:
    assert (TESTS / path).exists()
    assert is_broad(path)
    assert not is_broad(f"{path}x")
