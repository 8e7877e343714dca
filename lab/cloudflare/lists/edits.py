"""Somebody else's edits of lists: by the rules of the API (ApiError), without a call of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.cloudflare.lists import lists
from lab.cloudflare.lists.items import appended

if TYPE_CHECKING:
    from lab.cloudflare.lists.model import CustomList
    from lab.cloudflare.state import Cloudflare


def add_list(cloudflare: Cloudflare, name: str, kind: str = "ip", description: str = "") -> CustomList:
    """Add a list to the user's own account."""
    with cloudflare.lock:
        body = {"name": name, "kind": kind, "description": description}
        return lists.create(cloudflare, cloudflare.account.id, body)


def add_address(cloudflare: Cloudflare, name: str, ip: str, comment: str = "") -> CustomList:
    """Add an address to the list of this name; KeyError if there is none such."""
    with cloudflare.lock:
        found = list_named(cloudflare, name)
        return _put(cloudflare, replace(found, items=appended(cloudflare, found, [{"ip": ip, "comment": comment}])))


def remove_address(cloudflare: Cloudflare, name: str, ip: str) -> CustomList:
    """Take an address out of the list of this name."""
    with cloudflare.lock:
        found = list_named(cloudflare, name)
        return _put(cloudflare, replace(found, items=tuple(one for one in found.items if one.ip != ip)))


def refer(cloudflare: Cloudflare, name: str, filters: int = 1) -> CustomList:
    """Let so many rules refer to the list of this name."""
    with cloudflare.lock:
        return _put(cloudflare, replace(list_named(cloudflare, name), filters=filters))


def remove_list(cloudflare: Cloudflare, name: str) -> None:
    """Delete the list of this name with all its items."""
    with cloudflare.lock:
        del cloudflare.custom_lists.lists[list_named(cloudflare, name).id]


def list_named(cloudflare: Cloudflare, name: str) -> CustomList:
    """Find the list of this name as it is now; KeyError if there is none such."""
    with cloudflare.lock:
        cloudflare.custom_lists.settle()
        for one in cloudflare.custom_lists.lists.values():
            if one.name == name:
                return one
    raise KeyError(name)


def _put(cloudflare: Cloudflare, changed: CustomList) -> CustomList:
    cloudflare.custom_lists.lists[changed.id] = changed
    return changed
