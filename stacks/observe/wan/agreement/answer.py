"""What one source said about the WAN address of one family."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.model.values import Address, Family, Known, Unknown


class NoAnswerError(Exception):
    """A source gave no address; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One source's answer: the address, or why there is none."""

    source: str
    """The source as the settings name it."""
    operator: str
    """Who runs it: the quorum counts distinct operators."""
    family: Family
    result: Known[Address] | Unknown
    seconds: float
    """From the question to the answer."""
    refused: str = ""
    """Why the address that was given cannot be a WAN address; empty where it can, or where none was given."""
    others: tuple[Address, ...] = ()
    """Further addresses of the same answer, where a source declares several."""
    given: tuple[Address, ...] = ()
    """All that it said, usable or refused."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """All usable addresses of the answer, sorted; empty where it is unknown."""
        if isinstance(self.result, Unknown):
            return ()
        return tuple(sorted({self.result.value, *self.others}, key=lambda address: (address.version, int(address))))
