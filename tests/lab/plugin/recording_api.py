"""A small API that records what it is asked: enough of Cloudflare's DNS records for a plugin to work on.

It is independent of the lab's Cloudflare, so that the plugin is not only tried on what was written beside it.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
OTHER_ZONE = "353c0d2738a13cae9da8fece4f501e32"
COMPUTED: dict[str, Any] = {
    "created_on": "2026-01-01T05:20:00.12345Z",
    "modified_on": "2026-01-01T05:20:00.12345Z",
    "comment": None,
    "meta": {},
    "proxiable": True,
    "proxied": False,
    "settings": {},
    "tags": [],
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in; `path` without the base path."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class RecordingApi:
    """The records of all zones by their paths, the requests, and answers to give instead of the ordinary ones."""

    url: str = ""
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    instead: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    dropped: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: int = 0

    @property
    def lines(self) -> list[str]:
        return [request.line for request in self.requests]

    def add(self, zone: str = ZONE, **record: object) -> str:
        """Put a record there; return its id."""
        self.made += 1
        record_id = f"{self.made:032x}"
        path = f"/zones/{zone}/dns_records/{record_id}"
        self.records[path] = COMPUTED | record | {"id": record_id}
        return record_id

    def record(self, record_id: str, zone: str = ZONE) -> dict[str, Any]:
        return self.records[f"/zones/{zone}/dns_records/{record_id}"]

    def forget(self, record_id: str, zone: str = ZONE) -> None:
        """Delete a record behind everybody's back."""
        del self.records[f"/zones/{zone}/dns_records/{record_id}"]

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        with self.lock:
            self.requests.append(request)
            if self.instead:
                return self.instead.pop(0)
            if request.method == "POST":
                zone = request.path.split("/")[2]
                record_id = self.add(zone, **request.body)
                return self._found(f"{request.path}/{record_id}")
            if request.path not in self.records:
                return _json(
                    404, result=None, success=False, errors=[{"code": 81044, "message": "Record does not exist."}]
                )
            if request.method == "DELETE":
                return _json(200, result={"id": self.records.pop(request.path)["id"]}, success=True, errors=[])
            if request.method == "PUT":
                kept = {name: self.records[request.path][name] for name in ("id", "created_on")}
                self.records[request.path] = COMPUTED | request.body | kept
            return self._found(request.path)

    def _found(self, path: str) -> tuple[int, dict[str, str], str]:
        return _json(200, result=self.records[path], success=True, errors=[])


def _json(status: int, **body: object) -> tuple[int, dict[str, str], str]:
    return status, {"Content-Type": "application/json"}, json.dumps(body | {"messages": []})


class Recording(Protocol):
    """An API that can be served: it answers requests, but for the next `dropped` ones."""

    url: str
    dropped: int
    requests: list[Request]

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        """Answer with a status, headers and a body."""


@contextmanager
def recording(api: Recording, base_path: str) -> Iterator[None]:
    """Serve the API while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            path = self.path.removeprefix(base_path)
            request = Request(self.command, path, json.loads(content) if content else None, dict(self.headers))
            if api.dropped:
                api.dropped -= 1
                api.requests.append(request)
                self.close_connection = True
                return
            status, headers, text = api.answer(request)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = do_DELETE = handle_one  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}{base_path}"
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
