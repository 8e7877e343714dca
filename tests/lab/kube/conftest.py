"""A client of the shared cluster that goes through a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.kube.client import Client
    from lab.kube.proxy import Proxy


@pytest.fixture
def through(proxy: Proxy) -> Iterator[Client]:
    """The administrator's client through the proxy."""
    client = proxy.client()
    yield client
    client.close()
