"""The server itself: where it listens, how it stops, how fast it answers."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
import uvicorn

from lab.api.faults import Effect, Fault
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
    before = set(threading.enumerate())
    with serve(Cloudflare()) as url:
        (made,) = set(threading.enumerate()) - before
    assert not made.is_alive()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", _port(url))) != 0


def test_a_held_up_request_does_not_hold_up_the_stop() -> None:
    before = set(threading.enumerate())
    cloudflare = Cloudflare()
    cloudflare.faults.add(Fault(Effect.LATENCY, seconds=60))
    with serve(cloudflare) as url, pytest.raises(requests.ReadTimeout):
        requests.get(f"{url}/zones", timeout=0.2)
    assert set(threading.enumerate()) <= before


def test_a_server_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def startup(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        assert sockets
        server.should_exit = True

    monkeypatch.setattr(uvicorn.Server, "startup", startup)
    with pytest.raises(OSError, match="did not start"), serve(Cloudflare()):
        pass


def test_two_servers_live_side_by_side() -> None:
    with serve(Cloudflare()) as one, serve(Cloudflare()) as other:
        assert requests.get(one.replace("/client/v4", "/_lab/health"), timeout=60).json() == {"status": "ok"}
        assert requests.get(other.replace("/client/v4", "/_lab/health"), timeout=60).json() == {"status": "ok"}


def test_five_thousand_records_come_in_one_page_and_fast(cloudflare: Cloudflare, api: Api) -> None:
    zone = cloudflare.add_zone("large.example", plan="enterprise", record_quota=5000)
    for number in range(5000):
        cloudflare.add_record(zone.id, {"type": "A", "name": f"host{number}", "content": "192.0.2.1"})
    path = f"/zones/{zone.id}/dns_records?per_page=5000"
    took = []
    for _ in range(3):
        start = time.process_time()  # of client and server: they are one process, which others do not slow down
        answer = api("GET", path)
        took.append(time.process_time() - start)
        assert answer.json()["result_info"]["count"] == 5000
    assert min(took) < 1


def _port(url: str) -> int:
    return urlsplit(url).port or 0
