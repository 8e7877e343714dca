"""A login in ~/.netrc replaces no token and is sent to nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.notify.pings import _sent
from stacks.observe.zone import http


class Server:
    """An HTTP server that keeps the Authorization header of each request; /away leads elsewhere."""

    def __init__(self) -> None:
        seen: list[str | None] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(self.headers["Authorization"])
                self.send_response(302 if self.path == "/away" else 200)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.seen = seen
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password ossifrage\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    made = Server()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_an_api_gets_the_token_where_netrc_has_a_login_for_every_host(server: Server) -> None:
    with http.opened("cloudflare", {"Authorization": "Bearer sesame"}) as session:
        http.get(session, f"{server.url}/zones", {}, "Cloudflare", "zones")
    assert server.seen == ["Bearer sesame"]


def test_an_api_that_is_signed_to_otherwise_gets_no_login(server: Server) -> None:
    with http.opened("cloudflare", {"X-Auth-Key": "k"}) as session:
        http.get(session, f"{server.url}/zones", {}, "Cloudflare", "zones")
    assert server.seen == [None]


def test_the_token_is_not_taken_where_a_redirect_leads(server: Server) -> None:
    with http.opened("cloudflare", {"Authorization": "Bearer sesame"}) as session:
        response, _ = http.get(session, f"{server.url}/away", {}, "Cloudflare", "zones")
    assert response.status_code == 302
    assert server.seen == ["Bearer sesame"]


@pytest.mark.parametrize(("login", "sent"), [("", None), ("me:own@", "Basic bWU6b3du")])
def test_a_watchdog_gets_the_login_of_its_address_alone(server: Server, login: str, sent: str | None) -> None:
    assert _sent("GET", server.url.replace("//", f"//{login}") + "/ping", "") == ""
    assert server.seen == [sent]
