"""The routes of lists, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.api.http import Answer
from lab.cloudflare.calls import Call
from lab.cloudflare.lists import items, lists

_LISTS = "/accounts/{account_id}/rules/lists"

ROUTES: Mapping[str, Mapping[str, Callable[[Call], Answer]]] = {
    _LISTS: {"GET": lists.get_lists, "POST": lists.post_list},
    f"{_LISTS}/bulk_operations/{{operation_id}}": {"GET": lists.get_operation},
    f"{_LISTS}/{{list_id}}": {"GET": lists.get_list, "PUT": lists.put_list, "DELETE": lists.delete_list},
    f"{_LISTS}/{{list_id}}/items": {
        "GET": items.get_items,
        "POST": items.post_items,
        "PUT": items.put_items,
        "DELETE": items.delete_items,
    },
    f"{_LISTS}/{{list_id}}/items/{{item_id}}": {"GET": items.get_item},
}
