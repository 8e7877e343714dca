"""Web services that answer the caller's address: plain text, JSON, Cloudflare's trace and DNS over HTTPS."""

from __future__ import annotations

import json
import select
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING

from lab.addresses import doh
from lab.addresses.settable import Addresses, in_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HTML = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
HUGE = 1_000_000


@dataclass
class HttpBehaviour:
    """How a service behaves; set from any thread, in force from the next request."""

    silent: bool = False
    """The request is read and never answered."""
    on_silence: Callable[[], object] | None = None
    """Called, in the connection's thread, with each request that is not answered because of that."""
    delay: float = 0.0
    """Seconds from a request to its answer."""
    lie: str | None = None
    """The address that is answered in place of the true one."""
    html: bool = False
    """A page that bot protection shows, with status 200."""
    huge: bool = False
    """A body that goes on and on."""
    drip: float = 0.0
    """Seconds between two bytes of the body."""
    status: int = 200
    redirect: str = ""
    """A Location to send the caller to, with status 302."""
    key: str = ""
    """The X-API-Key without which a request is answered with status 401, as routers and services with accounts do."""
    requests: int = 0
    """Counts the requests that came."""


@contextmanager
def serve_http(
    addresses: Addresses,
    host: str = "127.0.0.1",
    port: int = 0,
    behaviour: HttpBehaviour | None = None,
    certificate: Path | None = None,
) -> Iterator[str]:
    """Serve within the block, which gets the base URL: `/` is plain text, `/json`, `/origin`, `/cdn-cgi/trace`.

    `/status.html` is the page of a router, `/dns-query` answers DNS over HTTPS. certificate: the file with that of the
    host and its key, for https. Raises `OSError` naming the port where it cannot be had.
    """
    try:
        server = _Server(addresses, behaviour or HttpBehaviour(), host, port, certificate)
    except OSError as error:
        raise in_use(error, host, port) from error
    chosen = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=f"lab HTTP {chosen}", daemon=True)
    thread.start()
    try:
        scheme = "https" if certificate else "http"
        yield f"{scheme}://[{host}]:{chosen}" if ":" in host else f"{scheme}://{host}:{chosen}"
    finally:
        server.stop()
        thread.join()


class _Server(ThreadingMixIn, HTTPServer):
    """A thread for each connection; `stop` ends them all."""

    daemon_threads = False  # so that server_close waits for them

    def __init__(
        self, addresses: Addresses, behaviour: HttpBehaviour, host: str, port: int, certificate: Path | None
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.addresses = addresses
        self.behaviour = behaviour
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((host, port), _Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # Each connection's thread shakes hands, when it first reads: one that says nothing holds up no other.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def server_bind(self) -> None:
        # HTTPServer's own asks DNS for the host's name, which is used for nothing here.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def hold(self, connection: socket.socket) -> None:
        """Remember a connection, to end it in `stop`."""
        with self._lock:
            self._connections.add(connection)

    def release(self, connection: socket.socket) -> None:
        """Forget a connection that is about to be closed."""
        with self._lock:
            self._connections.discard(connection)

    def stop(self) -> None:
        """End all connections and close; called from another thread than the server's."""
        self.shutdown()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request a connection."""

    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.hold(self.connection)

    def finish(self) -> None:
        with suppress(OSError):  # the client has gone
            super().finish()
        self.server.release(self.connection)

    def handle(self) -> None:
        with suppress(OSError):  # the client has gone, or the server stops
            super().handle()

    def do_GET(self) -> None:
        behaviour = self.server.behaviour
        behaviour.requests += 1
        if behaviour.silent:
            if behaviour.on_silence is not None:
                behaviour.on_silence()
            self._ended_within(None)
            return
        if self._ended_within(behaviour.delay):
            return
        address = behaviour.lie or self.server.addresses.seen_from(str(self.client_address[0]))
        body = self._body(address) if address is not None else None
        status = behaviour.status if body is not None else HTTPStatus.SERVICE_UNAVAILABLE
        if self.path not in BODIES:
            status, body = HTTPStatus.NOT_FOUND, "not found\n"
        if behaviour.key and self.headers.get("X-API-Key") != behaviour.key:
            status, body = HTTPStatus.UNAUTHORIZED, "unauthorized\n"
        if behaviour.redirect:
            status = HTTPStatus.FOUND
        self._send(int(status), (body or "").encode())

    def do_POST(self) -> None:
        """Answer DNS over HTTPS (RFC 8484): the question is the body."""
        behaviour = self.server.behaviour
        behaviour.requests += 1
        wire = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), doh.LONGEST))
        if behaviour.silent or self._ended_within(behaviour.delay):
            self._ended_within(None if behaviour.silent else 0)
            return
        address = behaviour.lie or self.server.addresses.seen_from(str(self.client_address[0]))
        if self.path != doh.PATH or self.headers.get("Content-Type") != doh.MEDIA_TYPE:
            self._send(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, b"")
        elif behaviour.status != HTTPStatus.OK or address is None:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, b"")
        elif behaviour.html:
            self._send(HTTPStatus.OK, HTML.encode())
        else:
            answer = doh.answer(wire, address)
            self._send(HTTPStatus.OK if answer else HTTPStatus.BAD_REQUEST, answer or b"", doh.MEDIA_TYPE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of http.server
        """Keep silent: tests and the demo count requests by `HttpBehaviour.requests`."""

    def _ended_within(self, seconds: float | None) -> bool:
        """Wait so long (None: for ever), or until the client has gone or the server stops: whether one did."""
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        return bool(poll.poll(None if seconds is None else 1000 * seconds))

    def _body(self, address: str) -> str:
        behaviour = self.server.behaviour
        if behaviour.huge:
            return "1" * HUGE
        if behaviour.html:
            return HTML
        return BODIES.get(self.path, BODIES["/"])(address)

    def _send(self, status: int, body: bytes, media_type: str = "text/plain; charset=utf-8") -> None:
        behaviour = self.server.behaviour
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        if behaviour.redirect:
            self.send_header("Location", behaviour.redirect)
        self.end_headers()
        if not behaviour.drip:
            self.wfile.write(body)
            return
        for byte in body:
            self.wfile.write(bytes([byte]))
            if self._ended_within(behaviour.drip):
                return


def _trace(address: str) -> str:
    lines = (
        "fl=1f1",
        "h=cloudflare.com",
        f"ip={address}",
        "ts=1700000000.000",
        "visit_scheme=https",
        "colo=LAB",
        "warp=off",
    )
    return "\n".join(lines) + "\n"


def _status_page(address: str) -> str:
    rows = (("Gateway", "192.168.1.1"), ("WAN address", address), ("DNS", "192.0.2.53"))
    cells = "\n".join(f"<tr><th>{name}</th>\n  <td class='value'>{value}</td></tr>" for name, value in rows)
    return f"<!DOCTYPE html>\n<html><head><title>Status</title></head><body><table>\n{cells}\n</table></body></html>\n"


BODIES = {
    "/": lambda address: f"{address}\n",
    "/json": lambda address: json.dumps({"ip": address}),
    "/origin": lambda address: json.dumps({"origin": address}, indent=2) + "\n",
    "/cdn-cgi/trace": _trace,
    "/status.html": _status_page,
}
