from __future__ import annotations

import gc
import platform
import subprocess
import sys
import weakref

import pytest

from cli.daemon.memory import give_back

NOT_NEEDED = ("apprise", "cryptography", "prometheus_client", "pulumi_cloudflare", "pyroute2", "starlette", "uvicorn")
"""What takes memory, and is for settings that few have."""

IMPORTS = f"""
import sys
import truenorth, cli.main, cli.commands.watch, cli.daemon.process
from cli.reconcile.apply import import_program
import_program(["cloudflare"])
print(*(name for name in {NOT_NEEDED!r} if name in sys.modules))
"""

ARENAS = """
import ctypes, sys, threading
from pathlib import Path
from cli.daemon.memory import share_one_arena
share_one_arena()
kept, barrier = [], threading.Barrier(9)
def allocate():
    kept.append(bytes(100_000))
    barrier.wait()
for _ in range(8):
    threading.Thread(target=allocate).start()
barrier.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
print(Path(sys.argv[1]).read_text().count("<heap nr="))
"""

FREE_PAGES = """
from pathlib import Path
from cli.daemon.memory import give_back
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
pieces = [bytes(1000) for _ in range(50_000)]
kept = pieces[::64]
del pieces
before = resident()
give_back()
print(before - resident())
"""


def printed(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_watcher_imports_no_library_that_it_does_not_use() -> None:
    assert printed(IMPORTS) == ""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is about glibc")
class TestOfGlibc:
    def test_all_threads_allocate_from_one_arena(self, tmp_path: object) -> None:
        assert printed(ARENAS, f"{tmp_path}/info") == "1"

    def test_pages_that_are_free_between_used_ones_go_back(self) -> None:
        assert int(printed(FREE_PAGES)) > 25_000_000


ELSEWHERE = """
import sys
sys.platform = "darwin"
from cli.daemon.memory import give_back, share_one_arena
share_one_arena()
give_back()
"""


def test_circles_are_freed() -> None:
    class Node:
        pass

    gc.collect()
    node = Node()
    node.__dict__["itself"] = node
    gone = weakref.ref(node)
    del node
    give_back()
    assert gone() is None


def test_where_there_is_no_glibc_nothing_is_done() -> None:
    assert printed(ELSEWHERE) == ""
