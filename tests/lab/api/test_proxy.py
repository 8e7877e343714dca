"""The proxy in front of a plain HTTP service; lab/kube/proxy.py adds TLS to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lab.api.proxy import HOST, HttpProxy, in_thread
from lab.api.serving import listening


@dataclass
class Judge:
    """Notes what is asked, and answers GET /instead in the service's place."""

    delay: float = 0.0
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    def ask(self, request: str) -> bytes | None:
        self.asked.append(request)
        return b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n" if request == "GET /instead" else None


async def _echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest.fixture
def proxy(judge: Judge) -> Iterator[HttpProxy]:
    app = Starlette(routes=[Route("/{path:path}", _echo, methods=["GET", "POST"])])
    with listening(app) as port, socket.create_server((HOST, 0)) as listened:
        made = HttpProxy(judge, port, listened)
        with in_thread(made):
            yield made


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        yield made


def test_requests_pass_with_their_bodies_and_are_noted(
    proxy: HttpProxy, judge: Judge, session: requests.Session
) -> None:
    url = f"http://{HOST}:{proxy.port}"
    assert session.post(f"{url}/there?a=1", data=b"x" * 100_000, timeout=60).content == b"x" * 100_000
    assert session.post(f"{url}/there", data=iter([b"in ", b"pieces"]), timeout=60).text == "in pieces"
    assert judge.asked == ["POST /there?a=1", "POST /there"]


def test_an_answer_may_be_given_in_place_of_the_service(proxy: HttpProxy, session: requests.Session) -> None:
    assert session.get(f"http://{HOST}:{proxy.port}/instead", timeout=60).status_code == 429
    assert session.get(f"http://{HOST}:{proxy.port}/else", timeout=60).status_code == 200


def test_silence_reaches_old_and_new_connections(proxy: HttpProxy, session: requests.Session) -> None:
    url = f"http://{HOST}:{proxy.port}/"
    session.get(url, timeout=60)
    proxy.go_silent()
    for one in (session, requests):
        with pytest.raises(requests.ReadTimeout):
            one.get(url, timeout=0.2)
    proxy.speak()
    assert requests.get(url, timeout=60).status_code == 200


def test_a_cut_resets_what_is_connected(proxy: HttpProxy) -> None:
    with socket.create_connection((HOST, proxy.port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            _read_all(client)


def _read_all(client: socket.socket) -> None:
    while client.recv(1 << 16):
        pass
