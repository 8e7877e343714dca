"""One `truenorth up` of the campaign `crash`: a process of its own, that may be struck."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.campaigns.crash.kill import Point, Strike, kill
from bench.campaigns.crash.world import STACK, World
from bench.campaigns.wrong import WrongError

DEADLINE = 240.0
"""Seconds after which a run hangs."""
_LOOK = 0.001
_ROOT = Path(__file__).resolve().parents[3]
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. result: its last document; empty where it came to none. struck: whether something was killed."""

    exit_code: int
    result: Mapping[str, Any]
    seconds: float
    struck: bool
    log: Path

    def words(self) -> str:
        """The last that it said."""
        lines = self.log.with_suffix(".err").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " / ".join(lines[-3:])[-600:] or "nothing"


def up(world: World, point: Point | None = None, writes: int = 0) -> Ended:
    """Run `truenorth up`, and strike it at the point. Raises WrongError where it does not end.

    writes: about how many records it writes. What a strike has left running is still there when this returns.
    """
    number = next(_NUMBERS)
    log = world.folder / "runs" / f"{number:05}.log"
    log.parent.mkdir(exist_ok=True)
    strike = Strike(point, world.token, writes, world.state) if point else None
    began = time.monotonic()
    result: dict[str, Any] = {}
    with (
        log.with_suffix(".err").open("w", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "truenorth", "up", "--json", "--stack", STACK, "--settings", world.settings_file],
            cwd=_ROOT,
            env=world.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        if strike:
            world.gate.heard = strike.heard
        if process.stdout is None:
            raise RuntimeError("it was started without a pipe")
        reader = threading.Thread(
            target=_read, args=(process.stdout, log, strike.step if strike else _nothing, result), daemon=True
        )
        reader.start()
        try:
            _await_end(process, strike, began)
        except WrongError:
            kill(world.token)
            raise
        finally:
            reader.join()
    return Ended(process.returncode, result, time.monotonic() - began, strike.end() if strike else False, log)


def _nothing() -> None:
    """Nobody is struck."""


def _await_end(process: subprocess.Popen[str], strike: Strike | None, began: float) -> None:
    while process.poll() is None:
        if time.monotonic() > began + DEADLINE:
            raise WrongError(f"a run did not end within {DEADLINE:g} s")
        if strike is None or strike.struck:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        else:
            strike.look()
            time.sleep(_LOOK)


def _read(pipe: IO[str], log: Path, step: Callable[[], None], result: dict[str, Any]) -> None:
    """Follow what a run says."""
    with log.open("w", encoding="utf-8") as kept:
        for line in pipe:
            kept.write(line)
            try:
                document = json.loads(line)
            except json.JSONDecodeError:  # cut off
                continue
            if document.get("event") == "step":
                step()
            elif document.get("event") == "result":
                result.update(document)
