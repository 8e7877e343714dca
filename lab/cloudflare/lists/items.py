"""`/accounts/{account_id}/rules/lists/{list_id}/items`: the addresses in a list; every write is an operation."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, ip_network
from typing import TYPE_CHECKING

from lab.api.http import Answer
from lab.cloudflare.answers import encode, success
from lab.cloudflare.errors import (
    invalid_body,
    invalid_item,
    invalid_parameter,
    item_not_found,
    item_quota_exceeded,
    operation_pending,
)
from lab.cloudflare.lists.calls import list_of
from lab.cloudflare.lists.model import BulkOperation, ListItem
from lab.cloudflare.model import Permission, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lab.cloudflare.calls import Call
    from lab.cloudflare.lists.model import CustomList
    from lab.cloudflare.state import Cloudflare

_DEFAULT_PAGE, _LARGEST_PAGE = 25, 500
_LENGTHS = {4: range(8, 33), 6: range(4, 65)}
"""Prefix lengths: https://developers.cloudflare.com/waf/tools/lists/custom-lists/#lists-with-ip-addresses-ip-lists."""
_LONGEST_COMMENT = 500


def canonical(text: str) -> str:
    """Return an address or network as the API stores it; ApiError where no list takes it."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise invalid_item(text) from None
    if network.prefixlen not in _LENGTHS[network.version]:
        raise invalid_item(text)
    is_address = isinstance(network, IPv4Network) and network.prefixlen == network.max_prefixlen
    return str(network.network_address) if is_address else str(network)


def appended(cloudflare: Cloudflare, found: CustomList, body: object) -> tuple[ListItem, ...]:
    """Return the items of a list with those of a body; one that is there already gets the comment.

    What the API makes of one that is there is not documented.
    """
    if not isinstance(body, list) or not body:
        raise invalid_body()
    items = {one.ip: one for one in found.items}
    now = cloudflare.clock()
    for one in body:
        match one:
            case {"ip": str(ip)} if isinstance(comment := one.get("comment") or "", str):
                if len(comment) > _LONGEST_COMMENT:
                    raise invalid_item(comment)
                text = canonical(ip)
                there = items.get(text) or ListItem(new_id(), text, comment, now, now)
                items[text] = replace(there, comment=comment, modified_on=now)
            case _:
                raise invalid_body()
    others = sum(len(one.items) for one in cloudflare.custom_lists.lists.values() if one.id != found.id)
    if others + len(items) > cloudflare.custom_lists.most_items:
        raise item_quota_exceeded(cloudflare.custom_lists.most_items)
    return tuple(items.values())


def get_items(call: Call) -> Answer:
    """`GET .../items`: a page, and the cursor of the next; `search` is how an address begins."""
    found = list_of(call, Permission.LISTS_READ)
    chosen = [one for one in found.items if one.ip.startswith(call.query.get("search", ""))]
    part, info = call.page(len(chosen), _DEFAULT_PAGE, _LARGEST_PAGE)
    cursor = call.query.get("cursor", "0")
    if not (cursor.isascii() and cursor.isdigit()):
        raise invalid_parameter("cursor")
    start, size = int(cursor) or part.start, info["per_page"]
    after = {"after": str(start + size)} if start + size < len(chosen) else {}
    body = {
        "result": [one.as_json() for one in chosen[start : start + size]],
        "success": True,
        "errors": [],
        "messages": [],
        "result_info": {"cursors": after},
    }
    return Answer(200, encode(body))


def get_item(call: Call) -> Answer:
    """`GET .../items/{item_id}`."""
    found = list_of(call, Permission.LISTS_READ)
    for one in found.items:
        if one.id == call.parameters["item_id"]:
            return success(one.as_json())
    raise item_not_found()


def post_items(call: Call) -> Answer:
    """`POST .../items`: adds them."""
    found = _free(call)
    return _begun(call, found, appended(call.cloudflare, found, call.body))


def put_items(call: Call) -> Answer:
    """`PUT .../items`: these in place of all that are there."""
    found = _free(call)
    empty = replace(found, items=())
    return _begun(call, found, appended(call.cloudflare, empty, call.body) if call.body != [] else ())


def delete_items(call: Call) -> Answer:
    """`DELETE .../items`: those of the ids in the body."""
    found = _free(call)
    match call.object_body():
        case {"items": list(chosen)}:
            ids = _ids(chosen)
        case _:
            raise invalid_body()
    if missing := ids - {one.id for one in found.items}:
        raise item_not_found(min(missing))
    return _begun(call, found, [one for one in found.items if one.id not in ids])


def _ids(chosen: Iterable[object]) -> set[str]:
    found = {one["id"] for one in chosen if isinstance(one, dict) and isinstance(one.get("id"), str)}
    if not found:
        raise invalid_body()
    return found


def _free(call: Call) -> CustomList:
    """Find the list; ApiError (429) while another operation of the account is under way."""
    found = list_of(call, Permission.LISTS_EDIT)
    if call.cloudflare.custom_lists.is_pending(found.account_id):
        raise operation_pending()
    return found


def _begun(call: Call, found: CustomList, items: Sequence[ListItem]) -> Answer:
    book = call.cloudflare.custom_lists
    one = BulkOperation(new_id(), found.account_id, found.id, tuple(items), call.cloudflare.clock() + book.delay)
    book.operations[one.id] = one
    return success({"operation_id": one.id})
