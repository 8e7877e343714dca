"""The lab as a process of its own, for people and for the demo: started, found again and stopped through a folder."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.kube.unavailable import KubeUnavailable
from lab.world import Places, Ports, document, running

FILE = "lab.json"
LOG = "lab.log"
READY_DEADLINE = 30.0
STOP_DEADLINE = 60.0
"""Seconds; a Kubernetes control plane takes some."""
LONGEST_SLEEP = 1.0
"""Seconds after which a signal that another thread got is seen."""


class LabError(Exception):
    """The lab could not be started; the message says why."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab that runs in another process."""

    pid: int
    places: Places
    folder: Path


def start(folder: Path, ports: Ports, *, kubernetes: bool = False, environment: Mapping[str, str] | None = None) -> Lab:
    """Start a lab and wait until it answers. A lab that runs already in this folder is returned as it is.

    kubernetes: with a cluster, whose programs are built first if need be, without a word. environment: of its process;
    None for that of this one.
    Raises LabError where it does not start (a port that is taken, say), or runs already without the wanted cluster.
    """
    if running_lab := find(folder):
        if kubernetes and not running_lab.places.kubernetes:
            raise LabError("a lab without Kubernetes runs already; stop it first")
        return running_lab
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [
        sys.executable,
        "-m",
        "lab.daemon",
        str(folder),
        *map(str, (ports.cloudflare, ports.stun, ports.http, ports.dns)),
        *(["--kubernetes"] if kubernetes else []),
    ]
    with (folder / LOG).open("w", encoding="utf-8") as log:
        child = subprocess.Popen(  # noqa: S603 - this very module
            command,
            cwd=Path(__file__).resolve().parent.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    if child.stdout is None:
        raise RuntimeError("the lab was started without a pipe")
    with child.stdout:
        said = child.stdout.readline().strip()
    if said != "ready":
        child.wait(STOP_DEADLINE)
        raise LabError(said.removeprefix("failed: ") or (folder / LOG).read_text(encoding="utf-8").strip())
    child.returncode = 0  # it lives on by itself, and is no zombie of ours to wait for
    found = find(folder)
    if found is None:
        raise LabError(f"the lab ended right after its start; see {folder / LOG}")
    return found


def find(folder: Path) -> Lab | None:
    """The lab that runs in this folder, or None. A file that a killed lab left behind is removed."""
    file = folder / FILE
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if not _alive(known["pid"]):
        file.unlink(missing_ok=True)
        return None
    return Lab(known["pid"], Places(**known["places"]), folder)


def stop(folder: Path) -> bool:
    """Stop the lab and wait until it is gone; False where none ran. Raises LabError where it does not end."""
    found = find(folder)
    if found is None:
        return False
    os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_DEADLINE
    while _alive(found.pid):
        if time.monotonic() > deadline:
            raise LabError(f"the lab (process {found.pid}) does not end")
        time.sleep(0.02)
    (folder / FILE).unlink(missing_ok=True)
    return True


def _alive(pid: int) -> bool:
    """Whether a process runs and is a lab (a number may have been given to another process since)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return _alive_without_proc(pid)
    return b"lab.daemon" in command and state != "Z"


def _alive_without_proc(pid: int) -> bool:
    if Path("/proc/self").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> int:
    """Serve until SIGTERM; says `ready`, or `failed: why`, on standard output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("ports", type=int, nargs=4)
    parser.add_argument("--kubernetes", action="store_true")
    options = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        cluster = options.folder / "kubernetes" if options.kubernetes else None
        with running(Ports(*options.ports), kubernetes_folder=cluster) as places:
            known = {"pid": os.getpid(), "places": document(places)}
            file = options.folder / FILE
            staged = file.with_suffix(".new")
            staged.write_text(json.dumps(known), encoding="utf-8")
            staged.replace(file)
            _say("ready")
            while not stopped.wait(LONGEST_SLEEP):
                pass  # the kernel may give the signal to another thread: its handler runs when this one wakes
    except (OSError, KubeUnavailable) as error:
        _say(f"failed: {' '.join(str(error).split())}")
        return 2
    return 0


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()
    with Path(os.devnull).open("w", encoding="utf-8") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
