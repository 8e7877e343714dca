"""Plays the demo: the main job on the lab, step by step, through the real engine."""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from cli.engine.events import EngineEvent
from cli.events import Failure
from cli.reconcile.converge import converge
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from cli.session.open import open_session
from cli.session.session import Session
from cli.setup.scaffold import new_files
from cli.terminal import styled
from components.marks import ownership
from lab import daemon, remote
from lab.demo import embedded
from lab.demo.environment import lab_environment, without_elsewhere
from lab.world import ZONE, Places, Ports
from stacks.observe.project import OWN_NAME
from stacks.settings.secrets.children import LAB, needed

STACK = "demo"
SETTINGS = Path(__file__).with_name("settings.yaml")
Names = dict[str, object]
INTERVAL = 1.0
"""Seconds between two looks at the address while the demo watches; the default of TrueNorth is 10."""
NEW_ADDRESSES = tuple(f"203.0.113.{number}" for number in range(11, 16))
PATIENCE = 300.0
"""Seconds for a result of the watch, on a busy machine."""


class DemoFailed(Exception):  # noqa: N818 - what happened
    """A fact that the demo expected and did not see."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The console, the lab and the settings of the demo."""

    console: Console
    places: Places
    settings_file: Path
    environment: Mapping[str, str]

    def session(self) -> Session:
        """Open the stack with its settings as they are now."""
        return open_session(STACK, self.settings_file, self.environment, folder=self.settings_file.parent)

    def up(self) -> Convergence:
        """Run `truenorth up` in this process, without its output."""
        return converge(self.session(), _deaf)

    def say(self, step: str, text: str = "") -> None:
        """Print one line of the story."""
        self.console.print(styled((f"{step:<9}", "bold cyan"), f" {text}"), soft_wrap=True)

    def check(self, fact: bool, otherwise: str) -> None:  # noqa: FBT001 - an assertion of the story
        """Raise DemoFailed unless a fact holds."""
        if not fact:
            raise DemoFailed(otherwise)


def play(console: Console, folder: Path, environment: Mapping[str, str]) -> daemon.Lab:
    """Start a lab in the folder and play all steps on it; the lab runs on. Raises DemoFailed, LabError, UserError."""
    lab = daemon.start(folder, Ports(), environment=needed(LAB, environment))
    alone = without_elsewhere(environment)
    inside = {**alone, **lab_environment(lab, alone)}
    scene = Scene(console, lab.places, write_project(folder), inside)
    scene.say("lab", f"Cloudflare API {lab.places.cloudflare}, STUN {lab.places.stun}, HTTP {lab.places.http}")
    create(scene)
    follow(scene)
    correct(scene)
    respect(scene)
    remove(scene)
    return lab


def write_project(folder: Path) -> Path:
    """Write a project into the folder, with this program's own environment; return its settings file."""
    for name, text in new_files(OWN_NAME).items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    settings_file = folder / f"Pulumi.{STACK}.yaml"
    shutil.copyfile(SETTINGS, settings_file)
    return settings_file


def create(scene: Scene) -> None:
    """Make three names from nothing, and run again with nothing to do."""
    done = scene.up()
    made = len(done.plan.record_sets)
    scene.check(len(remote.records(scene.places)) == 2 * made, "each name should have a record and a mark")
    scene.say("up", f"{made} names made with their ownership marks in {done.seconds:.1f} s")
    show_records(scene)
    remote.forget_requests(scene.places)
    again = scene.up()
    calls = len(remote.api_requests(scene.places))
    scene.check(not again.runs and calls == 1, f"a second run should only list the zone, and made {calls} calls")
    scene.say("up again", f"nothing to do: {calls} API call, {again.seconds:.1f} s")


def follow(scene: Scene) -> None:
    """Change the WAN address five times, and measure the time until the records have it."""
    seconds = []
    with watching(scene) as news:
        for address in NEW_ADDRESSES:
            changed = datetime.now(UTC)
            remote.set_address(scene.places, address)
            awaited(news)
            written = [
                call.time
                for call in remote.api_requests(scene.places)
                for one in _changed(call.method, call.body or {})
                if one.get("content") == address
            ]
            scene.check(len(written) == len(set(_names(scene, address))) > 0, f"not every name follows to {address}")
            seconds.append((max(written) - changed).total_seconds())
    scene.say(
        "watch",
        f"the address changed {len(seconds)} times; change to last record: "
        f"median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s (a look every {INTERVAL:g} s)",
    )


def _changed(method: str, body: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Return the records that a call overwrites: one, or those of a batch."""
    return [body] if method == "PUT" else body.get("puts") or []


def correct(scene: Scene) -> None:
    """Edit one of our records as somebody else, and correct it."""
    ours = _record(scene, f"www.{ZONE}", "A")
    remote.edit_record(scene.places, {"id": ours["id"], "content": "198.51.100.66"})
    done = scene.up()
    now = _record(scene, f"www.{ZONE}", "A")["content"]
    scene.check(now == ours["content"], "the edit behind our back should have been put right")
    kinds = ", ".join(change.action.value for change in done.changes)
    scene.say("drift", f"www was edited to 198.51.100.66 behind our back; up: {kinds} -> {now}")


def respect(scene: Scene) -> None:
    """Hold a wanted name as somebody else, and show that it is left alone."""
    remote.edit_record(
        scene.places, {"name": f"shop.{ZONE}", "type": "A", "content": "198.51.100.80", "ttl": 300, "proxied": False}
    )
    _edit_names(scene, lambda names: [*names, {"name": "shop"}])
    done = scene.up()
    theirs = _record(scene, f"shop.{ZONE}", "A")["content"]
    scene.check(theirs == "198.51.100.80" and len(done.plan.conflicts) == 1, "a foreign record should be left alone")
    conflict = done.plan.conflicts[0]
    scene.say("conflict", f"{conflict.name} is held by {conflict.held_by}: {conflict.reason}")


def remove(scene: Scene) -> None:
    """Remove a name from the settings, and show that its records go."""
    _edit_names(scene, lambda names: [entry for entry in names if entry["name"] not in {"api", "shop"}])
    done = scene.up()
    left = [record["name"] for record in remote.records(scene.places) if "api" in record["name"]]
    scene.check(not left, f"api should be gone, and {left} is there")
    deleted = [f"{change.record.name} {change.record.type}" for change in done.changes]
    scene.say("remove", f"api is not wanted any more: deleted {', '.join(deleted)}")
    show_records(scene)


def show_records(scene: Scene) -> None:
    """Print the zone's records as the API has them."""
    table = Table(box=None, pad_edge=True, padding=(0, 2))
    for column in ("name", "type", "content", "ttl", "proxied"):
        table.add_column(column, style="dim" if column != "content" else "")
    for record in sorted(remote.records(scene.places), key=lambda record: (record["type"], record["name"])):
        ttl = "auto" if record["ttl"] == 1 else str(record["ttl"])
        mark = ownership.parse(record["content"])
        content = f"mark: owner {mark.owner}" if mark else record["content"]
        table.add_row(record["name"], record["type"], content, ttl, "yes" if record["proxied"] else "no")
    scene.console.print(table)


@contextmanager
def watching(scene: Scene) -> Iterator[SimpleQueue[Convergence | Failure]]:
    """Watch in a thread, and give the block the results that follow the first convergence."""
    place = scene.session()
    wan = place.settings.wan.model_copy(update={"interval": INTERVAL})
    quick = replace(place, settings=place.settings.model_copy(update={"wan": wan}))
    news: SimpleQueue[Convergence | Failure] = SimpleQueue()

    def told(dispatch: Dispatch) -> None:
        if isinstance(dispatch.event, Convergence | Failure):
            news.put(dispatch.event)

    with embedded.watching(quick, scene.environment, told):
        awaited(news)
        remote.forget_requests(scene.places)
        yield news


def awaited(news: SimpleQueue[Convergence | Failure]) -> Convergence:
    """Return the next result of a watch. Raises DemoFailed where it is a failure, or none comes."""
    try:
        told = news.get(timeout=PATIENCE)
    except Empty:
        raise DemoFailed(f"the watch has told no result within {PATIENCE:.0f} s") from None
    if isinstance(told, Failure):
        raise DemoFailed(told.reason)
    return told


def _names(scene: Scene, address: str) -> list[str]:
    return [record["name"] for record in remote.records(scene.places) if record["content"] == address]


def _record(scene: Scene, name: str, record_type: str) -> dict[str, str]:
    return next(one for one in remote.records(scene.places) if (one["name"], one["type"]) == (name, record_type))


def _edit_names(scene: Scene, edit: Callable[[list[Names]], list[Names]]) -> None:
    document = yaml.safe_load(scene.settings_file.read_text(encoding="utf-8"))
    document["config"]["truenorth:names"] = edit(document["config"]["truenorth:names"])
    scene.settings_file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _deaf(_: EngineEvent) -> None:
    """Print nothing: the demo tells its own story."""
