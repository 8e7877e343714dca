"""Name the writers of state, in a form that shows on the same machine whether a writer has died."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping

from cli.engine.proc import PROC, stat
from cli.lease.record import identity

_FORM = re.compile(r".*_(?P<machine>[0-9a-f]{8}-\d+)-(?P<pid>\d+)-(?P<started>\d+)-[0-9a-f]{4}")


def holder(environment: Mapping[str, str]) -> str:
    """Name this process: pod or host, and, where there is a /proc, boot, PID namespace, process id and start."""
    machine, started = _machine(), _started(os.getpid())
    if not machine or not started:
        return identity(environment)
    host = identity(environment).rpartition("_")[0]
    return f"{host}_{machine}-{os.getpid()}-{started}-{secrets.token_hex(2)}"


def has_died(name: str) -> bool:
    """Tell whether the process of this name is known to have ended.

    Only processes of the same PID namespace (pid_namespaces(7)) and of the same boot of this machine are known: two
    pods may have processes of one number, and two machines one name.
    """
    match = _FORM.fullmatch(name)
    if not match or match["machine"] != _machine():
        return False
    return _started(int(match["pid"])) != match["started"]


def _machine() -> str:
    """Identify this boot of this machine, and the PID namespace; "" where there is no /proc."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
        return f"{boot}-{(PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return the start of a process, in clock ticks since the boot; "" where none runs under this id."""
    process = stat(pid)
    return "" if process is None or process.has_ended else str(process.started)
