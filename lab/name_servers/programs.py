"""Finds the programs of name servers, which the system's package manager has."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

PACKAGES = {"named": "bind9", "unbound": "unbound", "dnsmasq": "dnsmasq-base"}
"""The Debian package of each program."""
_FOLDERS = "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/usr/local/bin"
"""The folders of servers are not on everybody's PATH."""


def find(program: str) -> str | None:
    """Return where a program is; None where there is none."""
    return shutil.which(program, path=_FOLDERS)


def missing(programs: Sequence[str]) -> list[str]:
    """Return those of the programs that are not installed."""
    return [one for one in programs if find(one) is None]
