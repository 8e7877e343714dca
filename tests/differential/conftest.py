from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.kube.control_plane import control_plane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.kube.cluster import Cluster
    from lab.kube.programs import Programs


@pytest.fixture(scope="module")
def cluster(kube_programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server of its own: external-dns sees whatever objects there are. It reads TLSRoutes as experimental."""
    folder = tmp_path_factory.mktemp("differential")
    with control_plane(folder, programs=kube_programs, gateway_api="experimental") as made:
        yield made
