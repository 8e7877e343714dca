"""What is in a new project, and that the template is the same."""

from __future__ import annotations

import ast
from importlib.metadata import version

import pytest
import yaml

from cli.setup.scaffold import Toolchain, description, new_files
from scripts.template import template_files
from tests.cli.conftest import ROOT


def test_a_new_project_has_what_is_needed_and_nothing_more() -> None:
    files = new_files("dns")
    assert sorted(files) == [".gitignore", "Pulumi.yaml", "__main__.py", "requirements.txt"]
    assert files["requirements.txt"] == f"truenorth=={version('truenorth')}\n"
    assert [ast.unparse(one) for one in ast.parse(files["__main__.py"]).body] == [
        "from truenorth import program",
        "program()",
    ]
    assert len(files["Pulumi.yaml"].splitlines()) < 12


@pytest.mark.parametrize("toolchain", Toolchain)
def test_its_description_lets_pulumi_make_the_environment(toolchain: Toolchain) -> None:
    described = yaml.safe_load(description("dns", toolchain))
    assert described == {
        "name": "dns",
        "description": "DNS that always points at your clusters",
        "runtime": {"name": "python", "options": {"toolchain": toolchain.value, "virtualenv": ".venv"}},
        "options": {"refresh": "always"},
    }


def test_the_template_is_what_init_makes() -> None:
    folder = ROOT / "template"
    files = template_files()
    written = {file.name: file.read_text() for file in folder.iterdir() if file.is_file()}
    assert written == files, "write it again: python -m scripts.template"
    described, own = yaml.safe_load(files["Pulumi.yaml"]), yaml.safe_load(new_files("dns")["Pulumi.yaml"])
    assert {key: described[key] for key in ("runtime", "options")} == {key: own[key] for key in ("runtime", "options")}
    assert {name: text for name, text in files.items() if name != "Pulumi.yaml"} == {
        name: text for name, text in new_files("dns").items() if name != "Pulumi.yaml"
    }
    assert set(described) == {*own, "template"}
