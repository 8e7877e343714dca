"""A namespace of the shared cluster for each test, and what keeps state in its Secrets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy, proxied
from tests.cli.state.places import Place

_NUMBERS = itertools.count(1)


@pytest.fixture
def place(kube_cluster: Cluster) -> Iterator[Place]:
    """A namespace of its own; without controllers, none could be removed."""
    name = f"state-{next(_NUMBERS)}"
    kube_cluster.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    with Place(kube_cluster, name) as made:
        yield made


@pytest.fixture
def proxy(kube_cluster: Cluster) -> Iterator[Proxy]:
    with proxied(kube_cluster) as made:
        yield made


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the local copies are made: each test looks at its own only."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder
