"""A real BIND 9 on loopback with one zone, that three know the keys of: TrueNorth, somebody else, and a witness."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
import dns.tsig
import dns.update

from bench.campaigns.wrong import WrongError
from lab.kube.ports import reserved
from lab.name_servers.asking import serial

ZONE = "house.example"
KEY, SOMEBODY, WITNESS = "truenorth", "somebody", "witness"
SECRET = "c2VjcmV0LW9mLXRoZS1jYW1wYWlnbi1hbmQtbm8tb3RoZXI="  # noqa: S105 - of servers that live for a minute
PATIENCE = 60.0
"""Seconds for an answer, on a busy machine."""
_CONFIGURATION = """\
options {{
  directory "{folder}";
  pid-file "{folder}/named.pid";
  session-keyfile "{folder}/session.key";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  recursion no;
  dnssec-validation no;
  allow-new-zones no;
}};
controls {{ }};
{keys}
zone "{zone}" {{
  type primary;
  file "{folder}/{zone}";
  allow-transfer {{ {transfer} }};
  update-policy {{ grant "{key}" zonesub ANY; grant "{somebody}" zonesub ANY; }};
}};
"""
_ZONE_FILE = f"""\
$TTL 3600
@ IN SOA ns1.{ZONE}. hostmaster.{ZONE}. 1 3600 600 86400 60
@ IN NS ns1.{ZONE}.
ns1 IN A 127.0.0.1
"""
_RELOADED = "all zones loaded"

Key = tuple[str, str]
"""The label of a name, `@` for the zone's own, and a type."""


@dataclass(frozen=True, slots=True)
class Set:
    """The TTL and the values of a record set, as a zone file has them."""

    ttl: int
    values: frozenset[str]


@dataclass
class Server:
    """A name server: where it listens, what its zone has, and who has changed it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def address(self) -> str:
        """Its place, as settings have it."""
        return f"127.0.0.1:{self.port}"

    def sets(self) -> dict[Key, Set]:
        """Return what the zone holds, without the server's own."""
        found: dict[Key, Set] = {}
        name, *_ = keyring = {dns.tsig.Key(WITNESS, SECRET).name: dns.tsig.Key(WITNESS, SECRET)}
        transfer = dns.query.xfr(
            "127.0.0.1", ZONE, port=self.port, keyring=keyring, keyname=name, relativize=False, lifetime=PATIENCE
        )
        for message in transfer:
            for part in message.answer:
                label = part.name.to_text(omit_final_dot=True).removesuffix(ZONE).rstrip(".") or "@"
                key = label, dns.rdatatype.to_text(part.rdtype)
                if key[1] != "SOA" and key not in {("@", "NS"), ("ns1", "A")}:
                    before = found[key].values if key in found else frozenset[str]()
                    found[key] = Set(part.ttl, before | {value.to_text() for value in part})
        return found

    def serial(self) -> int:
        """Return the serial of the zone, which every change of it raises."""
        return serial(f"127.0.0.1:{self.port}", ZONE)

    def put(self, key: Key, wanted: Set | None) -> None:
        """Make or remove a record set, as somebody else does."""
        label, kind = key
        update = dns.update.UpdateMessage(ZONE, keyring=dns.tsig.Key(SOMEBODY, SECRET))
        update.delete(label, kind)
        for value in sorted(wanted.values) if wanted else ():
            update.add(label, wanted.ttl if wanted else 0, kind, value)
        answer = dns.query.tcp(update, "127.0.0.1", port=self.port, timeout=PATIENCE)
        if answer.rcode() != 0:
            raise RuntimeError(f"{key}: {answer}")

    def updates(self) -> int:
        """Return how many lines the log has of changes by TrueNorth, carried out or not."""
        return self._log().count(f"/key {KEY}: updating zone")

    def let_transfer(self, *, allowed: bool) -> None:
        """Let TrueNorth list the zone by a transfer, or refuse it from now on."""
        before = self._log().count(_RELOADED)
        _configure(self.folder, self.port, transferring=(KEY, WITNESS) if allowed else (WITNESS,))
        self.process.send_signal(signal.SIGHUP)
        _await(self, lambda: self._log().count(_RELOADED) > before)

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run a server with an empty zone until the block ends; all that it writes is in the folder."""
    named = shutil.which("named", path="/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/usr/local/bin")
    if named is None:
        raise WrongError("there is no `named`: scripts/system-packages installs it")
    folder.mkdir(parents=True)
    (folder / ZONE).write_text(_ZONE_FILE)
    with reserved() as port, (folder / "log").open("wb") as log:
        _configure(folder, port, transferring=(KEY, WITNESS))
        command = (named, "-g", "-n", "1", "-c", str(folder / "named.conf"))
        with subprocess.Popen(command, stdout=log, stderr=log) as process:  # noqa: S603 - the system's own
            made = Server(folder, port, process)
            try:
                _await(made, lambda: " running\n" in made._log() and _answers(made))  # noqa: SLF001 - of this module
                yield made
            finally:
                process.kill()


def _configure(folder: Path, port: int, *, transferring: tuple[str, ...]) -> None:
    keys = "\n".join(
        f'key "{name}" {{ algorithm hmac-sha256; secret "{SECRET}"; }};' for name in (KEY, SOMEBODY, WITNESS)
    )
    transfer = " ".join(f'key "{name}";' for name in transferring)
    text = _CONFIGURATION.format(
        folder=folder, port=port, keys=keys, zone=ZONE, transfer=transfer, key=KEY, somebody=SOMEBODY
    )
    (folder / "named.conf").write_text(text)


def _await(server: Server, happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        if server.process.poll() is not None or time.monotonic() > until:
            raise RuntimeError((server.folder / "log").read_text(errors="replace"))
        time.sleep(0.02)


def _answers(server: Server) -> bool:
    try:
        server.serial()
    except (OSError, EOFError, dns.exception.DNSException):
        return False
    return True
