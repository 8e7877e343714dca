"""Namespaces of the shared cluster, and a proxy in front of it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from lab.kube.proxy import Proxy, proxied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.kube.cluster import Cluster

_NUMBERS = itertools.count(1)


@pytest.fixture
def namespace(kube_cluster: Cluster) -> str:
    """A namespace of its own for each test; without controllers, none could be removed."""
    name = f"cached-{next(_NUMBERS)}"
    kube_cluster.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


@pytest.fixture
def proxy(kube_cluster: Cluster) -> Iterator[Proxy]:
    with proxied(kube_cluster) as made:
        yield made
