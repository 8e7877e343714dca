"""A web server that takes whatever is sent to it, and answers as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

import pytest

DEADLINE = 60.0


@dataclass(frozen=True)
class Got:
    method: str
    path: str
    body: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Hook:
    """status: what it answers. answering: it answers nothing while this is not set."""

    port: int = 0
    status: int = 200
    answering: threading.Event = field(default_factory=threading.Event)
    _got: SimpleQueue[Got] = field(default_factory=SimpleQueue)

    def next(self) -> Got:
        """The next request, awaited."""
        return self._got.get(timeout=DEADLINE)

    def is_quiet(self) -> bool:
        """Whether nothing more has come."""
        return self._got.empty()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length).decode()
        self._got.put(Got(handler.command, handler.path, body))
        self.answering.wait(DEADLINE)
        handler.send_response(self.status)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"OK")


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, hook: Hook, *arguments: Any) -> None:  # noqa: ANN401 - the server's
        self._hook = hook
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._hook.answer(self)

    def do_POST(self) -> None:
        self._hook.answer(self)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base's name
        """Nothing: the test looks at what has come."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()
    found.answering.set()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, found)) as server:
        found.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield found
        finally:
            found.answering.set()
            server.shutdown()
            thread.join()
