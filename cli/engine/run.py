"""Run the engine once, as a child process: read its events as they come, and pass a signal on exactly once."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import IO

from cli.engine.dying import ending_with_us
from cli.engine.events import Diagnostic, EngineEvent, Step, Summary, parse_event
from cli.engine.hold import Hold
from cli.engine.inline import served
from cli.session.redactor import without_way
from stacks.observe.pulumi_cli import start_engine

Program = Callable[[], None]
Listener = Callable[[EngineEvent], None]
SIGNALS = (signal.SIGINT, signal.SIGTERM)
LONGEST_SLEEP = 0.2
"""Seconds after which the main thread sees a signal that another thread got."""


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of a run of the engine. seconds: wall time of its process."""

    operation: str
    exit_code: int
    seconds: float
    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...]
    summary: Summary | None
    stderr: str = field(repr=False, default="")
    interrupted: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the engine did everything."""
        return self.exit_code == 0


def run_engine(  # noqa: PLR0913 - what makes up a run; the rest are defaults
    arguments: Sequence[str],
    *,
    pulumi: Path,
    cwd: Path,
    environment: Mapping[str, str],
    listener: Listener,
    program: Program | None = None,
    hold: Hold | None = None,
) -> Run:
    """Run `pulumi ARGUMENTS --json`; program, where given, is run inline instead of the project's own.

    Raises NotHeld where the hold lets no engine run.
    """
    hold = hold or Hold()
    with served(program) as client:
        command = ending_with_us([str(pulumi), *arguments, *client, "--json", "--non-interactive"])
        began = time.monotonic()
        # Handlers stand before the child is there: it then starts with signals as they are by default, even where we
        # were started with some ignored, as a shell does to what it runs in the background.
        with signals_reach(hold), hold.running(partial(start_engine, command, cwd, environment)) as child:
            events, stderr = _follow(child, listener)
            interrupted = hold.has_asked(child)
        return Run(
            operation=arguments[0],
            exit_code=child.returncode,
            seconds=time.monotonic() - began,
            steps=tuple(event for event in events if isinstance(event, Step)),
            diagnostics=tuple(event for event in events if isinstance(event, Diagnostic)),
            summary=next((event for event in reversed(events) if isinstance(event, Summary)), None),
            stderr=stderr,
            interrupted=interrupted,
        )


def _follow(child: subprocess.Popen[str], listener: Listener) -> tuple[list[EngineEvent], str]:
    """Read the child's output to its end. Each pipe has a thread: a full one would stop the child; see `_lines`."""
    if child.stdout is None or child.stderr is None:
        raise RuntimeError("the engine was started without pipes")
    errors: list[str] = []
    reader = threading.Thread(target=errors.extend, args=(child.stderr,), name="engine stderr", daemon=True)
    reader.start()
    events: list[EngineEvent] = []
    for line in _lines(child.stdout):
        if event := parse_event(without_way(line)):
            events.append(event)
            listener(event)
    child.wait()
    reader.join()
    return events, without_way("".join(errors))


def _lines(pipe: IO[str]) -> Iterator[str]:
    """Yield the lines of a pipe, which a thread reads.

    The kernel may give a signal to any thread, and Python runs its handler in the main one, once that wakes: waiting
    for the pipe itself it would sleep on, and the engine would never get the signal.
    """
    lines: SimpleQueue[str | None] = SimpleQueue()

    def read() -> None:
        for line in pipe:
            lines.put(line)
        lines.put(None)

    reader = threading.Thread(target=read, name="engine stdout", daemon=True)
    reader.start()
    while True:
        try:
            line = lines.get(timeout=LONGEST_SLEEP)
        except Empty:
            continue
        if line is None:
            reader.join()
            return
        yield line


@contextmanager
def signals_reach(hold: Hold) -> Iterator[None]:
    """Ask the engines to end when this process gets a signal, once; only the main thread can handle signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _frame: FrameType | None) -> None:
        hold.interrupt(signal.Signals(number).name)

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
