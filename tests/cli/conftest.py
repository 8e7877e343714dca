"""The lab, running once a session, and a place for each test to run commands in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.engine.install.find import Engine
from cli.engine.install.install import engine_environment
from cli.session.backend import without_sidecars
from lab import remote
from lab.plugin.executable import CLOUDFLARE, GANDI, choose
from lab.world import FIRST_IPV4, Places, running
from tests.cli.in_process import truenorth

ROOT = Path(__file__).resolve().parents[2]
STACK = "test"
TRUENORTH = str(Path(sys.prefix) / "bin" / "truenorth")
COMMAND_DEADLINE = 240
PATIENCE = 60
"""Seconds for an answer of the lab, or of a cluster, where it is no test of one that is silent."""
INHERITED = ("HOME", "LANG", "PATH", "TMPDIR", "XDG_CACHE_HOME", "COVERAGE_PROCESS_CONFIG")


@dataclass(frozen=True)
class Inside:
    """A stack of its own on the lab: settings to write, commands to run, the zone to look at."""

    places: Places
    environment: Mapping[str, str]
    settings_file: Path
    state: Path

    def settings(self, *names: object, **others: object) -> None:
        """Write the stack's settings. Names go at once, and all of them where none is left."""
        at_once = {"delete_grace": 0, "guard": {"emptying": True}}
        values = {"zone": self.places.zone, "names": list(names), **at_once, **others}
        document = {"config": {f"truenorth:{key}": value for key, value in values.items()}}
        whole = self.settings_file.with_name("settings.new")
        whole.write_text(yaml.safe_dump(document))
        whole.replace(self.settings_file)  # a loop that follows them never sees half of them

    def lose_state(self) -> None:
        """Lose the engine's state with all its copies; its folder, where its id lies, stays."""
        for folder in ("stacks", "history", "backups", "locks"):
            shutil.rmtree(self.state / ".pulumi" / folder, ignore_errors=True)

    def run(self, *arguments: str, without: tuple[str, ...] = (), **changes: str) -> subprocess.CompletedProcess[str]:
        """Run `truenorth ARGUMENTS` in this process; the environment may be changed by keywords.

        Commands that run side by side, in threads, each get a process of their own.
        """
        environment = {key: value for key, value in self.environment.items() if key not in without} | changes
        if threading.current_thread() is threading.main_thread():
            return truenorth(ROOT, environment, *arguments)
        return _process(environment, *arguments)

    def process(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run `truenorth ARGUMENTS` in a process of its own and wait for it."""
        return _process({**self.environment, **changes}, *arguments)

    def result(self, *arguments: str, **changes: str) -> dict[str, Any]:
        """Run a command that must succeed, with --json, and return its last document."""
        done = self.run(*arguments, "--json", without=(), **changes)
        assert done.returncode == 0, done.stderr + done.stdout
        document: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return document

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a plain `pulumi ARGUMENTS` in the repository, as a person would; it must succeed."""
        done = self._plain_pulumi(*arguments)
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    def failing_pulumi(self, *arguments: str, **environment: str) -> str:
        """Run a plain `pulumi ARGUMENTS` that must fail, and return all that it says."""
        done = self._plain_pulumi(*arguments, **environment)
        assert done.returncode != 0, done.stderr + done.stdout
        return done.stdout + done.stderr

    def _plain_pulumi(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments, "--stack", STACK, "--non-interactive"],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=COMMAND_DEADLINE,
            check=False,
        )

    def zone(self) -> dict[str, str]:
        """The zone's contents by `name/type`, marks left out."""
        return {
            f"{one['name']}/{one['type']}": one["content"]
            for one in remote.records(self.places)
            if "heritage=" not in one["content"]
        }

    def record(self, name: str, record_type: str = "A") -> dict[str, Any]:
        """One record as the API has it."""
        full = f"{name}.{self.places.zone}"
        return next(one for one in remote.records(self.places) if (one["name"], one["type"]) == (full, record_type))

    def calls(self) -> list[tuple[str, str]]:
        """The API calls since the last question, as (method, last part of the path), which are then forgotten."""
        found = [(call.method, call.path.rsplit("/", 1)[-1]) for call in remote.api_requests(self.places)]
        remote.forget_requests(self.places)
        return found


def _process(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRUENORTH, *arguments],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=COMMAND_DEADLINE,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture(scope="session")
def lab_places() -> Iterator[Places]:
    with running() as places:
        yield places


@pytest.fixture(scope="session")
def plugin_folder(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the providers' plugins: the real ones where they are, else the stand-ins."""
    folder = tmp_path_factory.mktemp("plugin")
    for kind, version in ((CLOUDFLARE, "6.23.1"), (GANDI, "2.3.2")):
        plugin = choose(os.environ, folder, engine.pulumi, version, kind)
        if plugin.folder != folder:
            (folder / kind.name).symlink_to(plugin.path)
    return folder


@pytest.fixture
def inside(lab_places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:
    """An empty zone, the first address, no faults, and no state."""
    return fresh(lab_places, engine, plugin_folder, tmp_path)


def fresh(places: Places, engine: Engine, plugin_folder: Path, folder: Path, *further: str) -> Inside:
    """Empty the lab's zones and make a place without state in the folder. further: zones that were added to the lab."""
    remote.set_address(places, FIRST_IPV4)
    remote.forget_faults(places)  # what a test has left waiting lands in no other test
    for zone in (places.zone, *further):
        for record in remote.records(places, zone):
            remote.delete_record(places, record["id"], zone)
    for name in remote.address_lists(places):
        remote.delete_from_list(places, name)
    remote.forget_requests(places)
    remote.gandi_delete(places)
    remote.gandi_forget_requests(places)
    return settle(places, engine, plugin_folder, folder)


def settle(places: Places, engine: Engine, plugin_folder: Path, folder: Path) -> Inside:
    """Make a place without state in the folder, in a lab as it is."""
    state = folder / "state"
    state.mkdir()
    base = {key: os.environ[key] for key in INHERITED if key in os.environ}
    variables = engine_environment(engine, base)
    settings_file = folder / f"Pulumi.{STACK}.yaml"
    own = places.environment()
    # Seconds: on a busy machine, too, the services are no silent ones.
    own["TRUENORTH_WAN"] = json.dumps(json.loads(own["TRUENORTH_WAN"]) | {"timeout": PATIENCE})
    environment = {
        **variables,
        **own,
        "PATH": os.pathsep.join([str(plugin_folder), variables["PATH"]]),
        "TRUENORTH_ENGINE_DIR": str(engine.folder),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_BACKEND_URL": without_sidecars(state.as_uri()),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "TRUENORTH_STACK": STACK,
        "TRUENORTH_SETTINGS": str(settings_file),
        "XDG_STATE_HOME": str(folder / "xdg"),
        "NO_COLOR": "1",
        "COLUMNS": "160",
    }
    return Inside(places, environment, settings_file, state)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk with one file, to be removed to make room."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as opened:
        while True:
            opened.write(b"\0" * 4096)
    return filler


@pytest.fixture(scope="session", autouse=True)
def _no_settings_left_behind() -> Iterator[None]:
    """`pulumi stack init` writes a settings file with the stack's salt into the project."""
    yield
    (ROOT / "stacks" / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)


@pytest.fixture
def pulumi(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a stand-in for the engine of a shell script."""

    def made(script: str) -> Path:
        file = tmp_path / "bin" / "pulumi"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    return made
