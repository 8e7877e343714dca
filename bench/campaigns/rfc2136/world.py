"""The stack of the campaign `rfc2136`: its settings, its state, and one `truenorth up` of it, that may be killed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bench.campaigns.crash import kill
from bench.campaigns.crash.world import GUARD, MARKED_BY
from bench.campaigns.rfc2136.server import KEY, SECRET, ZONE, Key, Server, Set
from bench.campaigns.rfc2136.wish import Wish
from bench.campaigns.wrong import WrongError
from cli.session.backend import without_sidecars

STACK = "house"
DEADLINE = 240.0
"""Seconds after which a run hangs."""
_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit code, its last document, and the last of what it said."""

    exit_code: int
    result: Mapping[str, Any]
    said: str


@dataclass
class House:
    """A stack, its server, the wish, and what somebody else has in the zone."""

    folder: Path
    server: Server
    environment: dict[str, str] = field(default_factory=dict)
    wish: Wish = field(default_factory=Wish)
    foreign: dict[Key, Set] = field(default_factory=dict)
    owned: set[Key] = field(default_factory=set)
    """The keys of what is ours since the last run that was left in peace."""

    @property
    def token(self) -> str:
        """What the environment of all that runs here has."""
        return str(self.folder)

    def settle(self, around: Mapping[str, str]) -> None:
        """Make a state of its own."""
        state = self.folder / "state"
        state.mkdir()
        self.environment = {
            **around,
            MARKED_BY: self.token,
            "PULUMI_BACKEND_URL": without_sidecars(state.as_uri()),
            "RFC2136_TSIG_SECRET": SECRET,
            "XDG_STATE_HOME": str(self.folder / "home"),
        }

    def put_foreign(self, key: Key, wanted: Set | None) -> None:
        """Let somebody else make, change or remove a set of their own."""
        self.server.put(key, wanted)
        if wanted:
            self.foreign[key] = wanted
        else:
            del self.foreign[key]

    def up(self, strike: Callable[[float], bool] | None = None) -> Ended:
        """Write the settings and run `up`. strike: whether to kill, so many seconds after the start.

        Raises WrongError where it does not end.
        """
        self._write()
        out, errors = self.folder / "out", self.folder / "err"
        file = self.folder / f"Pulumi.{STACK}.yaml"
        command = [sys.executable, "-m", "truenorth", "up", "--json", "--stack", STACK, "--settings", str(file)]
        with out.open("w") as told, errors.open("w") as faults:
            process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                cwd=_ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=faults,
                start_new_session=True,
            )
        self._await_end(process, strike)
        return Ended(process.returncode, _last(out), errors.read_text(errors="replace").strip()[-800:])

    def _await_end(self, process: subprocess.Popen[bytes], strike: Callable[[float], bool] | None) -> None:
        began = time.monotonic()
        while process.poll() is None:
            if time.monotonic() > began + DEADLINE:
                kill.kill(self.token)
                process.wait()
                raise WrongError(f"a run did not end within {DEADLINE:g} s")
            if strike and strike(time.monotonic() - began):
                process.wait()
                return
            time.sleep(0.005)

    def _write(self) -> None:
        place = {"server": self.server.address, "key": KEY}
        own = {"zone": ZONE, "provider": "rfc2136", "rfc2136": place, "confirm": 0, "guard": GUARD}
        values = {**own, **self.wish.settings()}
        document = {"config": {f"truenorth:{key}": value for key, value in values.items()}}
        (self.folder / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")


def _last(out: Path) -> dict[str, Any]:
    """Return the document of the result; empty where a run came to none."""
    for line in reversed(out.read_text(encoding="utf-8").splitlines()):
        try:
            document = json.loads(line)
        except json.JSONDecodeError:  # cut off
            continue
        if document.get("event") == "result":
            return dict(document)
    return {}
