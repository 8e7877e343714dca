"""Real resolvers on loopback, unbound and dnsmasq: what the clients of a house ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.kube.ports import HOST, free, listens
from lab.kube.process import Service, group
from lab.name_servers.asking import Answer, ask
from lab.name_servers.programs import find

START_DEADLINE = 60.0
"""Seconds; a tenth of one is usual."""
_UNBOUND = """\
server:
    chroot: ""
    username: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    logfile: ""
    interface: 127.0.0.1
    port: {port}
    do-ip6: no
    do-not-query-localhost: no
    num-threads: 1
remote-control:
    control-enable: no
{lines}
"""
_DNSMASQ = """\
listen-address=127.0.0.1
port={port}
bind-interfaces
no-resolv
no-hosts
no-daemon
user=
pid-file=
{lines}
"""


@dataclass(frozen=True, slots=True)
class Resolver:
    """A resolver that runs."""

    port: int
    service: Service

    @property
    def place(self) -> str:
        """HOST:PORT, UDP and TCP."""
        return f"{HOST}:{self.port}"

    def ask(self, name: str) -> Answer:
        """Ask for the address of a name."""
        return ask(self.place, name)

    def start(self) -> None:
        """Start it, with nothing in its cache, and wait until it listens."""
        self.service.start(lambda: listens(self.port), START_DEADLINE)

    def stop(self) -> None:
        """End it."""
        self.service.stop()


@contextmanager
def unbound(folder: Path, lines: str) -> Iterator[Resolver]:
    """Run unbound while the context lasts. lines: further ones of its configuration."""
    with _running(folder, "unbound", _UNBOUND, lines, ("-d", "-p", "-c")) as made:
        yield made


@contextmanager
def dnsmasq(folder: Path, lines: str) -> Iterator[Resolver]:
    """Run dnsmasq while the context lasts. lines: further ones of its configuration."""
    with _running(folder, "dnsmasq", _DNSMASQ, lines, ("-C",)) as made:
        yield made


@contextmanager
def _running(folder: Path, name: str, text: str, lines: str, options: tuple[str, ...]) -> Iterator[Resolver]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    port, file = free(), folder / f"{name}.conf"
    file.write_text(text.format(folder=folder, port=port, lines=lines), encoding="utf-8")
    with group(folder) as services:
        made = Resolver(port, services.add(name, [find(name) or name, *options, str(file)]))
        made.start()
        yield made
