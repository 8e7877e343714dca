"""Runs `truenorth` in the process of the tests: it takes no interpreter and no import of SDKs a run."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from cli.main import run


def truenorth(
    folder: Path, environment: Mapping[str, str], *arguments: str, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run `truenorth ARGUMENTS` to its end, and return its exit code and what it wrote, as `subprocess.run` does.

    folder: the working directory. environment: all variables that the command sees. given: its standard input.
    Signals, the end of the interpreter and what a kill leaves need a process of their own: `Inside.process`. So do
    commands that run side by side: variables, working directory and output are those of the whole process.
    """
    assert threading.current_thread() is threading.main_thread(), "commands in threads need processes of their own"
    written, errors = _stream(), _stream()
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        mock.patch.object(sys, "argv", ["truenorth", *arguments]),
        contextlib.chdir(folder),
        mock.patch.object(sys, "stdin", io.StringIO(given)),
        contextlib.redirect_stdout(written),
        contextlib.redirect_stderr(errors),
    ):
        code = _exit_code()
    return subprocess.CompletedProcess(arguments, code, _text(written), _text(errors))


def _exit_code() -> int:
    try:
        run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
