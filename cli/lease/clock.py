"""The clock by which a lease is held: it never goes back, and goes on while the machine is suspended."""

from __future__ import annotations

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux stops CLOCK_MONOTONIC while it is suspended, and the other replicas' time goes on (clock_gettime(2))."""


def clock() -> float:
    """The moment now, in seconds since some moment of the past."""
    return time.clock_gettime(_CLOCK)
