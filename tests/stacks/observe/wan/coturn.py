"""A real STUN server: coturn, from the Debian package of that name."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from stacks.observe.wan.sources.stun import encode_binding_request

PATIENCE = 60.0
TRIES = 3
"""Ports that were free a moment ago may be taken when coturn binds them; it then neither ends nor answers."""


@contextmanager
def coturn_on(hosts: Sequence[str], folder: Path, options: Callable[[int], Sequence[str]]) -> Iterator[int]:
    """Run coturn on these addresses within the block, which gets its port. options: more of them, by a second port."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("coturn is not installed (`apt-get install coturn`)")
    for _ in range(TRIES):
        port, other = free_ports()
        arguments = ["-n", "--no-cli", "--no-tls", "--no-dtls", f"--listening-port={port}", *options(other)]
        arguments += [f"--listening-ip={host}" for host in hosts]
        arguments += [f"--pidfile={folder}/pid", f"--userdb={folder}/users", f"--log-file={folder}/log", "--simple-log"]
        with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                if listens(server, hosts, port):
                    yield port
                    return
            finally:
                server.terminate()
    pytest.fail(f"coturn does not answer; its log: {(folder / 'log').read_text()[-2000:]}")


def free_ports() -> tuple[int, int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) for _ in range(2)]
        for sock in sockets:
            sock.bind(("0.0.0.0", 0))
        port, other = (sock.getsockname()[1] for sock in sockets)
        return port, other


def listens(server: subprocess.Popen[bytes], hosts: Sequence[str], port: int) -> bool:
    """Whether it answers on all its addresses, over UDP and TCP, in time."""
    until = time.monotonic() + PATIENCE
    waiting = [(host, kind) for host in hosts for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)]
    while waiting and server.poll() is None and time.monotonic() < until:
        waiting = [(host, kind) for host, kind in waiting if not answers(host, port, kind)]
    return not waiting


def answers(host: str, port: int, kind: socket.SocketKind) -> bool:
    """Whether a STUN server answers there by now; waits a little where not."""
    with suppress(OSError), socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as sock:
        sock.settimeout(1)
        sock.connect((host, port))
        sock.send(encode_binding_request(bytes(12)))
        return bool(sock.recv(2048))
    time.sleep(0.02)  # a foreign process tells nothing when it begins to listen
    return False
