"""A small LiveDNS API that records what it is asked, independent of the lab's own."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.lab.plugin.recording_api import Request

ZONE = "example.com"
RECORDS = f"/domains/{ZONE}/records"
WWW = f"{RECORDS}/www/A"
BASE_PATH = "/v5/livedns"
CREATED = {"message": "DNS Record Created"}


def quoted(record_type: str, values: list[str]) -> list[str]:
    """TXT values as the API gives them back."""
    if record_type != "TXT":
        return values
    return [value if value.startswith('"') else f'"{value}"' for value in values]


@dataclass(slots=True)
class RecordingGandi:
    """Record sets by their paths, the requests, and answers to give instead of the ordinary ones."""

    url: str = ""
    dropped: int = 0
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    instead: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def root(self) -> str:
        """The URL as GANDI_URL wants it."""
        return self.url.removesuffix(BASE_PATH)

    def add(self, name: str, record_type: str, *values: str, ttl: int = 300) -> None:
        """Put a record set there."""
        self._put(f"{RECORDS}/{name}/{record_type}", ttl, list(values))

    def record(self, name: str, record_type: str = "A") -> dict[str, Any]:
        return self.records[f"{RECORDS}/{name}/{record_type}"]

    def forget(self, name: str, record_type: str = "A") -> None:
        """Delete a record set behind everybody's back."""
        del self.records[f"{RECORDS}/{name}/{record_type}"]

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        with self.lock:
            self.requests.append(request)
            if self.instead:
                return self.instead.pop(0)
            path, body = request.path.partition("?")[0], request.body
            if request.method == "POST":
                return self._post(f"{path}/{body['rrset_name']}/{body['rrset_type']}", body)
            if request.method == "PUT":
                self._put(path, body["rrset_ttl"], body["rrset_values"])
                return _json(201, CREATED)
            if path not in self.records:
                message = "Can't find the DNS record in the zone"
                return _json(404, {"object": "dns-record", "cause": "Not Found", "code": 404, "message": message})
            if request.method == "DELETE":
                del self.records[path]
                return 204, {}, ""
            return _json(200, self.records[path])

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], str]:
        held = self.records.get(path)
        if held is None:
            self._put(path, body["rrset_ttl"], body["rrset_values"])
            return _json(201, CREATED)
        wanted = sorted(set(quoted(body["rrset_type"], body["rrset_values"])))
        if (held["rrset_ttl"], sorted(held["rrset_values"])) == (body["rrset_ttl"], wanted):
            return _json(200, CREATED)
        return _json(409, {"code": 409, "message": "This record already exists"})

    def _put(self, path: str, ttl: int, values: list[str]) -> None:
        name, record_type = path.split("/")[-2:]
        self.records[path] = {
            "rrset_name": name,
            "rrset_type": record_type,
            "rrset_ttl": ttl,
            "rrset_values": list(dict.fromkeys(quoted(record_type, values))),
            "rrset_href": f"https://api.gandi.net/v5/livedns{path}",
        }


def _json(status: int, body: object) -> tuple[int, dict[str, str], str]:
    return status, {"Content-Type": "application/json"}, json.dumps(body)
