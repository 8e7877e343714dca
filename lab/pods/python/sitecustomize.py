# noqa: INP001 - a module of its own, which Python imports by this name
"""Imported by a Python program at its start, by PYTHONPATH, where libfaketime is loaded: makes the two get on.

`time.sleep` asks for an absolute moment of the steady clock (clock_nanosleep), which libfaketime 0.9.10 passes on as
garbage: the sleep fails with EINVAL, or never ends. What the program starts has the true time.
"""

from __future__ import annotations

import os
import select
import time
from typing import SupportsIndex


def _sleep(seconds: float | SupportsIndex) -> None:
    select.select([], [], [], float(seconds))


time.sleep = _sleep
os.environ.pop("LD_PRELOAD", None)
