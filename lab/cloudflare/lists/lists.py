"""`/accounts/{account_id}/rules/lists`: the lists, without their items."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.cloudflare.answers import encode, success, success_page
from lab.cloudflare.errors import (
    invalid_list,
    list_exists,
    list_is_referenced,
    list_not_found,
    list_quota_exceeded,
)
from lab.cloudflare.lists.calls import account_of, list_of
from lab.cloudflare.lists.model import KINDS, CustomList
from lab.cloudflare.model import Permission, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.state import Cloudflare

_NAME = re.compile(r"[a-zA-Z0-9_]{1,50}")
_LONGEST_DESCRIPTION = 500


def create(cloudflare: Cloudflare, account_id: str, body: Mapping[str, object]) -> CustomList:
    """Add an empty list; ApiError for a body that is none, a name that is taken, and one list too many."""
    book, now = cloudflare.custom_lists, cloudflare.clock()
    name, kind = body.get("name"), body.get("kind")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise invalid_list("name")
    if kind not in KINDS:
        raise invalid_list("kind")
    there = [one for one in book.lists.values() if one.account_id == account_id]
    if any(one.name == name for one in there):
        raise list_exists(name)
    if len(there) >= book.most_lists:
        raise list_quota_exceeded(book.most_lists)
    made = CustomList(new_id(), account_id, name, str(kind), _description(body), now, now)
    book.lists[made.id] = made
    return made


def _description(body: Mapping[str, object]) -> str:
    text = body.get("description", "")
    if not isinstance(text, str) or len(text) > _LONGEST_DESCRIPTION:
        raise invalid_list("description")
    return text


def get_lists(call: Call) -> Answer:
    """`GET /accounts/{account_id}/rules/lists`: all of them, on one page."""
    owner = account_of(call, Permission.LISTS_READ)
    found = [one for one in call.cloudflare.custom_lists.lists.values() if one.account_id == owner.id]
    info = {"page": 1, "per_page": len(found), "count": len(found), "total_count": len(found), "total_pages": 1}
    return success_page([encode(one.as_json()) for one in found], info)


def post_list(call: Call) -> Answer:
    """`POST /accounts/{account_id}/rules/lists`."""
    owner = account_of(call, Permission.LISTS_EDIT)
    return success(create(call.cloudflare, owner.id, call.object_body()).as_json())


def get_list(call: Call) -> Answer:
    """`GET /accounts/{account_id}/rules/lists/{list_id}`."""
    return success(list_of(call, Permission.LISTS_READ).as_json())


def put_list(call: Call) -> Answer:
    """`PUT /accounts/{account_id}/rules/lists/{list_id}`: its description alone."""
    found = list_of(call, Permission.LISTS_EDIT)
    changed = replace(found, description=_description(call.object_body()), modified_on=call.cloudflare.clock())
    call.cloudflare.custom_lists.lists[found.id] = changed
    return success(changed.as_json())


def delete_list(call: Call) -> Answer:
    """`DELETE /accounts/{account_id}/rules/lists/{list_id}`: with all its items, unless a rule refers to it."""
    found = list_of(call, Permission.LISTS_EDIT)
    if found.filters:
        raise list_is_referenced()
    del call.cloudflare.custom_lists.lists[found.id]
    return success({"id": found.id})


def get_operation(call: Call) -> Answer:
    """`GET /accounts/{account_id}/rules/lists/bulk_operations/{operation_id}`."""
    owner = account_of(call, Permission.LISTS_READ)
    found = call.cloudflare.custom_lists.operations.get(call.parameters["operation_id"])
    if found is None or found.account_id != owner.id:
        raise list_not_found()
    return success(found.as_json())
