"""The address lists in Pulumi's state. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from components import urns
from components.lists import names
from stacks.model.lists.lists import ListKey, ListMemory, RegisteredItem, RegisteredList
from stacks.model.lists.networks import canonical


def remembered(resources: Iterable[Mapping[str, Any]]) -> ListMemory:
    """Return the lists and items in a state, without those about to be deleted."""
    ours = [
        (one, _key(one["urn"]))
        for one in resources
        if one["type"] in {names.LIST, names.ITEM}
        and urns.outermost_type(one["urn"]) == names.COMPONENT
        and not one.get("delete")
    ]
    return ListMemory(
        tuple(_list(one, key) for one, key in ours if one["type"] == names.LIST),
        tuple(_item(one, key) for one, key in ours if one["type"] == names.ITEM),
    )


def _key(urn: str) -> ListKey:
    _, account_id, name, *_ = urns.logical_name(urn).split("/")
    return ListKey(account_id, name)


def _list(resource: Mapping[str, Any], key: ListKey) -> RegisteredList:
    description = str(resource["inputs"].get("description") or "")
    return RegisteredList(resource["urn"], key, resource["id"], description, bool(resource.get("retainOnDelete")))


def _item(resource: Mapping[str, Any], key: ListKey) -> RegisteredItem:
    inputs = resource["inputs"]
    comment = str(inputs.get("comment") or "")
    network = canonical(str(inputs.get("ip") or ""))
    item_id = str(resource["id"]).rpartition("/")[2]
    return RegisteredItem(resource["urn"], key, str(inputs["listId"]), item_id, network, comment)
