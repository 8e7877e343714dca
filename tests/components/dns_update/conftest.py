"""A real BIND 9."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.dns_update.connection import Connection
from components.dns_update.server import DnsServer
from tests.bind import KEY, SECRET, Bind, running


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    with running(tmp_path_factory.mktemp("bind"), records="foreign 600 IN A 192.0.2.9\n* 300 IN A 192.0.2.7\n") as made:
        yield made


@pytest.fixture
def server(bind: Bind) -> DnsServer:
    return DnsServer(Connection(bind.server, KEY), SECRET)
