"""A command at a pseudo-terminal, and a person who reads what it says and types (pty(7))."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.cli.conftest import ROOT, TRUENORTH

PATIENCE = 120.0
"""Seconds for which the next question is awaited."""


@dataclass
class Terminal:
    """What has been shown so far, and the way to type."""

    descriptor: int
    process: subprocess.Popen[bytes]
    shown: str = ""
    _read_up_to: int = field(default=0)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, and type an answer to it."""
        self.expect(question)
        os.write(self.descriptor, f"{text}\n".encode())

    def expect(self, text: str) -> None:
        """Wait until this is shown, after what was awaited before."""
        while text not in self.shown[self._read_up_to :]:
            assert self._read(), f"{text!r} was not shown; this was:\n{self.shown}"
        self._read_up_to = self.shown.index(text, self._read_up_to) + len(text)

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        """Read what is there; False at the end."""
        until = time.monotonic() + PATIENCE
        ready, _, _ = select.select([self.descriptor], [], [], until - time.monotonic())
        assert ready, f"nothing more within {PATIENCE:g} s; this was shown:\n{self.shown}"
        try:
            piece = os.read(self.descriptor, 4096)
        except OSError:  # Linux's word for the other end being closed (EIO)
            return False
        self.shown += piece.decode(errors="replace").replace("\r", "")
        return bool(piece)


@contextmanager
def typing_in(environment: Mapping[str, str], *arguments: str) -> Iterator[Terminal]:
    """`truenorth ARGUMENTS` at a terminal of its own; it is ended with the block."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [TRUENORTH, *arguments],
            cwd=ROOT,
            env=dict(environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        with process:
            try:
                yield Terminal(ours, process)
            finally:
                process.kill()
    finally:
        os.close(ours)
