"""The real external-dns as a webhook server on loopback, over one of its own providers."""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.kube.ports import HOST, listens
from lab.kube.process import Service, group
from lab.kube.unavailable import KubeUnavailable
from lab.name_servers.bind import KEY, SECRET, NameServer

PORT = 8888
"""The only one (external-dns, controller/execute.go)."""
URL = f"http://{HOST}:{PORT}"
START_DEADLINE = 120.0
"""Seconds, on a busy machine."""
_OWN = ("--webhook-server", "--source=fake", "--policy=sync", "--metrics-address=127.0.0.1:0", "--log-level=debug")


def over(server: NameServer, zone: str) -> tuple[str, ...]:
    """Return the options with which external-dns keeps a zone at a name server, by RFC 2136."""
    return (
        *("--provider=rfc2136", f"--rfc2136-host={HOST}", f"--rfc2136-port={server.port}", f"--rfc2136-zone={zone}"),
        *(f"--rfc2136-tsig-keyname={KEY}", f"--rfc2136-tsig-secret={SECRET}", "--rfc2136-tsig-secret-alg=hmac-sha256"),
        "--rfc2136-tsig-axfr",
    )


@contextmanager
def webhook_server(program: Path, folder: Path, *provider: str) -> Iterator[Service]:
    """Run a server while the context lasts, one at a time of this program. provider: the options of its provider.

    Raises KubeUnavailable where it does not start, or another program has its port.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with program.with_name(f"{program.name}.lock").open("w") as lock, group(folder) as services:
        fcntl.flock(lock, fcntl.LOCK_EX)  # its port cannot be chosen, and another lab may want it
        _check_that_nobody_has_its_port()
        service = services.add("external-dns", [str(program), *_OWN, *provider])
        service.start(lambda: listens(PORT), START_DEADLINE)
        try:
            yield service
        finally:
            service.stop(kill=True)  # it does not end by SIGTERM


def _check_that_nobody_has_its_port() -> None:
    """Raise KubeUnavailable where another program would be taken for the server."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, PORT))
        except OSError as error:
            what = f"external-dns cannot listen at {HOST}:{PORT}, its only port as a webhook server: {error.strerror}"
            raise KubeUnavailable(what, URL, "end the program that listens there") from None
