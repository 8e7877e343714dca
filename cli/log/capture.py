"""Log entries of others: libraries' loggers, Python's warnings, uncaught exceptions."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from rich.text import Text

from cli.log.entries import Level, LogEntry
from cli.log.log import Log
from cli.terminal import styled


@contextmanager
def capturing(log: Log, broken: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Within the block, what libraries log from level warning on, and each uncaught exception, is an entry of the log.

    An exception that ends the block, and the process, is one too. broken: called, from any thread, where a thread has
    ended by one.
    """
    handler = _Handler(log)
    root = logging.getLogger()
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    root.addHandler(handler)
    logging.captureWarnings(capture=True)

    def of_thread(found: threading.ExceptHookArgs) -> None:
        if found.exc_value is not None:
            where = f"thread {found.thread.name}" if found.thread else "a thread"
            log.write(fault(found.exc_value, where))
            broken()

    def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            hooks[0](kind, error, trace)
        else:
            log.write(fault(error, "the main thread"))

    def unraisable(found: sys.UnraisableHookArgs) -> None:
        if found.exc_value is not None:
            log.write(fault(found.exc_value, found.err_msg or "a destructor"))

    sys.excepthook, threading.excepthook, sys.unraisablehook = of_process, of_thread, unraisable
    ended = False
    try:
        yield
        ended = True
    finally:
        logging.captureWarnings(capture=False)
        root.removeHandler(handler)
        _, threading.excepthook, sys.unraisablehook = hooks
        if ended:  # else the exception is yet to reach the hook
            sys.excepthook = hooks[0]


def of_loop(log: Log) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """An exception handler of an asyncio loop: what nobody has awaited is an entry of the log."""

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        said = str(context.get("message", "something failed"))
        error = context.get("exception")
        if isinstance(error, BaseException):
            log.write(fault(error, f"the event loop ({said})"))
        else:
            log.write(LogEntry("error", "fault", _fault_line(f"in the event loop: {said}")))

    return handle


def fault(error: BaseException, where: str) -> LogEntry:
    """Return the entry of a fault of the program itself. where: the part in which it was met."""
    kind = type(error).__name__
    line = _fault_line(
        f"in {where}: {kind}: {error}; this is a fault of the program: report it with its traceback, which the log has "
        "with --json or --verbose"
    )
    fields = {"where": where, "exception": kind, "traceback": "".join(traceback.format_exception(error))}
    return LogEntry("error", "fault", line, fields)


def _fault_line(text: str) -> Text:
    return styled(("fault", "bold red"), f" {text}")


def _of_an_interrupted_run(record: logging.LogRecord, said: str) -> bool:
    """Return whether an interrupted engine run is the reason of a message of the Pulumi SDK."""
    return record.name == "grpc._server" or (
        record.name == "py.warnings" and "Output." in said and "never awaited" in said
    )


class _Handler(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            said = record.getMessage()
        except (TypeError, ValueError):  # its arguments do not fit
            said = str(record.msg)
        said = " ".join(said.split())
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        if _of_an_interrupted_run(record, said):
            level = "debug"
        fields = {"logger": record.name}
        if record.exc_info and record.exc_info[1]:
            said += f": {record.exc_info[1]}"
            fields["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        self._log.write(LogEntry(level, "log", f"{record.name}: {said}", fields))
