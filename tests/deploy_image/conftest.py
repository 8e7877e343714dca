"""The image's tree, unpacked once, and containers of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from deploy.image.plugins import PLUGINS, pinned
from deploy.image.tree import ROOT, unpack
from lab.plugin.executable import Kind, plugin_folder
from tests.deploy_image.container import Container, container, lacking

# There is no shell in the image, which the lab's own launcher wants.
_STAND_IN = """#!/opt/truenorth/.venv/bin/python
import runpy
runpy.run_module("lab.plugin.{name}", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="session")
def tree(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's tree, with the lab's stand-ins where its plugins are."""
    if reason := lacking():
        pytest.skip(reason)
    home, versions = tmp_path_factory.mktemp("pulumi"), pinned(ROOT / "pyproject.toml")
    for plugin in PLUGINS:
        folder = plugin_folder(home, versions[plugin.sdk], Kind(plugin.name))
        folder.mkdir(parents=True)
        launcher = folder / f"pulumi-resource-{plugin.name}"
        launcher.write_text(_STAND_IN.format(name=plugin.name))
        launcher.chmod(0o755)
        # The image has no lab. Beside the launcher the interpreter finds it.
        shutil.copytree(ROOT / "lab", folder / "lab", ignore=shutil.ignore_patterns("__pycache__", "kube"))
    folder = tmp_path_factory.mktemp("image") / "tree"
    unpack(folder, engine.folder, home / "plugins")
    return folder


@pytest.fixture
def image(tree: Path, tmp_path: Path) -> Container:
    return container(tree, tmp_path)
