"""Lists, their items, and operations on items. All frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lab.cloudflare.model import timestamp

if TYPE_CHECKING:
    from datetime import datetime

KINDS = ("ip", "redirect", "hostname", "asn")


@dataclass(frozen=True, slots=True)
class ListItem:
    """An address or network in a list."""

    id: str
    ip: str
    comment: str
    created_on: datetime
    modified_on: datetime

    def as_json(self) -> dict[str, object]:
        """Give the item as the API does; a comment only where there is one."""
        times = {"created_on": timestamp(self.created_on), "modified_on": timestamp(self.modified_on)}
        return {"id": self.id, "ip": self.ip, **({"comment": self.comment} if self.comment else {}), **times}


@dataclass(frozen=True, slots=True)
class CustomList:
    """A list of an account. `filters`: the number of rules that refer to it."""

    id: str
    account_id: str
    name: str
    kind: str
    description: str
    created_on: datetime
    modified_on: datetime
    items: tuple[ListItem, ...] = ()
    filters: int = 0

    def as_json(self) -> dict[str, object]:
        """Give the list as the API does, without its items."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            **({"description": self.description} if self.description else {}),
            "num_items": len(self.items),
            "num_referencing_filters": self.filters,
            "created_on": timestamp(self.created_on),
            "modified_on": timestamp(self.modified_on),
        }


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """A change of a list's items, which the API carries out after it has answered. `items`: those afterwards."""

    id: str
    account_id: str
    list_id: str
    items: tuple[ListItem, ...]
    due: datetime
    status: Literal["pending", "completed", "failed"] = "pending"
    error: str = ""

    def as_json(self) -> dict[str, object]:
        """Give the operation as the API does."""
        told: dict[str, object] = {"id": self.id, "status": self.status}
        if self.status != "pending":
            told["completed"] = timestamp(self.due)
        return told | ({"error": self.error} if self.error else {})
