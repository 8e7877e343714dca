"""A program of components, run by the real engine against the lab's Cloudflare, and the plugin on PATH."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.components.conftest import cloudflare, environment, make_world, world  # noqa: F401 - fixtures

FOLDER = Path(__file__).resolve().parents[2] / "plugin"
LAUNCHER = """\
#!/bin/sh
exec {python} {folder} "$@"
"""


@pytest.fixture
def launcher(tmp_path: Path) -> Path:
    """The plugin as an executable on PATH, started as Pulumi's language host starts the folder."""
    path = tmp_path / "bin" / "pulumi-resource-truenorth"
    path.parent.mkdir()
    path.write_text(LAUNCHER.format(python=sys.executable, folder=FOLDER))
    path.chmod(0o755)
    return path
