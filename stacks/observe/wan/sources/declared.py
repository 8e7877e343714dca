"""Addresses that the user wrote down, in the settings or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.settings.wan_source import parse_addresses

if TYPE_CHECKING:
    from stacks.model.values import Address, Family

FILE_LIMIT = 64 * 1024


def of_family(addresses: tuple[Address, ...], family: Family) -> tuple[Address, ...]:
    """Those of the family, at least one. Raises `NoAnswerError`."""
    found = tuple(address for address in addresses if address.version == family.version)
    if not found:
        raise NoAnswerError(f"no {family.value} address is declared there")
    return found


def read_file(path: str) -> tuple[Address, ...]:
    """Return the addresses in a file: one or several (comma-separated) a line; `#` begins a comment.

    Raises `NoAnswerError` where the file cannot be read or holds anything else.
    """
    try:
        with Path(path).open(encoding="utf-8") as file:
            lines = file.read(FILE_LIMIT).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoAnswerError(f"the file cannot be read: {error}") from error
    stripped = [line.partition("#")[0].strip() for line in lines]
    try:
        return tuple(address for line in stripped if line for address in parse_addresses(line))
    except ValueError as error:
        raise NoAnswerError(f"the file holds something that is no address: {error}") from error
