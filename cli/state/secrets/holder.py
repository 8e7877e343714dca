"""The name by which a process writes state, from which another one on the same machine can tell that it has died."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping

from cli.engine.proc import PROC, stat
from cli.lease.identity import identity

_FORM = re.compile(r".*_(?P<place>[0-9a-f]{8}-\d+)-(?P<pid>\d+)-(?P<started>\d+)-[0-9a-f]{4}")


def holder(environment: Mapping[str, str]) -> str:
    """Ours: the pod or host, and, where the machine tells, its boot, the PID namespace, the process and its start."""
    place, started = _place(), _started(os.getpid())
    if not place or not started:
        return identity(environment)
    host = identity(environment).rpartition("_")[0]
    return f"{host}_{place}-{os.getpid()}-{started}-{secrets.token_hex(2)}"


def has_died(name: str) -> bool:
    """Whether the process that wrote under this name is known to have ended.

    That can be known of processes of the same PID namespace only (pid_namespaces(7)), and since this machine was
    started: two pods may have processes of one number, and two machines one name.
    """
    found = _FORM.fullmatch(name)
    if not found or found["place"] != _place():
        return False
    return _started(int(found["pid"])) != found["started"]


def _place() -> str:
    """What no other machine has, and no other container; "" where there is no such thing."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
        return f"{boot}-{(PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process began, in clock ticks since the boot; "" where there is none that runs."""
    found = stat(pid)
    return "" if found is None or found.has_ended else str(found.started)
