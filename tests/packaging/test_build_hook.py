"""The modules in a wheel: each import of ours by its installed name, without what only readers need, else unchanged."""

from __future__ import annotations

import pytest

from hatch_build import bare, rewritten


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


@pytest.mark.parametrize(
    ("written", "installed"),
    [
        ('"""Room."""\n', "\n"),
        ('"""Room.\n\nMore.\n"""\n\nimport os\n', "\n\n\n\n\nimport os\n"),
        ('A = 1\n"""What it is."""\nB = 2\n', "A = 1\n\nB = 2\n"),
        ("# why\nA = 1  # why\n", "\nA = 1\n"),
        ('class A(B):\n    """What."""\n', "class A(B):\n    ...\n"),
        ('class A:\n    """What."""\n\n    a: int\n    """Why."""\n', "class A:\n\n\n    a: int\n\n"),
        ('def f():\n    """Return\n    b.\n    """\n    return b\n', "def f():\n\n\n\n    return b\n"),
        ('async def f():\n    """What."""\n', "async def f():\n    ...\n"),
        ("f(\n    a,  # why\n    # and\n    b,\n)\n", "f(\n    a,\n\n    b,\n)\n"),
        ("é = 'é'  # é\n", "é = 'é'\n"),
        ("A = '\u2028\x0c'\nB = 1  # why\n", "A = '\u2028\x0c'\nB = 1\n"),
    ],
)
def test_docstrings_and_comments_leave_empty_lines(written: str, installed: str) -> None:
    assert bare(written.encode(), "module.py").decode() == installed


@pytest.mark.parametrize(
    "source",
    [
        "A = 'text # no comment'\n",
        'A = """\n# no comment\n"""\n',
        'f("text")\n',
        'def f():\n    return "text"\n',
        'A = (\n    "one"\n    "two"\n)\n',
        "",
    ],
)
def test_texts_that_are_values_stay(source: str) -> None:
    assert bare(source.encode(), "module.py").decode() == source
