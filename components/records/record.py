"""A DNS record, as declared, read and registered."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """A DNS record with canonical values: name an FQDN in lower case, ttl in seconds (1 = automatic).

    content: as a zone file has it (`canonical_content`). A provider whose records are whole sets (Gandi) has all
    values of a set in one record, sorted, one a line.
    """

    name: str
    type: str
    content: str
    ttl: int
    proxied: bool
    comment: str
    tags: tuple[str, ...] = ()
    """Sorted. Where there are none, tags that somebody has given to the record are left alone."""
    spelling: str = field(default="", compare=False, repr=False)
    """The content as the provider stores it where that is another spelling of the same; "" where it is not known.

    To write a record is to spell it so again: a text without quotes, once taken over, is not rewritten for them.
    """

    @property
    def spelled(self) -> str:
        """The content as the provider stores it, or would."""
        return self.spelling or self.content

    def said(self) -> dict[str, Any]:
        """Return the fields by name, without differences in spelling that change nothing in the record's meaning."""
        return {name: value for name, value in asdict(self).items() if name != "spelling"}
