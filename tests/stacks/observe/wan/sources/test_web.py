from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import ExitStack, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from stacks.model.values import Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources import web
from stacks.observe.wan.sources.deadline import Deadline
from stacks.settings.wan_source import WebRequest

if TYPE_CHECKING:
    from collections.abc import Callable

CERTIFICATE = Path(__file__).parent / "loopback.pem"
RIGHT = ip_address("203.0.113.7")


@pytest.mark.parametrize("path", ["", "/", "/json", "/origin", "/cdn-cgi/trace"])
def test_each_service_gives_the_address(http: Callable[..., str], path: str) -> None:
    assert web.ask(http() + path, Family.IPV4, Deadline(60)) == RIGHT


def test_ipv6(http: Callable[..., str], ipv6_loopback: str) -> None:
    assert web.ask(http(ipv6_loopback), Family.IPV6, Deadline(60)) == ip_address("2001:db8::7")


def test_the_connection_is_of_the_wanted_family(http: Callable[..., str]) -> None:
    with pytest.raises(NoAnswerError, match="not an ipv6 address"):
        web.ask(http(), Family.IPV6, Deadline(60))


def test_a_proxy_of_the_environment_is_not_used(http: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert web.ask(http(), Family.IPV4, Deadline(60)) == RIGHT


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ({"html": True}, "something that is no address: '<!DOCTYPE html>"),
        ({"huge": True}, "more than 4096 bytes"),
        ({"status": 429}, "HTTP status 429"),
        ({"status": 503}, "HTTP status 503"),
        ({"redirect": "https://example.com/ip"}, "redirects elsewhere, to 'https://example.com/ip'"),
        ({"redirect": "//example.com/ip"}, "redirects elsewhere"),
        ({"redirect": "ftp://127.0.0.1/ip"}, "redirects elsewhere"),
        ({"redirect": "/"}, "redirects more than 3 times"),
    ],
)
def test_a_service_that_misbehaves_gives_no_answer(
    http: Callable[..., str], behaviour: dict[str, object], why: str
) -> None:
    with pytest.raises(NoAnswerError, match=why):
        web.ask(http(**behaviour), Family.IPV4, Deadline(60))


def test_a_redirection_on_the_same_host_is_followed(http: Callable[..., str]) -> None:
    other = http()
    assert web.ask(http(redirect=f"{other}/json"), Family.IPV4, Deadline(60)) == RIGHT


PAGE = r"<th>WAN address</th>\s*<td[^>]*>([^<]+)<"
KEY = (("X-API-Key", "open sesame"),)


class TestARequest:
    def test_finds_the_address_on_a_page_by_its_pattern(self, http: Callable[..., str]) -> None:
        url = f"{http()}/status.html"
        assert web.ask(url, Family.IPV4, Deadline(60), request=WebRequest(pattern=PAGE)) == RIGHT
        with pytest.raises(NoAnswerError, match="something in which the pattern is not found"):
            web.ask(url, Family.IPV4, Deadline(60), request=WebRequest(pattern="Internet: ([0-9.]+)"))
        with pytest.raises(NoAnswerError, match="something that is no address: 'Status'"):
            web.ask(url, Family.IPV4, Deadline(60), request=WebRequest(pattern="<title>([^<]+)<"))

    def test_has_its_headers_and_shows_them_to_nobody(self, http: Callable[..., str]) -> None:
        request = WebRequest(headers=KEY)
        assert web.ask(http(key="open sesame"), Family.IPV4, Deadline(60), request=request) == RIGHT
        assert "sesame" not in repr(request)
        with pytest.raises(NoAnswerError, match=r"\Aanswered with HTTP status 401\Z"):
            web.ask(http(key="another"), Family.IPV4, Deadline(60), request=request)

    def test_is_not_made_without_the_secrets_that_it_needs(self, http: Callable[..., str]) -> None:
        with pytest.raises(NoAnswerError, match="ROUTER_KEY must be set"):
            web.ask(http(), Family.IPV4, Deadline(60), request=WebRequest(missing=("ROUTER_KEY",)))

    def test_takes_its_headers_to_no_other_port(self, http: Callable[..., str]) -> None:
        redirecting = http(redirect=f"{http(key='open sesame')}/json")
        with pytest.raises(NoAnswerError, match="redirects elsewhere"):
            web.ask(redirecting, Family.IPV4, Deadline(60), request=WebRequest(headers=KEY))

    def test_may_go_over_the_other_family(self, http: Callable[..., str]) -> None:
        url, over = http(lie="2001:db8::9"), WebRequest(over=Family.IPV4)
        assert web.ask(url, Family.IPV6, Deadline(60), request=over) == ip_address("2001:db8::9")


def test_a_service_that_is_not_there_gives_no_answer_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(NoAnswerError, match=r"cannot reach 127\.0\.0\.1 port 9 over ipv4: .*refused"):
        web.ask("http://127.0.0.1:9", Family.IPV4, Deadline(120))
    assert time.monotonic() - started < 60


def test_a_service_without_the_right_certificate_gives_no_answer(http: Callable[..., str]) -> None:
    with pytest.raises(NoAnswerError, match="SSL"):
        web.ask(http().replace("http:", "https:"), Family.IPV4, Deadline(60))


class TestHttps:
    """Against a server with a certificate for the loopback address (loopback.pem, made for these tests alone)."""

    @pytest.fixture
    def secured(self, stack: ExitStack) -> Callable[..., str]:
        """Serve one request; `then` is called when the response has been sent."""

        def serve(listener: socket.socket, response: bytes, then: Callable[[], object] | None) -> None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            connection, _ = listener.accept()
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(4096)
                secured.sendall(response)
                if then:
                    then()
                secured.recv(1)  # until the client ends

        def start(response: bytes, then: Callable[[], object] | None = None) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=serve, args=(listener, response, then))
            thread.start()
            stack.callback(thread.join)
            return f"https://127.0.0.1:{listener.getsockname()[1]}/"

        return start

    def test_gives_the_address(self, secured: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(CERTIFICATE))
        url = secured(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n203.0.113.7")
        assert web.ask(url, Family.IPV4, Deadline(60)) == RIGHT

    def test_of_a_stranger_gives_no_answer(self, secured: Callable[..., str]) -> None:
        with pytest.raises(NoAnswerError, match="certificate verify failed"):
            web.ask(secured(b""), Family.IPV4, Deadline(60))

    def test_is_ended_by_a_cancelled_deadline(
        self, secured: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(CERTIFICATE))
        deadline = Deadline(120)
        url = secured(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n203.", deadline.cancel)
        started = time.monotonic()
        with pytest.raises(NoAnswerError, match="no answer in time"):
            web.ask(url, Family.IPV4, deadline)
        assert time.monotonic() - started < 60


@pytest.mark.parametrize("behaviour", [{"silent": True}, {"delay": 60}, {"drip": 0.05}])
def test_a_slow_service_gives_no_answer_at_the_deadline(http: Callable[..., str], behaviour: dict[str, object]) -> None:
    started = time.monotonic()
    with pytest.raises(NoAnswerError, match="no answer in time"):
        web.ask(http(**behaviour), Family.IPV4, Deadline(0.3))
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("behaviour", [{"silent": True}, {"drip": 60}])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_cancelled_deadline_ends_the_waiting(
    http: Callable[..., str], behaviour: dict[str, object], scheme: str
) -> None:
    deadline = Deadline(120)
    url = http(**behaviour).replace("http", scheme)
    timer = threading.Timer(0.1, deadline.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(NoAnswerError):
        web.ask(url, Family.IPV4, deadline)
    assert time.monotonic() - started < 60
    timer.join()
