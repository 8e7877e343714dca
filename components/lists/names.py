"""Logical names of the resources of address lists: `list/{account}/{name}`, `list/{account}/{name}/{network}`."""

from __future__ import annotations

COMPONENT = "truenorth:index:AddressList"
LIST = "cloudflare:index/list:List"
ITEM = "cloudflare:index/listItem:ListItem"


def of_list(account_id: str, name: str) -> str:
    """Return the logical name of a list, and of the component around it and its items."""
    return f"list/{account_id}/{name}"


def of_item(account_id: str, name: str, network: str) -> str:
    """Return the logical name of an item."""
    return f"{of_list(account_id, name)}/{network}"
