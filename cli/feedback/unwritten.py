"""What keeps the owners of a cluster's objects from being told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Why the objects of a cluster are not told what became of their records. cluster: its name in the settings."""

    cluster: str
    reason: str

    def __str__(self) -> str:
        where = f" in {self.cluster}" if self.cluster else ""
        return f"owners of objects{where} are not told all that became of their records: {self.reason}"
