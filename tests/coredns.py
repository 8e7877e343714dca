"""The real CoreDNS on loopback, with a ConfigMap's files in a folder, as a kubelet would have put them there."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.exception
import dns.message
import dns.query
import dns.rcode
import requests

from lab.kube.client import ApiError, Client
from lab.kube.ports import reserved

ZONE = "house.example"
FILE = "zone.db"
STARTING = PATIENCE = 60.0
"""Seconds, on a busy machine."""
COREFILE = """\
{zone}:{port} {{
    bind 127.0.0.1
    log
    errors
    file {folder}/{file} {{
        reload 100ms
    }}
}}
"""


@dataclass
class CoreDns:
    """A name server: where it listens, the folder of its zone's file, and its log."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def server(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def put(self, text: str) -> None:
        """Put the zone's file there, in one step."""
        draft = self.folder / "draft"
        draft.write_text(text)
        draft.replace(self.folder / "files" / FILE)

    def ask(self, name: str, kind: str = "A") -> list[str]:
        """What it answers; the code alone where that is none of success."""
        asked = dns.message.make_query(f"{name}.{ZONE}" if name else ZONE, kind)
        found = dns.query.udp(asked, "127.0.0.1", port=self.port, timeout=PATIENCE)
        if found.rcode() != dns.rcode.NOERROR:
            return [dns.rcode.to_text(found.rcode())]
        return sorted(value.to_text() for one in found.answer for value in one)

    def awaits(self, wanted: list[str], name: str, kind: str = "A") -> None:
        """Wait until it answers that: it looks ten times a second whether the file's serial is another one."""
        until = time.monotonic() + PATIENCE
        while (found := self.ask(name, kind)) != wanted:
            assert time.monotonic() < until, f"{found}, not {wanted}: {self.log}"
            time.sleep(0.02)


@contextmanager
def running(program: Path, folder: Path) -> Iterator[CoreDns]:
    """Run a server without a file yet; it waits for one."""
    (folder / "files").mkdir(parents=True)
    with reserved() as port:
        text = COREFILE.format(zone=ZONE, port=port, folder=folder / "files", file=FILE)
        (folder / "Corefile").write_text(text)
        command = (str(program), "-conf", str(folder / "Corefile"))
        with (folder / "log").open("wb") as log:
            made = CoreDns(folder, port, subprocess.Popen(command, stdout=log, stderr=log))
        try:
            _await(made)
            yield made
        finally:
            made.process.kill()
            made.process.wait(PATIENCE)


def _await(server: CoreDns) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        assert server.process.poll() is None, server.log
        try:
            dns.query.tcp(dns.message.make_query(ZONE, "SOA"), "127.0.0.1", port=server.port, timeout=10)
        except (OSError, EOFError, dns.exception.DNSException):
            time.sleep(0.02)
        else:
            return
    raise AssertionError(server.log)


@contextmanager
def mounted(client: Client, namespace: str, name: str, put: Callable[[str], None]) -> Iterator[None]:
    """Pass on each text of a ConfigMap's file until the block ends. A cluster that is gone changes nothing."""
    ended = threading.Event()
    query = {"fieldSelector": f"metadata.name={name}", "timeoutSeconds": "1"}
    path = f"/api/v1/namespaces/{namespace}/configmaps"

    def follow() -> None:
        while not ended.is_set():
            try:
                for event in client.watch(path, query=query):
                    _passed(event, put)
            except (ApiError, requests.RequestException):
                ended.wait(0.1)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(PATIENCE)


def _passed(event: dict[str, Any], put: Callable[[str], None]) -> None:
    if event["type"] in {"ADDED", "MODIFIED"} and (text := (event["object"].get("data") or {}).get(FILE)):
        put(text)
