"""Has glibc's malloc hold little memory in a process that waits most of the time (mallopt(3), malloc_trim(3)).

By default each thread gets an arena of its own, up to eight a core, and keeps what was freed in it: half of what a
turn over thousands of names has taken stays with a process that does nothing until the next change.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable

M_ARENA_MAX = -8
"""malloc.h"""
_IS_LINUX = sys.platform.startswith("linux")


def share_one_arena() -> None:
    """Have all threads that are still to come allocate from one arena; nothing where the C library is another.

    The interpreter's lock lets one thread at a time allocate most of the time: an arena of its own gains it little.
    """
    if change := _of_glibc("mallopt"):
        change(M_ARENA_MAX, 1)


def give_back() -> None:
    """Return all free pages to the system: what a turn has taken, and the next one is to take again.

    Circles are freed first: each run of the engine leaves some of the SDK's, which the collector comes to late.
    """
    gc.collect()
    if trim := _of_glibc("malloc_trim"):
        trim(0)


def _of_glibc(name: str) -> Callable[..., object] | None:
    """Return a function of the C library; None where it has none of this name (musl, other systems than Linux)."""
    return getattr(ctypes.CDLL(None), name, None) if _IS_LINUX else None
