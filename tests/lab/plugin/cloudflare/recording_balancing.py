"""A small API that records what it is asked: enough of Cloudflare's load balancing for a plugin to work on.

It is independent of the lab's Cloudflare and answers with what it was sent, but for the order of origins.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.lab.plugin.recording_api import Request

ACCOUNT = "01a7362d577a6c3019a474fd6f485823"
MONITORS = f"/accounts/{ACCOUNT}/load_balancers/monitors"
POOLS = f"/accounts/{ACCOUNT}/load_balancers/pools"
COMPUTED: dict[str, Any] = {"created_on": "2026-01-01T05:20:00.12345Z", "modified_on": "2026-01-01T05:20:00.12345Z"}


@dataclass(slots=True)
class BalancingApi:
    """The entries of all collections by their paths, and the requests."""

    url: str = ""
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    dropped: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: int = 0

    def add(self, collection: str, **entry: object) -> str:
        """Put an entry there; return its id."""
        self.made += 1
        identifier = f"{self.made:032x}"
        self.entries[f"{collection}/{identifier}"] = COMPUTED | _as_answered(entry) | {"id": identifier}
        return identifier

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        with self.lock:
            self.requests.append(request)
            if request.method == "POST":
                identifier = self.add(request.path, **request.body)
                return _json(200, result=self.entries[f"{request.path}/{identifier}"], success=True, errors=[])
            if request.path not in self.entries:
                error = {"code": 1001, "message": "object not found"}
                return _json(404, result=None, success=False, errors=[error])
            if request.method == "DELETE":
                return _json(200, result={"id": self.entries.pop(request.path)["id"]}, success=True, errors=[])
            if request.method == "PUT":
                identifier = self.entries[request.path]["id"]
                self.entries[request.path] = COMPUTED | _as_answered(request.body) | {"id": identifier}
            return _json(200, result=self.entries[request.path], success=True, errors=[])


def _as_answered(entry: dict[str, Any]) -> dict[str, Any]:
    if "origins" not in entry:
        return entry
    return entry | {"origins": sorted(entry["origins"], key=lambda origin: str(origin["name"]))}


def _json(status: int, **body: object) -> tuple[int, dict[str, str], str]:
    return status, {"Content-Type": "application/json"}, json.dumps(body | {"messages": []})
