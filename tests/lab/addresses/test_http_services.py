from __future__ import annotations

import errno
import socket
import threading
import time

import pytest
import requests

from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses


def get(url: str, seconds: float = 60) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=seconds, allow_redirects=False)


def ended(connection: socket.socket) -> bool:
    """Whether the server has ended the connection, in whichever way."""
    try:
        return connection.recv(10) == b""
    except ConnectionResetError:
        return True


class TestAnswers:
    def test_plain_text(self) -> None:
        with serve_http(Addresses(ipv4="203.0.113.7")) as base:
            response = get(base + "/")
        assert (response.status_code, response.text) == (200, "203.0.113.7\n")

    def test_json(self) -> None:
        with serve_http(Addresses(ipv4="203.0.113.7")) as base:
            assert get(base + "/json").json() == {"ip": "203.0.113.7"}
            assert get(base + "/origin").json() == {"origin": "203.0.113.7"}

    def test_the_page_of_a_router(self) -> None:
        with serve_http(Addresses(ipv4="203.0.113.7")) as base:
            assert (
                "<tr><th>WAN address</th>\n  <td class='value'>203.0.113.7</td></tr>" in get(base + "/status.html").text
            )

    def test_nothing_without_the_key(self) -> None:
        with serve_http(Addresses(), behaviour=HttpBehaviour(key="open sesame")) as base:
            assert get(base + "/").status_code == 401
            assert requests.get(base, headers={"X-API-Key": "open sesame"}, timeout=60).status_code == 200

    def test_cloudflares_trace(self) -> None:
        with serve_http(Addresses(ipv4="203.0.113.7")) as base:
            lines = get(base + "/cdn-cgi/trace").text.splitlines()
        assert "ip=203.0.113.7" in lines
        assert all("=" in line for line in lines)

    def test_a_changed_world_is_answered_from_then_on(self) -> None:
        world = Addresses(ipv4="203.0.113.7")
        with serve_http(world) as base:
            world.ipv4 = "203.0.113.8"
            assert get(base + "/").text == "203.0.113.8\n"

    @pytest.mark.usefixtures("ipv6_loopback")
    def test_over_ipv6_the_ipv6_address(self) -> None:
        with serve_http(Addresses(ipv6="2001:db8::7"), "::1") as base:
            assert base.startswith("http://[::1]:")
            assert get(base + "/").text == "2001:db8::7\n"

    def test_another_path_is_not_found(self) -> None:
        with serve_http(Addresses()) as base:
            assert get(base + "/other").status_code == 404

    def test_a_family_that_the_world_lacks_is_unavailable(self) -> None:
        with serve_http(Addresses(ipv4=None)) as base:
            assert get(base + "/").status_code == 503


class TestMisbehaviour:
    def test_silence(self) -> None:
        asked = threading.Event()
        behaviour = HttpBehaviour(silent=True, on_silence=asked.set)
        with serve_http(Addresses(), behaviour=behaviour) as base:
            with pytest.raises(requests.ReadTimeout):
                get(base, seconds=0.1)
            assert asked.wait(60)
            assert behaviour.requests == 1

    def test_a_delay(self) -> None:
        with serve_http(Addresses(), behaviour=HttpBehaviour(delay=0.2)) as base:
            started = time.monotonic()
            assert get(base).text == "203.0.113.7\n"
            assert time.monotonic() - started > 0.19

    def test_a_lie(self) -> None:
        with serve_http(Addresses(), behaviour=HttpBehaviour(lie="198.51.100.66")) as base:
            assert get(base).text == "198.51.100.66\n"

    def test_a_page_in_place_of_an_address(self) -> None:
        with serve_http(Addresses(), behaviour=HttpBehaviour(html=True)) as base:
            response = get(base)
        assert response.status_code == 200
        assert "203.0.113.7" not in response.text
        assert response.text.startswith("<!DOCTYPE html>")

    def test_a_body_that_goes_on_and_on(self) -> None:
        with serve_http(Addresses(), behaviour=HttpBehaviour(huge=True)) as base:
            assert len(get(base).content) == 1_000_000

    def test_a_body_byte_by_byte(self) -> None:
        with serve_http(Addresses(), behaviour=HttpBehaviour(drip=0.01)) as base:
            started = time.monotonic()
            assert get(base).text == "203.0.113.7\n"
            assert time.monotonic() - started > 0.1

    def test_an_error_status(self) -> None:
        with serve_http(Addresses(), behaviour=HttpBehaviour(status=429)) as base:
            assert get(base).status_code == 429

    def test_a_redirection(self) -> None:
        with serve_http(Addresses(), behaviour=HttpBehaviour(redirect="https://example.com/")) as base:
            response = get(base)
        assert (response.status_code, response.headers["Location"]) == (302, "https://example.com/")


def test_a_port_in_use_is_an_error_that_names_it() -> None:
    with serve_http(Addresses()) as base:
        port = int(base.rpartition(":")[2])
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port}") as caught:
            serve_http(Addresses(), port=port).__enter__()
        assert caught.value.errno == errno.EADDRINUSE


def test_open_connections_do_not_hold_up_the_end() -> None:
    started = time.monotonic()
    with serve_http(Addresses(), behaviour=HttpBehaviour(silent=True)) as base:
        port = int(base.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port), timeout=60)
        asking = socket.create_connection(("127.0.0.1", port), timeout=60)
        asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    with idle, asking:
        assert ended(idle)
        assert ended(asking)
    assert time.monotonic() - started < 30, "the answer was due after 60 s or never"
