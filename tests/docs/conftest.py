"""What the tests of the documents share: the documents, and a stack on the lab."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from lab.world import Places
from tests.cli.conftest import Inside, _no_settings_left_behind, fresh, lab_places, plugin_folder  # noqa: F401 - fixtures


@pytest.fixture
def inside(lab_places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:  # noqa: F811 - the fixtures
    return fresh(lab_places, engine, plugin_folder, tmp_path)
