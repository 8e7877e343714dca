"""The answers of sources about the WAN address of one family."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.model.values import Address, Family, Known, Unknown


class NoAnswerError(Exception):
    """A source gave no address; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a source: the address, or why there is none."""

    source: str
    """The source as the settings name it."""
    operator: str
    """The company or host behind the source: the quorum counts distinct operators."""
    family: Family
    result: Known[Address] | Unknown
    seconds: float
    """Seconds from the question to the answer."""
    refused: str = ""
    """The reason why the given address cannot be a WAN address; empty where it can, or where none was given."""
    others: tuple[Address, ...] = ()
    """Further addresses of the same answer, where a source declares several."""
    given: tuple[Address, ...] = ()
    """All addresses of the answer, usable or refused."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Return all usable addresses of the answer, sorted; empty where it is unknown."""
        if isinstance(self.result, Unknown):
            return ()
        return tuple(sorted({self.result.value, *self.others}, key=lambda address: (address.version, int(address))))


@dataclass(frozen=True, slots=True)
class LookAnswer:
    """An answer of one source to a look: its usable addresses."""

    source: str
    addresses: tuple[Address, ...]
