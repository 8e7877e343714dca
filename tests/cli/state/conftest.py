"""A namespace of the shared cluster for each test, and what keeps state in its Secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.kube.cluster import Cluster
from tests.cli.state.places import Place


@pytest.fixture
def place(kube_cluster: Cluster, namespace: str) -> Iterator[Place]:
    """A namespace of its own, and who looks at it."""
    with Place(kube_cluster, namespace) as made:
        yield made


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the local copies are made: each test looks at its own only."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder
