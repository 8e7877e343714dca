"""A real engine, an inline program and a recording API for the stand-in plugin to work between."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi import automation
from pulumi.automation._server import LanguageServer

from cli.engine.find import Engine
from lab.plugin.cloudflare.provider import version
from lab.plugin.cloudflare.server import serving
from lab.plugin.executable import install
from tests.lab.plugin.recording_api import ZONE, RecordingApi, Request, recording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TOKEN = "cloudflare:index/dnsRecord:DnsRecord"


class Record(pulumi.CustomResource):
    """A DnsRecord as the SDK registers it, without the SDK's import of several seconds."""

    def __init__(self, name: str, inputs: Mapping[str, object], opts: pulumi.ResourceOptions | None) -> None:
        defaults = pulumi.ResourceOptions(version=version())
        super().__init__(TOKEN, name, dict(inputs), pulumi.ResourceOptions.merge(defaults, opts))


@dataclass(slots=True)
class Run:
    """What a run of the engine did: (operation, resource) pairs, requests, messages, differences, and the error."""

    operations: list[tuple[str, str]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    differences: dict[str, dict[str, str]] = field(default_factory=dict)
    error: str = ""

    @property
    def lines(self) -> list[str]:
        return [request.line for request in self.requests]

    def note(self, event: automation.EngineEvent) -> None:
        if event.resource_pre_event is not None:
            step = event.resource_pre_event.metadata
            if step.type == TOKEN:
                name = step.urn.rsplit("::", 1)[1]
                self.operations.append((step.op.value, name))
                kinds = {path: diff.diff_kind.value for path, diff in (step.detailed_diff or {}).items()}
                if kinds:
                    self.differences[name] = kinds
        if event.diagnostic_event is not None and event.diagnostic_event.severity != "debug":
            self.messages.append(event.diagnostic_event.message.strip())


@dataclass(slots=True)
class Program:
    """An inline program of records, run by the real engine."""

    stack: automation.Stack
    api: RecordingApi
    folder: Path
    records: dict[str, tuple[dict[str, object], pulumi.ResourceOptions | None]] = field(default_factory=dict)
    around: Callable[[], pulumi.ResourceOptions | None] = lambda: None

    def declare(self) -> None:
        shared = self.around()
        for name, (inputs, opts) in self.records.items():
            made = {key: value() if callable(value) else value for key, value in inputs.items()}
            record = Record(name, made, pulumi.ResourceOptions.merge(shared, opts))
            pulumi.export(name, record.id)

    def put(self, resource: str, /, opts: pulumi.ResourceOptions | None = None, **inputs: object) -> None:
        """Declare a record from the next run on: an A record, but for the inputs given.

        A function among the inputs is called in the program, where outputs can be made.
        """
        ordinary: dict[str, object] = {
            "name": f"{resource}.example.com",
            "type": "A",
            "content": "192.0.2.1",
            "ttl": 300,
            "zoneId": ZONE,
        }
        self.records[resource] = (ordinary | inputs, opts)

    def drop(self, name: str) -> None:
        del self.records[name]

    def up(self, *, refresh: bool = False) -> Run:
        """Run the program; a failure is in the run's `error`."""
        return self._run(lambda run: self.stack.up(refresh=refresh, on_event=run.note, on_output=_ignore))

    def preview(self) -> Run:
        return self._run(lambda run: self.stack.preview(on_event=run.note, on_output=_ignore))

    def state(self, name: str) -> dict[str, Any]:
        """A record's entry in the stack's state."""
        resources = json.loads(self.state_file())["checkpoint"]["latest"]["resources"]
        return next(entry for entry in resources if entry["urn"].endswith(f"{TOKEN}::{name}"))

    def state_file(self) -> str:
        """The stack's state as it is stored, secrets encrypted."""
        return (self.folder / ".pulumi" / "stacks" / "plugin" / "test.json").read_text(encoding="utf-8")

    def _run(self, operation: Callable[[Run], object]) -> Run:
        before = len(self.api.requests)
        run = Run()
        try:
            operation(run)
        except automation.CommandError as error:
            run.error = str(error)
        run.requests = self.api.requests[before:]
        return run


def _ignore(line: str) -> None:
    del line


@pytest.fixture
def api() -> Iterator[RecordingApi]:
    with recording() as api:
        yield api


@pytest.fixture
def environment(engine: Engine, api: RecordingApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a run: the engine first on PATH, nothing of the machine's own Pulumi or Cloudflare."""
    for name in [name for name in os.environ if name.startswith(("PULUMI_", "CLOUDFLARE_"))]:
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
        assert running.acquire(timeout=30)
        loop.close()


@pytest.fixture
def program(environment: dict[str, str], api: RecordingApi, tmp_path: Path, loops_closed: None) -> Program:
    """A program without records; take `attached` or `started` with it."""
    del environment, loops_closed
    holder: list[Program] = []
    stack = automation.create_or_select_stack("test", project_name="plugin", program=lambda: holder[0].declare())  # noqa: PLW0108 - it is not there yet
    holder.append(Program(stack, api, tmp_path))
    return holder[0]
