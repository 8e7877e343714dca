"""No command, whether it succeeds or fails, leaves a secret in what it prints or writes."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from cli.engine.install.find import Engine
from lab import remote
from lab.world import Places
from tests.cli.conftest import ROOT, TRUENORTH, Inside, fresh

TOKEN, WRONG_TOKEN = "squeamish-ossifrage-token", "wrong-ossifrage-token"
SECRETS = {
    "CLOUDFLARE_API_TOKEN": TOKEN,
    "GANDI_PERSONAL_ACCESS_TOKEN": "squeamish-ossifrage-gandi",
    "GANDI_API_KEY": "squeamish-ossifrage-gandi-key",
    "PULUMI_CONFIG_PASSPHRASE": "squeamish-ossifrage-passphrase",
    "PULUMI_ACCESS_TOKEN": "pul-squeamish-ossifrage",
    "AWS_SECRET_ACCESS_KEY": "squeamish-ossifrage-aws",
    "EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY": base64.urlsafe_b64encode(b"squeamish-ossifrage-key-of-32-by").decode(),
    "TRUENORTH_NOTIFY": "json://teller:squeamish-ossifrage-password@127.0.0.1:1/squeamish-ossifrage-path-1",
    "TRUENORTH_PING_HEALTHCHECKS": "http://127.0.0.1:1/squeamish-ossifrage-uuid",
}
LOOKED_FOR = ("ossifrage", SECRETS["EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY"], base64.b64encode(TOKEN.encode()).decode()[:-4])
"""In every one of them."""
WAY = re.compile(r"127\.0\.0\.1:\d+/[A-Za-z0-9_-]{40}/")
"""The way to the API proxy, which lets anybody on this machine write as the stack does."""


@dataclass(frozen=True)
class Case:
    """A command, the exit code that it has to have, and the world that makes it so.

    echoes: writes are answered with an error that has the request's credentials in it. address: the one detected.
    """

    arguments: tuple[str, ...]
    exit_code: int
    address: str = ""
    echoes: bool = False
    faults: tuple[Mapping[str, object], ...] = ()
    changes: tuple[tuple[str, str], ...] = ()


CASES = {
    "a failing engine whose provider echoes": Case(("up",), 1, "203.0.113.8", echoes=True),
    "an API that fails": Case(("up",), 1, faults=({"effect": "server_error", "status": 500},)),
    "a token that is wrong": Case(("status",), 2, changes=(("CLOUDFLARE_API_TOKEN", WRONG_TOKEN),)),
    "a passphrase that is wrong": Case(
        ("up", "--always"), 2, changes=(("PULUMI_CONFIG_PASSPHRASE", "wrong-ossifrage-passphrase"),)
    ),
    "a preview with the engine": Case(("preview", "--engine", "--json"), 0, "203.0.113.10"),
    "a detection": Case(("detect", "--json"), 0),
    "an adoption": Case(("adopt", "--yes", "--json"), 0),
    "an address that is none": Case(
        ("watch",), 2, changes=(("TRUENORTH_NOTIFY", "jsn://me:wrong-ossifrage-password@host/"),)
    ),
    "an end of all": Case(("destroy", "--yes", "--json"), 0),
}


@pytest.fixture(scope="module")
def place(lab_places: Places, engine: Engine, plugin_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Inside:
    """A stack with one name, made with these secrets."""
    inside = fresh(lab_places, engine, plugin_folder, tmp_path_factory.mktemp("secretive"))
    remote.add_token(lab_places, TOKEN, lab_places.zone)
    inside.settings("www")
    return replace(inside, environment={**inside.environment, **SECRETS})


class _Echo(BaseHTTPRequestHandler):
    """The lab's API, which answers writes with an error that has the request's credentials in it."""

    def __init__(self, upstream: str, *arguments: Any) -> None:  # noqa: ANN401 - the server's
        self._upstream = upstream
        super().__init__(*arguments)

    def do_GET(self) -> None:
        signed = {"Authorization": self.headers["Authorization"]}
        answer = requests.get(f"{self._upstream}{self.path}", headers=signed, timeout=60)
        self._answer(answer.status_code, answer.content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = f"the request of {self.headers['Authorization']} is not understood"
        document = {"success": False, "errors": [{"code": 9109, "message": said}], "messages": [], "result": None}
        self._answer(400, json.dumps(document).encode())

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 - the base looks for these names

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base's name
        """Nothing: the test looks at what the commands say."""


@contextmanager
def echoing(places: Places) -> Iterator[str]:
    """The base URL of an API that echoes."""
    root, _, prefix = places.cloudflare.partition("/client/")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Echo, root)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/client/{prefix}"
        finally:
            server.shutdown()
            thread.join()


def leaks(place: Inside, said: str) -> list[str]:
    """Where a secret stands: in what was said, or in a file of the stack."""
    folder = place.settings_file.parent
    written = {
        str(file.relative_to(folder)): file.read_bytes().decode(errors="replace")
        for file in folder.rglob("*")
        if file.is_file()
    }
    settings = ROOT / "stacks" / "Pulumi.test.yaml"
    written |= {str(settings): settings.read_text()} if settings.exists() else {}
    texts = {"said": said, **written}
    found = [where for where, text in texts.items() for one in LOOKED_FOR if one in text]
    return found + [f"{where}: the way to the API proxy" for where, text in texts.items() if WAY.search(text)]


def test_a_run_that_succeeds_leaks_no_secret(place: Inside) -> None:
    done = place.run("up", "--json")
    assert done.returncode == 0, done.stderr
    assert place.zone()
    assert any((place.state / ".pulumi").rglob("*.json"))
    assert leaks(place, done.stdout + done.stderr) == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_another_run_leaks_no_secret(place: Inside, case: Case) -> None:
    remote.set_faults(place.places, list(map(dict, case.faults)))
    if case.address:
        remote.set_address(place.places, case.address)
    with echoing(place.places) as url:
        echo = {"CLOUDFLARE_BASE_URL": url} if case.echoes else {}
        environment = {**place.environment, **echo, **dict(case.changes)}
        done = replace(place, environment=environment).run(*case.arguments)
    remote.set_faults(place.places, [])
    assert done.returncode == case.exit_code, done.stdout + done.stderr
    if case.echoes:
        assert "***" in done.stdout + done.stderr, "the provider has echoed, and it was heard"
    assert leaks(place, done.stdout + done.stderr) == []


@pytest.mark.parametrize("arguments", [("watch",), ("watch", "--json")])
def test_a_loop_whose_writes_are_refused_and_that_cannot_tell_anybody_leaks_no_secret(
    place: Inside, arguments: tuple[str, ...]
) -> None:
    remote.set_address(place.places, f"203.0.113.{20 + len(arguments)}")
    with echoing(place.places) as url:
        watcher = subprocess.Popen(
            [TRUENORTH, *arguments],
            cwd=ROOT,
            env={**place.environment, "CLOUDFLARE_BASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert watcher.stdout is not None
        said = ""
        for line in watcher.stdout:
            said += line
            if "is not understood" in line:
                break
        watcher.send_signal(signal.SIGTERM)
        rest, _ = watcher.communicate(timeout=180)
    assert "***" in said
    assert leaks(place, said + rest) == []
