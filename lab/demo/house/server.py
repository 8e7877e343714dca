"""What may serve the view inside of a house."""

from __future__ import annotations

from enum import StrEnum


class Server(StrEnum):
    """What a house may have inside."""

    BIND = "bind"
    EXTERNAL_DNS = "external-dns"
    COREDNS = "coredns"


PACKAGED = {Server.BIND: "named", Server.EXTERNAL_DNS: "named"}
"""The program of each that the system's package manager has."""
