"""The imports in a wheel: each of ours by its installed name, and nothing else changed."""

from __future__ import annotations

import pytest

from hatch_build import rewritten


@pytest.mark.parametrize(
    ("written", "installed"),
    [
        ("from cli.main import run\n", "from truenorth.cli.main import run\n"),
        ("from cli import main\n", "from truenorth.cli import main\n"),
        ("from lab.plugin import executable\n", "from truenorth_lab.plugin import executable\n"),
        ("from bench import row\n", "from truenorth_bench import row\n"),
        ("import lab\n", "import truenorth_lab as lab\n"),
        ("import os, lab, sys\n", "import os, truenorth_lab as lab, sys\n"),
        ("import stacks.model.values as values\n", "import truenorth.stacks.model.values as values\n"),
        (
            "if TYPE_CHECKING:\n    from stacks.kube import api\n",
            "if TYPE_CHECKING:\n    from truenorth.stacks.kube import api\n",
        ),
        (
            "def f():\n\tfrom toolchain.go import go  # why\n",
            "def f():\n\tfrom truenorth.toolchain.go import go  # why\n",
        ),
        ("from components.geo import (\n    pool,\n)\n", "from truenorth.components.geo import (\n    pool,\n)\n"),
        ("a = 'é'; from cli import main; b = 1\n", "a = 'é'; from truenorth.cli import main; b = 1\n"),
        ("from truenorth import program\n", "from truenorth import program\n"),
    ],
)
def test_an_import_of_ours_has_the_installed_name(written: str, installed: str) -> None:
    assert rewritten(written.encode(), "module.py").decode() == installed


@pytest.mark.parametrize(
    "source",
    [
        "import cliff\n",
        "from click import stacks\n",
        "from . import cli\n",
        "text = 'from cli import main'\n",
        '"""\nfrom cli import main\n"""\n',
        "lab = components = 1\n",
        "x = 'a'\r\nfrom os import path\r\n",
        "",
    ],
)
def test_nothing_else_changes(source: str) -> None:
    assert rewritten(source.encode(), "module.py") == source.encode()


@pytest.mark.parametrize("source", ["import cli.main\n", "from  cli import main\n", "from \\\n  cli import main\n"])
def test_an_import_that_cannot_be_rewritten_is_a_fault_of_the_build(source: str) -> None:
    with pytest.raises(ValueError, match=r"^module\.py:1: write "):
        rewritten(source.encode(), "module.py")
