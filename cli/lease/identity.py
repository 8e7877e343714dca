"""The name by which a process holds a lease."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping


def identity(environment: Mapping[str, str]) -> str:
    """The pod's name (POD_NAME), or the host's, and a suffix by chance: no two calls give the same."""
    return f"{environment.get('POD_NAME') or socket.gethostname()}_{secrets.token_hex(4)}"
