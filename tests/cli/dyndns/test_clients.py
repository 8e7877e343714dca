"""The dyndns2 endpoint as real programs of routers call it: ddclient and inadyn."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.dyndns.endpoint import dyndns_application
from cli.web.server import serving
from stacks.observe.wan.sources.pushed import addresses
from tests.cli.dyndns.test_endpoint import Endpoint

PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
Client = Callable[[Path, int, str], "subprocess.CompletedProcess[str]"]


def _program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    if found is None:
        pytest.skip(f"no {name}: install the package {name}")
    return found


def ddclient(folder: Path, port: int, password: str) -> subprocess.CompletedProcess[str]:
    file = folder / "ddclient.conf"
    file.write_text(f"""\
protocol=dyndns2
ssl=no
use=ip, ip=203.0.113.9
server=127.0.0.1:{port}
login=cottage
password='{password}'
cottage.example.com
""")
    file.chmod(0o600)
    return _ran(
        [_program("ddclient"), "-daemon=0", "-force", "-verbose", f"-file={file}", f"-cache={folder}/ddclient.cache"]
    )


def inadyn(folder: Path, port: int, password: str) -> subprocess.CompletedProcess[str]:
    file = folder / "inadyn.conf"
    file.write_text(f"""\
allow-ipv6 = false
custom cottage {{
    ddns-server = 127.0.0.1:{port}
    ddns-path = "/nic/update?hostname=%h&myip=%i"
    ssl = false
    username = cottage
    password = "{password}"
    hostname = cottage.example.com
    checkip-command = "/bin/echo 203.0.113.9"
}}
""")
    cache = folder / "inadyn"
    cache.mkdir(exist_ok=True)
    shown = ("--foreground", "--loglevel=debug", "--no-pidfile")
    return _ran([_program("inadyn"), "-1", "-n", *shown, f"--config={file}", f"--cache-dir={cache}"])


def _ran(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


@pytest.mark.parametrize("client", [ddclient, inadyn])
def test_a_real_client_tells_its_address_and_takes_the_answers_for_what_they_are(
    client: Client, tmp_path: Path
) -> None:
    endpoint = Endpoint(tmp_path / "pushed")

    async def run() -> None:
        async with serving("127.0.0.1:0", dyndns_application(endpoint.dyndns)) as port:
            wrong = await asyncio.to_thread(client, tmp_path, port, "a guess")
            assert not endpoint.folder.exists()
            right = await asyncio.to_thread(client, tmp_path, port, "open sesame")
            assert list(map(str, addresses(str(endpoint.folder), "cottage"))) == ["203.0.113.9"], right
            said = right.stdout + right.stderr
            assert "203.0.113.9" in said
            assert right.returncode == 0, said
            assert "good" in said.lower() or "success" in said.lower()
            told = wrong.stdout + wrong.stderr
            assert "auth" in told.lower(), told

    asyncio.run(run())
