"""The engine that find() or install() gives runs a program of the pinned SDK, started as `pulumi` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli.engine.install.install import engine_environment

if TYPE_CHECKING:
    from pathlib import Path

    from cli.engine.install.find import Engine


@pytest.mark.engine
def test_a_python_program_runs_under_its_language_host(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: probe\nruntime: python\n")
    (tmp_path / "__main__.py").write_text("import pulumi, sys\npulumi.export('python', sys.prefix)\n")
    (tmp_path / "state").mkdir()
    environment = engine_environment(engine, os.environ) | {
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/state",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": str(tmp_path / "home"),
    }

    def pulumi(*arguments: str) -> str:
        command = [str(engine.pulumi), *arguments, "--non-interactive", "--color=never"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    pulumi("stack", "init", "dev")
    said = pulumi("up", "--yes", "--skip-preview")

    assert "warning" not in said
    assert pulumi("stack", "output", "python").strip() == sys.prefix
