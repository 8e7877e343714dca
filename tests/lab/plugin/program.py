"""An inline program of records, run by the real engine, and what a run did."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pulumi
from pulumi import automation

from tests.lab.plugin.recording_api import Request


@dataclass(frozen=True, slots=True)
class Kind:
    """The resource that a program declares: its type token, its plugin's version, and the inputs of an ordinary one."""

    token: str
    version: str
    ordinary: Callable[[str], dict[str, object]]


class Api(Protocol):
    """What a program needs of a recording API."""

    @property
    def requests(self) -> list[Request]:
        """The requests so far."""


class Record(pulumi.CustomResource):
    """A record as the SDK registers it, without the SDK's import of several seconds."""

    def __init__(
        self, kind: Kind, name: str, inputs: Mapping[str, object], opts: pulumi.ResourceOptions | None
    ) -> None:
        defaults = pulumi.ResourceOptions(version=kind.version)
        super().__init__(kind.token, name, dict(inputs), pulumi.ResourceOptions.merge(defaults, opts))


@dataclass(slots=True)
class Run:
    """What a run of the engine did: (operation, resource) pairs, requests, messages, differences, and the error."""

    package: str
    operations: list[tuple[str, str]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    differences: dict[str, dict[str, str]] = field(default_factory=dict)
    """The kinds of what differs, where the plugin tells them."""
    named: dict[str, list[str]] = field(default_factory=dict)
    """The properties that differ."""
    error: str = ""

    @property
    def lines(self) -> list[str]:
        return [request.line for request in self.requests]

    def note(self, event: automation.EngineEvent) -> None:
        if event.resource_pre_event is not None:
            step = event.resource_pre_event.metadata
            if step.type.startswith(f"{self.package}:"):
                name = step.urn.rsplit("::", 1)[1]
                self.operations.append((step.op.value, name))
                kinds = {path: diff.diff_kind.value for path, diff in (step.detailed_diff or {}).items()}
                if step.diffs:
                    self.named[name] = sorted(step.diffs)
                if kinds:
                    self.differences[name] = kinds
        if event.diagnostic_event is not None and event.diagnostic_event.severity != "debug":
            self.messages.append(event.diagnostic_event.message.strip())


@dataclass(slots=True)
class Program:
    """An inline program of records, run by the real engine."""

    kind: Kind
    stack: automation.Stack
    api: Api
    folder: Path
    records: dict[str, tuple[Kind, dict[str, object], pulumi.ResourceOptions | None]] = field(default_factory=dict)
    made: dict[str, Record] = field(default_factory=dict)
    around: Callable[[], pulumi.ResourceOptions | None] = lambda: None

    def declare(self) -> None:
        shared = self.around()
        self.made.clear()
        for name, (kind, inputs, opts) in self.records.items():
            called = {key: value() if callable(value) else value for key, value in inputs.items()}
            self.made[name] = Record(kind, name, called, pulumi.ResourceOptions.merge(shared, opts))
            pulumi.export(name, self.made[name].id)

    def put(
        self, resource: str, /, opts: pulumi.ResourceOptions | None = None, *, of: Kind | None = None, **inputs: object
    ) -> None:
        """Declare a record from the next run on: an ordinary one (`of` another kind), but for the inputs given.

        A function among the inputs is called in the program, where outputs can be made, those in `made` among them.
        """
        kind = of or self.kind
        self.records[resource] = (kind, kind.ordinary(resource) | inputs, opts)

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
        return next(entry for entry in resources if entry["urn"].endswith(f"::{name}"))

    def state_file(self) -> str:
        """The stack's state as it is stored, secrets encrypted."""
        return (self.folder / ".pulumi" / "stacks" / "plugin" / "test.json").read_text(encoding="utf-8")

    def _run(self, operation: Callable[[Run], object]) -> Run:
        before = len(self.api.requests)
        run = Run(self.kind.token.partition(":")[0])
        try:
            operation(run)
        except automation.CommandError as error:
            run.error = str(error)
        run.requests = self.api.requests[before:]
        return run


def _ignore(line: str) -> None:
    del line


def new_program(kind: Kind, api: Api, folder: Path) -> Program:
    """Make a program without records, on a stack of its own."""
    holder: list[Program] = []
    (project := folder / "project").mkdir()
    stack = automation.create_or_select_stack(
        "test",
        project_name="plugin",
        program=lambda: holder[0].declare(),  # noqa: PLW0108 - it is not there yet
        opts=automation.LocalWorkspaceOptions(work_dir=str(project)),
    )
    holder.append(Program(kind, stack, api, folder))
    return holder[0]
