"""Have the kernel end a child with this process, however this process ends (PR_SET_PDEATHSIG, prctl(2)).

An engine whose `truenorth` was killed can do nothing more: its program and the API proxy are gone. It would hold the
lock of the state until its plugin gives up the requests under way, which takes a plugin with ten retries minutes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

_LAUNCHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
for ignored in signal.SIGPIPE, signal.SIGXFSZ:
    signal.signal(ignored, signal.SIG_DFL)
if os.getppid() != int(sys.argv[1]):
    sys.exit("its parent has ended")
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Asks the kernel for the signal, undoes what Python ignores of its own accord, then becomes the program."""


def ending_with_us(command: Sequence[str]) -> list[str]:
    """Return a command that runs this one, whose program is a path, and ends with the thread that starts the command.

    Only Linux has this: the command itself is returned elsewhere.
    """
    if not sys.platform.startswith("linux"):
        return list(command)
    return [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *command]
