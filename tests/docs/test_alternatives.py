"""The three files of a repository that others run `pulumi up` for, as the document has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import STACK, Inside
from tests.docs.blocks import blocks

PAGE = "docs/alternatives/pulumi-kubernetes-operator.md"


def test_a_project_of_three_files_runs_by_plain_pulumi(inside: Inside, tmp_path: Path) -> None:
    project = tmp_path / "records"
    project.mkdir()
    (description,) = [block for block in blocks(PAGE, "yaml") if "virtualenv" in block]
    (program,) = blocks(PAGE, "python")
    (project / "Pulumi.yaml").write_text(description.replace("/opt/truenorth/.venv", sys.prefix))
    (project / "__main__.py").write_text(program)
    inside.settings("www")
    inside.settings_file.rename(project / f"Pulumi.{STACK}.yaml")
    variables = {key: value for key, value in inside.environment.items() if key != "TRUENORTH_SETTINGS"}
    for command in (["stack", "init", STACK], ["up", "--stack", STACK, "--yes", "--skip-preview"]):
        done = subprocess.run(
            ["pulumi", *command, "--non-interactive"],
            cwd=project,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert inside.zone() == {"www.example.com/A": "203.0.113.7"}
