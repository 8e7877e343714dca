"""A program of components, run by the real engine against the lab's Cloudflare."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pulumi import automation

from cli.engine.install.find import Engine
from components import urns
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from lab.plugin.cloudflare.server import serving

TOKEN = "the-token"


@dataclass
class Run:
    """What a run of the engine did: operations on the resources by logical name, and the calls of the API."""

    operations: dict[str, list[str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    differences: dict[str, list[str]] = field(default_factory=dict)
    """The properties that differ: the plugin tells their names, and not how they differ."""

    def note(self, event: automation.EngineEvent) -> None:
        if event.resource_pre_event is None:
            return
        step = event.resource_pre_event.metadata
        name = urns.logical_name(step.urn)
        if step.type.startswith("cloudflare:index/"):
            self.operations.setdefault(name, []).append(step.op.value)
            if step.diffs:
                self.differences[name] = list(step.diffs)

    @property
    def changed(self) -> dict[str, list[str]]:
        """The resources that were not left as they were."""
        kept = ("same", "refresh")
        made = {name: [one for one in steps if one not in kept] for name, steps in self.operations.items()}
        return {name: steps for name, steps in made.items() if steps}


@dataclass
class World:
    """An account with the zone example.com, and a stack whose program may be another one in each run."""

    cloudflare: Cloudflare
    stack: automation.Stack
    program: Callable[[], None] = lambda: None

    @property
    def account(self) -> str:
        return self.cloudflare.account.id

    @property
    def zone(self) -> str:
        return next(iter(self.cloudflare.zones))

    def up(self, program: Callable[[], None], *, refresh: bool = False) -> Run:
        """Run the program."""
        self.program = program
        run = Run()
        self.cloudflare.requests.clear()
        self.stack.up(refresh=refresh, on_event=run.note, on_output=lambda _: None)
        run.calls = [f"{one.method} {one.path.split('/load_balancers', 1)[-1]}" for one in self.cloudflare.requests]
        return run

    def settled(self) -> None:
        """Assert that the last program changes nothing, and reads each resource once where it refreshes."""
        run = self.up(self.program)
        assert (run.calls, run.differences) == ([], {})
        self.refreshed()

    def refreshed(self) -> None:
        """Assert that the last program changes nothing where it refreshes: the API gives back what is declared."""
        run = self.up(self.program, refresh=True)
        assert (run.changed, run.differences) == ({}, {})
        assert {call.partition(" ")[0] for call in run.calls} == {"GET"}


@pytest.fixture
def environment(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
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
        "CLOUDFLARE_API_TOKEN": TOKEN,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def cloudflare(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloudflare]:
    """An account with the zone example.com, served, and its provider for the engine to attach to."""
    del environment
    account = Cloudflare()
    account.add_zone("example.com")
    account.add_token(TOKEN)
    with serve(account) as url, serving() as port:
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", url)
        monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", f"cloudflare:{port}")
        yield account


@pytest.fixture
def make_world(cloudflare: Cloudflare, tmp_path: Path) -> Callable[[str], World]:
    """Make a stack of this name on the account: several are several clusters."""

    def make(name: str) -> World:
        holder: list[World] = []
        (project := tmp_path / f"project-{name}").mkdir()
        stack = automation.create_or_select_stack(
            name,
            project_name="components",
            program=lambda: holder[0].program(),  # noqa: PLW0108 - it is not there yet
            opts=automation.LocalWorkspaceOptions(work_dir=str(project)),
        )
        holder.append(World(cloudflare, stack))
        return holder[0]

    return make


@pytest.fixture
def world(make_world: Callable[[str], World]) -> World:
    """A stack without resources."""
    return make_world("home")
