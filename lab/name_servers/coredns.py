"""The real CoreDNS on loopback, with a ConfigMap's file in a folder, as a kubelet puts it there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.exception
import dns.message
import dns.query
import requests

from lab.kube.client import ApiError, Client
from lab.kube.ports import HOST, reserved
from lab.kube.process import Service, group
from lab.name_servers.asking import PATIENCE

FILE = "zone.db"
START_DEADLINE = 60.0
"""Seconds, on a busy machine."""
_KNOCK = 10.0
_AGAIN = 0.1
"""Seconds: for an answer while it starts, and until a cluster that is gone is asked again."""
_COREFILE = """\
{zone}:{port} {{
    bind 127.0.0.1
    log
    errors
    file {folder}/{file} {{
        reload 100ms
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class CoreDns:
    """A CoreDNS that runs: its zone, the folder of its files, and where it listens."""

    zone: str
    folder: Path
    port: int
    service: Service

    @property
    def place(self) -> str:
        """HOST:PORT, UDP and TCP."""
        return f"{HOST}:{self.port}"

    @property
    def log(self) -> str:
        """What it has said."""
        return self.service.log.read_text(encoding="utf-8", errors="replace")

    def put(self, text: str) -> None:
        """Put the zone's file there, in one step."""
        draft = self.folder / "draft"
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.folder / "files" / FILE)

    def _answers(self) -> bool:
        """Return whether it answers, if only that it has no file yet."""
        try:
            dns.query.tcp(dns.message.make_query(self.zone, "SOA"), HOST, _KNOCK, self.port)
        except (OSError, EOFError, dns.exception.DNSException):
            return False
        return True


@contextmanager
def coredns(program: Path, folder: Path, zone: str) -> Iterator[CoreDns]:
    """Run a CoreDNS without a file yet, while the context lasts; it waits for one."""
    (folder / "files").mkdir(parents=True, mode=0o700)
    with reserved() as port, group(folder) as services:
        text = _COREFILE.format(zone=zone, port=port, folder=folder / "files", file=FILE)
        (folder / "Corefile").write_text(text, encoding="utf-8")
        service = services.add("coredns", [str(program), "-conf", str(folder / "Corefile")])
        made = CoreDns(zone, folder, port, service)
        service.start(made._answers, START_DEADLINE)  # noqa: SLF001 - of this module
        yield made


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
                    _pass_on(event, put)
            except (ApiError, requests.RequestException):
                ended.wait(_AGAIN)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(PATIENCE)


def _pass_on(event: Mapping[str, Any], put: Callable[[str], None]) -> None:
    if event["type"] in {"ADDED", "MODIFIED"} and (text := (event["object"].get("data") or {}).get(FILE)):
        put(text)
