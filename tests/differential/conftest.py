from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cli.engine.install.progress import Plain
from lab.kube.build import install
from lab.kube.control_plane import control_plane
from lab.kube.unavailable import KubeUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.kube.cluster import Cluster
    from lab.kube.programs import Programs

_external_dns = pytest.StashKey["Programs | KubeUnavailable"]()


def pytest_runtestloop(session: pytest.Session) -> None:
    """Builds external-dns before the first test's clock runs, where a test asks for it."""
    asked = (isinstance(item, pytest.Function) and "external_dns" in item.fixturenames for item in session.items)
    if not session.config.option.collectonly and any(asked):
        _obtain(session.config)


def _obtain(config: pytest.Config) -> Programs | KubeUnavailable:
    if _external_dns not in config.stash:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        progress = Plain(reporter.write_line, "kube") if reporter else None
        try:
            config.stash[_external_dns] = install(os.environ, progress, external_dns=True)
        except KubeUnavailable as error:
            config.stash[_external_dns] = error
    return config.stash[_external_dns]


@pytest.fixture(scope="session")
def external_dns(pytestconfig: pytest.Config) -> Path:
    """The real external-dns; a test that asks for it is skipped where it cannot be had."""
    found = _obtain(pytestconfig)
    if isinstance(found, KubeUnavailable):
        pytest.skip(f"no external-dns: {found}")
    return found.paths["external-dns"]


@pytest.fixture(scope="module")
def cluster(kube_programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server of its own: external-dns sees whatever objects there are. It reads TLSRoutes as experimental."""
    folder = tmp_path_factory.mktemp("differential")
    with control_plane(folder, programs=kube_programs, gateway_api="experimental") as made:
        yield made
