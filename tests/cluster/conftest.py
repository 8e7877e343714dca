"""A place of its own for each test on the shared API server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.kube.cluster import Cluster
from tests.cluster.place import Place, make_place


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "rules")


@pytest.fixture
def no_nodes(kube_cluster: Cluster) -> Iterator[None]:
    """Nodes are in no namespace: there are none before the test, and none after it."""
    kube_cluster.admin.call("DELETE", "/api/v1/nodes")
    yield
    kube_cluster.admin.call("DELETE", "/api/v1/nodes")
