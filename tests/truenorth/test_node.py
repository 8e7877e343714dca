"""A program in JavaScript declares records by the plugin, with the real engine and Pulumi's own Node."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.engine.install.versions import VERSION
from tests.truenorth import nodejs

if TYPE_CHECKING:
    from tests.components.conftest import World

PROJECT = "name: shop\nruntime: nodejs\nmain: index.js\n"


@pytest.fixture(scope="module")
def node() -> Path:
    """The folder with the language host of Node and its packages."""
    found = nodejs.obtain(os.environ)
    if isinstance(found, str):
        pytest.skip(f"no Pulumi for Node: {found}")
    return found


def test_the_package_is_of_the_version_of_the_engine() -> None:
    assert nodejs.VERSION == VERSION


@pytest.mark.timeout(1500)  # the first time the host is built
@pytest.mark.engine
def test_a_program_in_javascript_declares_records(
    node: Path, launcher: Path, world: World, environment: dict[str, str], tmp_path: Path
) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(PROJECT)
    for name in ("index.js", "package.json"):
        shutil.copyfile(nodejs.FOLDER / name, project / name)
    (project / "node_modules").symlink_to(node / "node_modules")
    path = os.pathsep.join([str(launcher.parent), str(node), environment["PATH"]])

    def pulumi(*words: str) -> None:
        command = ["pulumi", *words, "--stack", "prod", "--non-interactive"]
        done = subprocess.run(
            command, cwd=project, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    pulumi("stack", "init")
    pulumi("config", "set", "zone", world.zone)
    pulumi("up", "--yes", "--skip-preview")
    assert sorted((one.name, one.type, one.content) for one in world.cloudflare.records(world.zone)) == [
        ("_truenorth-a.www.example.com", "TXT", '"heritage=truenorth,truenorth/owner=shop/prod"'),
        ("www.example.com", "A", "192.0.2.1"),
        ("www.example.com", "A", "192.0.2.2"),
    ]
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    pulumi("destroy", "--yes", "--skip-preview")
    assert world.cloudflare.records(world.zone) == []
