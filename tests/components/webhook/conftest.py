"""A small provider that speaks the protocol on loopback, with the faults that a test gives it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from components.webhook import changes, client
from components.webhook.client import Webhook
from components.webhook.connection import WebhookPlace
from components.webhook.shapes import MEDIA_TYPE

Document = dict[str, Any]


@dataclass
class Provider:
    """What it has, by name and type; what it was asked; how it answers.

    statuses: those of its next answers, by method and path; a negative one is that of an answer after the deed. keeps:
    what it makes of an endpoint, None for nothing.
    """

    url: str = ""
    there: dict[tuple[str, str], Document] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    media_type: str = MEDIA_TYPE
    body: bytes | None = None
    domains: Document = field(default_factory=dict)
    adjusts: Callable[[Document], Document | None] = lambda one: one
    keeps: Callable[[Document], Document | None] = lambda one: one
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def webhook(self) -> Webhook:
        return Webhook(WebhookPlace(self.url, 60))

    def put(self, name: str, *targets: str, record_type: str = "A", **others: object) -> None:
        one = {"dnsName": name, "recordType": record_type, "targets": [*targets], "recordTTL": 300, **others}
        self.there[name, record_type] = one

    def targets(self) -> dict[str, list[str]]:
        return {"/".join(key): one["targets"] for key, one in sorted(self.there.items())}

    def requests(self, method: str) -> list[str]:
        return [path for said, path, _ in self.asked if said == method]

    def answer(self, method: str, path: str, document: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        self.asked.append((method, path, document))
        waiting = self.statuses.get(f"{method} {path}", [])
        status = waiting.pop(0) if waiting else 200
        if status > 299:
            return status, None
        answer: Any = None
        if path == "/":
            answer = self.domains
        elif method == "GET":
            answer = list(self.there.values()) or None
        elif path == "/adjustendpoints":
            answer = [kept for one in document if (kept := self.adjusts(one))]
        else:
            self._change(document)
            status = 204 if status == 200 else status
        return abs(status), answer

    def _change(self, document: Document) -> None:
        for one in document.get("delete") or ():
            del self.there[one["dnsName"], one["recordType"]]
        for one in (*(document.get("create") or ()), *(document.get("updateNew") or ())):
            if kept := self.keeps(one):
                self.there[one["dnsName"], one["recordType"]] = kept


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setattr(client, "WAITS", (0.0, 0.0))
    monkeypatch.setattr(changes, "SETTLING", (0.0, 0.0))
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.headers = dict(self.headers)
            status, document = made.answer(self.command, self.path, json.loads(body) if body else None)
            if status == 599:  # the answer is lost
                self.close_connection = True
                return
            content = made.body if made.body is not None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", made.media_type)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if status != 204:
                self.wfile.write(content)

        do_GET = do_POST = _do  # noqa: N815 - as http.server has them

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        server.shutdown()
        thread.join(10)
