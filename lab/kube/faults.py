"""What goes wrong between a client and the API server, and what was asked meanwhile; shared by two threads."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

_REASONS = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    410: "Expired",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}
"""As the API server says them in a Status (k8s.io/apimachinery/pkg/apis/meta/v1, StatusReason)."""
_PATIENCE = 60.0


@dataclass(slots=True)
class _Answer:
    times: int
    containing: str
    content: bytes


class Faults:
    """Answers to give in the API server's place, silence, delay; and the log of requests."""

    def __init__(self) -> None:
        self.delay = 0.0
        """Seconds by which each piece of an answer is late."""
        self.silent = False
        self._changed = threading.Condition()
        self._requests: list[str] = []
        self._answers: list[_Answer] = []

    def add_answer(
        self, status: int, times: int, containing: str, headers: Mapping[str, str], body: bytes | None
    ) -> None:
        """Answer the next requests that contain this text in place of the API server."""
        with self._changed:
            self._answers.append(_Answer(times, containing, _response(status, headers, body)))

    def clear(self) -> None:
        """Let everything work again; the log stays."""
        with self._changed:
            self._answers.clear()
            self.delay, self.silent = 0.0, False

    def ask(self, request: str) -> bytes | None:
        """Take note of a request (`GET /path?query`); return the whole answer if it is not to reach the API server."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
            for answer in self._answers:
                if answer.times > 0 and answer.containing in request:
                    answer.times -= 1
                    return answer.content
        return None

    def requests(self, containing: str = "") -> list[str]:
        """The requests so far that contain this text, oldest first."""
        with self._changed:
            return [request for request in self._requests if containing in request]

    def forget_requests(self) -> None:
        """Empty the log."""
        with self._changed:
            self._requests.clear()

    def await_requests(self, containing: str, count: int, patience: float = _PATIENCE) -> list[str]:
        """Wait until that many requests contain this text; return them. TimeoutError after `patience` seconds."""

        def found() -> list[str]:
            return [request for request in self._requests if containing in request]

        with self._changed:
            if not self._changed.wait_for(lambda: len(found()) >= count, patience):
                raise TimeoutError(f"{count} requests with {containing!r} were awaited, these came: {self._requests}")
            return found()


def _response(status: int, headers: Mapping[str, str], body: bytes | None) -> bytes:
    told = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": status}
    told |= {"reason": _REASONS.get(status, ""), "message": f"the lab answers {status}"}
    content = json.dumps(told).encode() if body is None else body
    sent = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content
