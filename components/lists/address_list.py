"""An address list and its items: https://www.pulumi.com/registry/packages/cloudflare/api-docs/listitem/.

The items are resources of their own, so that those of others stay: a list's own `items` would overwrite them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from components.lists import names
from components.lists.values import KIND, AddressList
from components.records import official
from components.records.providers import PROVIDERS


def declare(
    wanted: AddressList, after: Sequence[pulumi.Resource] = (), opts: pulumi.ResourceOptions | None = None
) -> list[pulumi.Resource]:
    """Declare a list and its items, one after the other, and return the last of them; `after` where there are none.

    after: the resources to wait for, since an account has room for one change of items at a time.
    """
    name = names.of_list(wanted.account_id, wanted.name)
    component = pulumi.ComponentResource(names.COMPONENT, name, None, opts)
    list_id: pulumi.Input[str] = wanted.list_id
    account: dict[str, object] = {"accountId": wanted.account_id}
    last = list(after)
    if not wanted.list_id:
        own = pulumi.ResourceOptions(parent=component, retain_on_delete=wanted.retain)
        inputs = {**account, "kind": KIND, "name": wanted.name, "description": wanted.description or None}
        list_id = _resource(names.LIST, name, inputs, own).id
    for item in wanted.items:
        # The API has each address once: the former item has to go before one with another comment comes.
        options = pulumi.ResourceOptions(
            parent=component, depends_on=last, delete_before_replace=True, import_=item.import_id or None
        )
        inputs = {**account, "listId": list_id, "ip": item.network, "comment": item.comment or None}
        last = [_resource(names.ITEM, names.of_item(wanted.account_id, wanted.name, item.network), inputs, options)]
    component.register_outputs({})
    return last


def _resource(
    type_token: str, name: str, inputs: Mapping[str, object], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    return official.resource(PROVIDERS["cloudflare"], name, inputs, opts, type_token)
