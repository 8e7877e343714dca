"""Address lists: as the account has them, as state has them, and as they are to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from components.lists.values import AddressList
from stacks.model.values import Known, Unknown


class ListKey(NamedTuple):
    """The account and the name of a list."""

    account_id: str
    name: str


@dataclass(frozen=True, slots=True)
class LiveItem:
    """An item of a list. network: in the form of `networks.canonical`."""

    id: str
    network: str
    comment: str


@dataclass(frozen=True, slots=True)
class LiveList:
    """A list in the account. is_used: whether rules refer to it, so that it cannot be deleted."""

    id: str
    description: str
    items: tuple[LiveItem, ...]
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class ListSight:
    """What was seen of a list that is wanted, or ours; None where the account has none of the name."""

    key: ListKey
    found: Known[LiveList | None] | Unknown


@dataclass(frozen=True, slots=True)
class RegisteredList:
    """A list in state: this stack has made it. retained: it stays at the provider when it leaves the program."""

    urn: str
    key: ListKey
    id: str
    description: str
    retained: bool = False


@dataclass(frozen=True, slots=True)
class RegisteredItem:
    """An item in state, and so ours."""

    urn: str
    key: ListKey
    list_id: str
    id: str
    network: str
    comment: str


@dataclass(frozen=True, slots=True)
class ListMemory:
    """The lists and items in state."""

    lists: tuple[RegisteredList, ...] = ()
    items: tuple[RegisteredItem, ...] = ()

    @property
    def keys(self) -> frozenset[ListKey]:
        """The lists that are ours, or have items of ours."""
        return frozenset((*(one.key for one in self.lists), *(one.key for one in self.items)))

    @property
    def urns(self) -> tuple[str, ...]:
        """The URNs of all, items first."""
        return (*(one.urn for one in self.items), *(one.urn for one in self.lists))

    def of(self, key: ListKey) -> ListMemory:
        """Return the part of one list."""
        return ListMemory(
            tuple(one for one in self.lists if one.key == key), tuple(one for one in self.items if one.key == key)
        )


@dataclass(frozen=True, slots=True)
class ListsPlan:
    """The lists to declare. notes: what is left as it is, in words.

    again: whether another run follows at once, which deletes or drops what this one has prepared.
    """

    lists: tuple[AddressList, ...]
    notes: tuple[str, ...] = ()
    again: bool = False
