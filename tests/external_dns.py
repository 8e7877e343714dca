"""The real external-dns as a webhook server on loopback, over one of its own providers."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from components.webhook.shapes import MEDIA_TYPE

ZONE = "house.example"
PORT = 8888
"""The only one (controller/execute.go)."""
PLACE = f"http://127.0.0.1:{PORT}"
STARTING = 60.0
Document = dict[str, Any]


@dataclass
class Server:
    """A server: its URL, its log, and what it has."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def log(self) -> str:
        return (self.folder / "external-dns.log").read_text(errors="replace")

    def endpoints(self) -> dict[str, Document]:
        """What it lists, by `name/type`."""
        found = requests.get(f"{self.url}/records", headers={"Accept": MEDIA_TYPE}, timeout=STARTING).json() or []
        return {f"{one['dnsName']}/{one['recordType']}": one for one in found}

    def targets(self) -> dict[str, list[str]]:
        """What it lists beside marks."""
        found = {name: sorted(one["targets"]) for name, one in self.endpoints().items()}
        return {name: targets for name, targets in sorted(found.items()) if "heritage=" not in targets[0]}

    def ask(self, **changes: list[Document]) -> None:
        """Change what it has as somebody else does."""
        answer = requests.post(
            f"{self.url}/records", json=changes, headers={"Content-Type": MEDIA_TYPE}, timeout=STARTING
        )
        assert answer.status_code == 204, self.log

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(STARTING)


def endpoint(name: str, *targets: str, record_type: str = "A", ttl: int = 300, **others: object) -> Document:
    return {"dnsName": name, "recordType": record_type, "targets": [*targets], "recordTTL": ttl, **others}


@contextmanager
def serving(program: Path, folder: Path, *arguments: str) -> Iterator[Server]:
    """Run a server. arguments: its provider."""
    folder.mkdir(parents=True, exist_ok=True)
    with (Path(tempfile.gettempdir()) / "truenorth-external-dns.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # its port cannot be chosen, and other processes of tests want it, too
        _check_that_nobody_has_its_port()
        log = folder / "external-dns.log"
        own = (
            str(program),
            "--webhook-server",
            "--source=fake",
            "--policy=sync",
            f"--metrics-address=127.0.0.1:{_free()}",
        )
        with log.open("wb") as output:
            process = subprocess.Popen([*own, "--log-level=debug", *arguments], stdout=output, stderr=output)
        made = Server(PLACE, folder, process)
        try:
            _await(made)
            yield made
        finally:
            made.stop()


def in_memory(program: Path, folder: Path, *zones: str) -> Any:  # noqa: ANN401 - a context manager of a Server
    """Run one over its provider in memory."""
    return serving(program, folder, "--provider=inmemory", *(f"--inmemory-zone={one}" for one in zones or (ZONE,)))


def _check_that_nobody_has_its_port() -> None:
    """Raise OSError where another program would be taken for the server."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(("127.0.0.1", PORT))


def _free() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _await(server: Server) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        assert server.process.poll() is None, server.log
        try:
            requests.get(server.url, timeout=STARTING)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(server.log)
