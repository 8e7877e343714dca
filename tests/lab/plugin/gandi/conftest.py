"""The plugin for Gandi, and a recording LiveDNS, in place of those for Cloudflare."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

from lab.plugin.executable import GANDI, install
from lab.plugin.gandi.provider import PATIENCE, version
from lab.plugin.gandi.server import serving
from tests.lab.plugin.gandi.recording_gandi import BASE_PATH, ZONE, RecordingGandi
from tests.lab.plugin.program import Kind, Program, new_program
from tests.lab.plugin.recording_api import recording


def ordinary(resource: str) -> dict[str, object]:
    return {"name": resource, "type": "A", "values": ["192.0.2.1"], "ttl": 300, "zone": ZONE}


KIND = Kind("gandi:livedns/record:Record", version(), ordinary)


class ExplicitProvider(pulumi.ProviderResource):
    """A provider with inputs of its own, as the SDK registers it."""

    def __init__(self, name: str, inputs: dict[str, pulumi.Output[str] | str]) -> None:
        super().__init__("gandi", name, inputs)


@pytest.fixture
def api() -> Iterator[RecordingGandi]:
    api = RecordingGandi()
    with recording(api, BASE_PATH):
        yield api


@pytest.fixture
def environment(environment: dict[str, str], api: RecordingGandi, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a run, with a token and the place of the API."""
    settings = {"GANDI_PERSONAL_ACCESS_TOKEN": "the-token", "GANDI_URL": api.root, PATIENCE: "60"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return environment | settings


@pytest.fixture
def attached(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A provider in this process, for the engine to attach to: no process to start in each run."""
    del environment
    with serving() as port:
        monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", f"gandi:{port}")
        yield


@pytest.fixture
def started(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real executable on PATH."""
    executable = install(tmp_path / "plugin", GANDI)
    monkeypatch.setenv("PATH", os.pathsep.join([environment["PATH"], str(executable.parent)]))
    return executable


@pytest.fixture
def program(environment: dict[str, str], api: RecordingGandi, tmp_path: Path, loops_closed: None) -> Program:
    """A program without records; take `attached` or `started` with it."""
    del environment, loops_closed
    return new_program(KIND, api, tmp_path)
