"""Addresses that routers have pushed by the dyndns2 endpoint of `truenorth watch`: a file for each user.

The files outlive the process. An address is unknown until the first push, and never empty.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.model.listeners import Listeners
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.declared import read_file

if TYPE_CHECKING:
    from stacks.model.values import Address

PUSHES: Listeners[str] = Listeners()
"""The listeners to each new address that was written down, by its user."""


def place(folder: str, user: str) -> Path:
    """Return the file of a user."""
    return Path(folder).expanduser() / f"{user}.addresses"


def addresses(folder: str, user: str) -> tuple[Address, ...]:
    """Return the addresses pushed last. Raises NoAnswerError where there are none yet, or the file is damaged."""
    file = place(folder, user)
    if not os.path.exists(file):  # noqa: PTH110 - a folder that may not be looked into is one without the file
        raise NoAnswerError(f"{user} has not told an address yet")
    return read_file(str(file))
