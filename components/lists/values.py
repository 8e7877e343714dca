"""An address list and its items as a program declares them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KIND = "ip"
"""The kind of lists with addresses."""


@dataclass(frozen=True, slots=True)
class AddressListItem:
    """An address or network to be in a list. import_id: `ACCOUNT/LIST/ITEM` where one is taken over, "" for none."""

    network: str
    comment: str
    import_id: str = ""


@dataclass(frozen=True, slots=True)
class AddressList:
    """A list with the items to be in it. list_id: the id of one that others have made; "" where it is declared here.

    retain: whether a list declared here stays at the provider when it leaves the program.
    """

    account_id: str
    name: str
    items: Sequence[AddressListItem]
    list_id: str = ""
    description: str = ""
    retain: bool = False
