from __future__ import annotations

import pytest

from tests.cli.metrics.telling import Told


@pytest.fixture
def told() -> Told:
    return Told()
