from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.state.checkpoints import FolderState


@pytest.fixture
def place(tmp_path: Path, pulumi: Callable[[str], Path]) -> FolderState:
    """A stack without state, whose engine can repair nothing."""
    (tmp_path / "state").mkdir()
    return FolderState(tmp_path / "state", pulumi("exit 1"))
