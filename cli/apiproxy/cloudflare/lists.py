"""The fence around address lists: which writes of the plugin a convergence intends."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from cli.apiproxy.http import Request
from cli.apiproxy.intent import ListWrites

_LISTS: Final = re.compile(r"/accounts/([0-9a-f]{32})/rules/lists(?:/([0-9a-f]{32})(/items)?)?/?\Z")


def is_about_lists(target: str) -> bool:
    """Return whether a path is of lists or their items."""
    return _LISTS.match(target) is not None


def may_write(request: Request, intended: ListWrites) -> bool:
    """Return whether the convergence makes this write: a list or item of its plan, or a change of what is ours."""
    path = _LISTS.match(request.target)
    if path is None:
        return False
    account_id, list_id, of_items = path.groups()
    try:
        body: Any = msgspec.json.decode(request.body) if request.body else None
    except msgspec.DecodeError:
        return False
    if of_items:
        return _may_write_items(request.method, account_id, body, intended)
    if list_id:
        return request.method in {"PUT", "DELETE"} and list_id in intended.lists
    return request.method == "POST" and isinstance(body, dict) and (account_id, body.get("name")) in intended.declared


def _may_write_items(method: str, account_id: str, body: Any, intended: ListWrites) -> bool:  # noqa: ANN401 - JSON
    """Items are added and taken out one by one; all of a list at once (PUT) would overwrite those of others."""
    if method == "POST" and isinstance(body, list) and body:
        return all(isinstance(one, dict) and (account_id, one.get("ip")) in intended.added for one in body)
    items = body.get("items") if method == "DELETE" and isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        return False
    return all(isinstance(one, dict) and one.get("id") in intended.items for one in items)
