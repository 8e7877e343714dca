from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.engine.dying import ending_with_us

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the signal")
SHELL = "/bin/bash"
PATIENCE = 60.0


def test_a_child_ends_with_the_process_that_started_it() -> None:
    """The parent tells the child's id, and is killed; the child would sleep for an hour."""
    code = (
        "import subprocess; from cli.engine.dying import ending_with_us\n"
        f"child = subprocess.Popen(ending_with_us([{SHELL!r}, '-c', 'echo $$; exec sleep 3600']))\n"
        "child.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        try:
            parent.kill()
            assert select.select([child], [], [], PATIENCE)[0]
        finally:
            os.close(child)


def test_a_child_whose_parent_has_ended_before_it_runs_does_nothing(tmp_path: Path) -> None:
    command = ending_with_us([SHELL, "-c", f"touch {tmp_path}/done"])
    somebody_else = [*command[:5], "1", *command[6:]]
    assert subprocess.run(somebody_else, stderr=subprocess.DEVNULL, check=False).returncode == 1
    assert not list(tmp_path.iterdir())


def test_a_program_starts_with_the_signals_that_a_shell_would_give_it() -> None:
    line = subprocess.run(
        ending_with_us([SHELL, "-c", "grep SigIgn /proc/self/status"]), capture_output=True, text=True, check=True
    ).stdout
    ignored = int(line.split()[1], 16)
    assert not ignored & (1 << signal.SIGPIPE - 1)
    assert not ignored & (1 << signal.SIGXFSZ - 1)
