"""Runs `truenorth watch` until its first convergence has ended, and stops it as a person would: for scripts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys


def main(command: list[str]) -> int:
    """Return the exit code of the command; 1 if it ends by itself."""
    with subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout is not None
        converged = any(json.loads(line)["event"] == "result" for line in watcher.stdout)
        watcher.send_signal(signal.SIGTERM)
        for _ in watcher.stdout:
            pass
        return watcher.wait() if converged else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
