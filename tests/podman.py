"""A real daemon with the API of Docker's, Podman's, with a store of its own; its containers are made, and not run."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_BEGIN = 120.0
"""Seconds for the daemon to listen."""


@dataclass
class Podman:
    """A daemon that listens on a socket while it is started."""

    folder: Path
    _served: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        return f"unix://{self.folder}/api.sock"

    def start(self) -> None:
        """Listen, and return when somebody can connect."""
        place = self.folder / "api.sock"
        place.unlink(missing_ok=True)
        self._served = subprocess.Popen(
            [*self._command, "system", "service", "--time=0", self.host],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        )
        until = time.monotonic() + _BEGIN
        while not _listens(place):
            assert self._served.poll() is None, "podman has ended"
            assert time.monotonic() < until, "podman does not listen"
            time.sleep(0.02)

    def stop(self) -> None:
        """End the daemon. Its containers stay."""
        if self._served:
            self._served.kill()
            self._served.wait()
            self._served = None

    def make(self, name: str, **labels: str) -> None:
        """Make a container, with dots for two underscores in the names of its labels."""
        given = [f"--label={key.replace('__', '.')}={text}" for key, text in labels.items()]
        self.run("create", f"--name={name}", "--network=none", *given, "scratch", "/none")

    def remove(self, name: str) -> None:
        self.run("rm", name)

    def run(self, *arguments: str) -> str:
        """Run podman, which must succeed, and return what it prints."""
        done = subprocess.run(
            [*self._command, *arguments], capture_output=True, text=True, check=False, env=self._environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def _command(self) -> list[str]:
        store = [f"--root={self.folder}/store", f"--runroot={self.folder}/run", f"--tmpdir={self.folder}/temporary"]
        return ["podman", *store, "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--events-backend=file"]

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}


@contextmanager
def podman() -> Iterator[Podman]:
    """Run a daemon while the context lasts, with an empty image called scratch."""
    if shutil.which("podman") is None:
        pytest.skip("no podman: install the package podman")
    with tempfile.TemporaryDirectory(prefix="tn-", ignore_cleanup_errors=True) as short:  # podman takes no long paths
        folder = Path(short)
        (folder / "containers").mkdir()
        policy = {"default": [{"type": "insecureAcceptAnything"}]}  # nothing is pulled
        (folder / "containers" / "policy.json").write_text(json.dumps(policy))
        with tarfile.open(folder / "scratch.tar", "w"):
            pass
        made = Podman(folder)
        made.run("import", "--quiet", str(folder / "scratch.tar"), "scratch")
        made.start()
        try:
            yield made
        finally:
            made.stop()


def _listens(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(str(place)) == 0
