"""The real external-dns as a webhook server on loopback, over one of its own providers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from components.webhook.shapes import MEDIA_TYPE
from lab.kube.process import Service
from lab.name_servers import external_dns

ZONE = "house.example"
PATIENCE = 60.0
"""Seconds for an answer, on a busy machine."""
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, and its URL."""

    url: str
    service: Service

    @property
    def log(self) -> str:
        return self.service.log.read_text(errors="replace")

    def endpoints(self) -> dict[str, Document]:
        """What it lists, by `name/type`."""
        found = requests.get(f"{self.url}/records", headers={"Accept": MEDIA_TYPE}, timeout=PATIENCE).json() or []
        return {f"{one['dnsName']}/{one['recordType']}": one for one in found}

    def targets(self) -> dict[str, list[str]]:
        """What it lists beside marks."""
        found = {name: sorted(one["targets"]) for name, one in self.endpoints().items()}
        return {name: targets for name, targets in sorted(found.items()) if "heritage=" not in targets[0]}

    def ask(self, **changes: list[Document]) -> None:
        """Change what it has as somebody else does."""
        answer = requests.post(
            f"{self.url}/records", json=changes, headers={"Content-Type": MEDIA_TYPE}, timeout=PATIENCE
        )
        assert answer.status_code == 204, self.log

    def stop(self) -> None:
        self.service.stop(kill=True)


def endpoint(name: str, *targets: str, record_type: str = "A", ttl: int = 300, **others: object) -> Document:
    return {"dnsName": name, "recordType": record_type, "targets": [*targets], "recordTTL": ttl, **others}


@contextmanager
def serving(program: Path, folder: Path, *arguments: str) -> Iterator[Server]:
    """Run a server. arguments: its provider."""
    with external_dns.webhook_server(program, folder, *arguments) as service:
        yield Server(external_dns.URL, service)


def in_memory(program: Path, folder: Path, *zones: str) -> Any:  # noqa: ANN401 - a context manager of a Server
    """Run one over its provider in memory."""
    return serving(program, folder, "--provider=inmemory", *(f"--inmemory-zone={one}" for one in zones or (ZONE,)))
