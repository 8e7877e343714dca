"""Runs the engine once, as a child that we own: its events are read as they come, a signal reaches it exactly once."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import IO

from cli.engine.events import Diagnostic, Event, Step, Summary, parse_event
from cli.engine.hold import Hold
from cli.engine.inline import run_quickly
from stacks.observe.pulumi_cli import start_engine

Program = Callable[[], None]
Listener = Callable[[Event], None]
SIGNALS = (signal.SIGINT, signal.SIGTERM)
LONGEST_SLEEP = 0.2
"""Seconds after which a signal that another thread got is seen."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a run of the engine ended. seconds: wall time of the engine's process."""

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
        """Whether the engine did all it was asked to."""
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
    with _inline(program) as client:
        command = [str(pulumi), *arguments, *client, "--json", "--non-interactive"]
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


def _follow(child: subprocess.Popen[str], listener: Listener) -> tuple[list[Event], str]:
    """Read the child's output to its end. Each pipe has a thread: a full one would stop the child; see `_lines`."""
    if child.stdout is None or child.stderr is None:
        raise RuntimeError("the engine was started without pipes")
    errors: list[str] = []
    reader = threading.Thread(target=errors.extend, args=(child.stderr,), name="engine stderr", daemon=True)
    reader.start()
    events: list[Event] = []
    for line in _lines(child.stdout):
        if event := parse_event(line):
            events.append(event)
            listener(event)
    child.wait()
    reader.join()
    return events, "".join(errors)


def _lines(pipe: IO[str]) -> Iterator[str]:
    """The lines of a pipe, read in a thread.

    The kernel may give a signal to any thread, and Python's handler runs in this one, once it wakes: waiting for the
    pipe itself it would sleep on, and the engine never hear of the signal.
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
    """Signals to this process ask its engines to end, once; only the main thread can hear them."""
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


@contextmanager
def _inline(program: Program | None) -> Iterator[tuple[str, ...]]:
    """Serve the program to the engine as its language host, in this process (nothing is imported twice)."""
    if program is None:
        yield ()
        return
    import grpc  # type: ignore[import-untyped] # noqa: PLC0415 - no types of its own; heavy, and only needed here
    from pulumi.automation._server import LanguageServer  # noqa: PLC0415 - Stack.up's own server
    from pulumi.runtime.proto import language_pb2_grpc  # noqa: PLC0415 - heavy

    loops: list[asyncio.AbstractEventLoop] = []

    async def noted() -> None:
        loops.append(asyncio.get_running_loop())
        await run_quickly(program)

    threads = futures.ThreadPoolExecutor(max_workers=4)
    server = grpc.server(threads)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(noted), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield (f"--client=127.0.0.1:{port}", "--exec-kind=auto.inline")
    finally:
        server.stop(None).wait()
        threads.shutdown()
        for loop in loops:
            loop.close()  # the SDK leaves that of a failed program open
