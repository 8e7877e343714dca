"""What exists of lists, for all accounts of the user."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lab.cloudflare.lists.model import BulkOperation, CustomList


class CustomLists:
    """Lists and operations by their ids. The account's lock is held around it.

    `delay` may be set: how long an operation takes. `most_lists` and `most_items`: what an account may have; a free one
    has one list and 10,000 items in all (https://developers.cloudflare.com/waf/tools/lists/custom-lists/#availability).
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.lists: dict[str, CustomList] = {}
        self.operations: dict[str, BulkOperation] = {}
        self.delay = timedelta(seconds=0.05)
        self.most_lists = 10
        self.most_items = 10_000
        self._clock = clock

    def settle(self) -> None:
        """Carry out the operations whose time has come."""
        for one in [one for one in self.operations.values() if one.status == "pending" and one.due <= self._clock()]:
            there = self.lists.get(one.list_id)
            if there is None:
                self.operations[one.id] = replace(one, status="failed", error="the list does not exist")
            else:
                self.lists[there.id] = replace(there, items=one.items, modified_on=one.due)
                self.operations[one.id] = replace(one, status="completed")

    def is_pending(self, account_id: str) -> bool:
        """Tell whether an operation of the account is under way."""
        return any(one.account_id == account_id and one.status == "pending" for one in self.operations.values())
