"""The server itself: where it listens, how it stops, how fast it answers."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
import requests

from lab.cloudflare.records import create
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare

if TYPE_CHECKING:
    from tests.lab.cloudflare.conftest import Api


def test_an_address_in_use_is_an_error_that_names_it() -> None:
    with (
        serve(Cloudflare()) as url,
        pytest.raises(OSError, match=f"127.0.0.1:{_port(url)}"),
        serve(Cloudflare(), port=_port(url)),
    ):
        pass


def test_a_stopped_server_frees_its_port_and_its_thread() -> None:
    before = threading.active_count()
    with serve(Cloudflare()) as url:
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", _port(url))) != 0


def test_two_servers_live_side_by_side() -> None:
    with serve(Cloudflare()) as one, serve(Cloudflare()) as other:
        assert requests.get(one.replace("/client/v4", "/_lab/health"), timeout=5).json() == {"status": "ok"}
        assert requests.get(other.replace("/client/v4", "/_lab/health"), timeout=5).json() == {"status": "ok"}


def test_five_thousand_records_come_in_one_page_and_fast(cloudflare: Cloudflare, api: Api) -> None:
    zone = cloudflare.add_zone("large.example", plan="enterprise", record_quota=5000)
    store = cloudflare.stores[zone.id]
    for number in range(5000):
        body = {"type": "A", "name": f"host{number}", "content": "192.0.2.1"}
        create(zone, store, body, cloudflare.clock())
    path = f"/zones/{zone.id}/dns_records?per_page=5000"
    took = []
    for _ in range(3):
        start = time.perf_counter()
        answer = api("GET", path)
        took.append(time.perf_counter() - start)
        assert answer.json()["result_info"]["count"] == 5000
    assert min(took) < 0.3


def _port(url: str) -> int:
    return int(url.split(":")[2].split("/")[0])
