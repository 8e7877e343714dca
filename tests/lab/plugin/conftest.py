"""A real engine, an inline program and a recording API for the stand-in plugins to work between."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pulumi.automation._server import LanguageServer

from cli.engine.install.find import Engine
from lab.plugin.cloudflare.provider import version
from lab.plugin.cloudflare.server import serving
from lab.plugin.executable import install
from tests.lab.plugin.program import Kind, Program, new_program
from tests.lab.plugin.recording_api import ZONE, RecordingApi, recording

if TYPE_CHECKING:
    from collections.abc import Iterator


def ordinary(resource: str) -> dict[str, object]:
    return {"name": f"{resource}.example.com", "type": "A", "content": "192.0.2.1", "ttl": 300, "zoneId": ZONE}


KIND = Kind("cloudflare:index/dnsRecord:DnsRecord", version(), ordinary)


@pytest.fixture
def api() -> Iterator[RecordingApi]:
    api = RecordingApi()
    with recording(api, "/client/v4"):
        yield api


@pytest.fixture
def environment(engine: Engine, api: RecordingApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a run: the engine first on PATH, nothing of the machine's own Pulumi or DNS provider."""
    for name in [name for name in os.environ if name.startswith(("PULUMI_", "CLOUDFLARE_", "GANDI_"))]:
        monkeypatch.delenv(name)
    settings = {
        "PATH": os.pathsep.join([str(engine.folder), os.environ["PATH"]]),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        "CLOUDFLARE_API_TOKEN": "the-token",
        "CLOUDFLARE_BASE_URL": api.url,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def attached(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A provider in this process, for the engine to attach to: no process to start in each run."""
    del environment
    with serving() as port:
        monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", f"cloudflare:{port}")
        yield


@pytest.fixture
def started(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real executable on PATH."""
    executable = install(tmp_path / "plugin")
    monkeypatch.setenv("PATH", os.pathsep.join([environment["PATH"], str(executable.parent)]))
    return executable


@pytest.fixture
def loops_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the event loop of each inline program: the SDK leaves that of a failed one open."""
    running = threading.Semaphore(0)
    started: list[asyncio.AbstractEventLoop] = []
    run, new_event_loop = LanguageServer.Run, asyncio.new_event_loop

    def noted() -> asyncio.AbstractEventLoop:
        started.append(new_event_loop())
        return started[-1]

    def run_to_the_end(server: LanguageServer, request: object, context: object) -> object:
        try:
            return run(server, request, context)  # type: ignore[no-untyped-call] # the SDK's own
        finally:
            running.release()

    monkeypatch.setattr(asyncio, "new_event_loop", noted)
    monkeypatch.setattr(LanguageServer, "Run", run_to_the_end)
    yield
    for loop in started:
        assert running.acquire(timeout=60)
        loop.close()


@pytest.fixture
def program(environment: dict[str, str], api: RecordingApi, tmp_path: Path, loops_closed: None) -> Program:
    """A program without records; take `attached` or `started` with it."""
    del environment, loops_closed
    return new_program(KIND, api, tmp_path)
