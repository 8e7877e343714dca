"""The outcome of the check that name servers answer with a record set as it was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A record set with which all name servers of the zone answer. seconds: from the first question until then."""

    name: str
    type: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A record set that some name server did not give in time. said: the answer of each such server."""

    name: str
    type: str
    said: str
