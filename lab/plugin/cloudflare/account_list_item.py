"""`cloudflare:index/listItem:ListItem`, after the provider's `services/list_item`, for addresses.

A write of items is an operation that the API carries out later: the provider asks for its status until it is done, a
second after the first time, then twice as long each time, up to 30 s. The answer does not tell the item's id, which
is then found by its address.

Requests: https://developers.cloudflare.com/api/resources/rules/subresources/lists/subresources/items/
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from lab.plugin.cloudflare.api import ApiError, Diagnostic
from lab.plugin.cloudflare.attributes import Attribute, Form, Table
from lab.plugin.cloudflare.checks import failures
from lab.plugin.cloudflare.import_id import parse_import_id
from lab.plugin.cloudflare.planning import plan
from lab.plugin.cloudflare.states import after_read, after_write, create_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.plugin.cloudflare.api import Api
    from lab.plugin.properties import Properties, Value

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0

_TABLE: Final[Table] = (
    Attribute(
        "accountId",
        required=True,
        replaces=True,
        form=Form.PATH,
        description="The Account ID for this resource.",
    ),
    Attribute("comment", optional=True, replaces=True),
    Attribute("createdOn", computed=True),
    Attribute("id", computed=True, kept=True),
    Attribute("ip", optional=True, replaces=True),
    Attribute("listId", required=True, replaces=True, form=Form.PATH, description="The unique ID of the list."),
    Attribute("modifiedOn", computed=True),
    Attribute("operationId", computed=True, form=Form.ABSENT),
)


@dataclass(frozen=True, slots=True)
class AccountListItem:
    """An address in a list. Every change makes a new one."""

    token: str = "cloudflare:index/listItem:ListItem"  # noqa: S105 - a type, no password
    table: Table = _TABLE

    def check(self, name: str, inputs: Mapping[str, Value]) -> list[str]:
        """Say what is wrong with the inputs of the resource called `name`."""
        return failures(name, self.table, inputs)

    def plan(self, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
        """Plan the state that the inputs ask for."""
        return plan(self.table, prior, inputs)

    def create(self, api: Api, planned: Properties) -> Properties:
        """Add the item, wait until it is there, and find it by its address."""
        _carried_out(api, planned, api.post_list(_items(planned), [create_body(self.table, planned)]))
        for found in api.listed(f"{_items(planned)}?search={planned['ip']}"):
            if found.get("ip") == planned["ip"]:
                return after_write(self.table, planned, found)
        raise Diagnostic("failed to fetch individual list item", f"no item {planned['ip']}")

    def update(self, api: Api, prior: Properties, planned: Properties) -> Properties:
        """Return the plan: whatever could differ replaces the item."""
        del api, prior
        return planned

    def read(self, api: Api, prior: Properties) -> Properties | None:
        """Read the item as the API has it now; None where it is gone."""
        try:
            answer = api.call("GET", f"{_items(prior)}/{prior['id']}")
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        kept = {name: prior.get(name) for name in ("accountId", "listId", "operationId")}
        return after_read(self.table, kept, answer)

    def find(self, api: Api, import_id: str) -> Properties:
        """Read the item with this import id; that it is missing is an error here."""
        account, found, item = parse_import_id(import_id, "<account_id>/<list_id>/<item_id>")
        where: Properties = {"accountId": account, "listId": found}
        return after_read(self.table, where, api.call("GET", f"{_items(where)}/{item}"))

    def delete(self, api: Api, prior: Properties) -> None:
        """Take the item out, and wait until it is; that it is gone already is an error."""
        _carried_out(api, prior, api.call("DELETE", _items(prior), {"items": [{"id": prior["id"]}]}))


def _items(state: Mapping[str, Value]) -> str:
    return f"accounts/{state['accountId']}/rules/lists/{state['listId']}/items"


def _carried_out(api: Api, state: Mapping[str, Value], answer: Mapping[str, object]) -> None:
    """Wait until an operation has ended; raises Diagnostic where it failed."""
    wait = _FIRST_WAIT
    while True:
        path = f"accounts/{state['accountId']}/rules/lists/bulk_operations/{answer['operation_id']}"
        found = api.call("GET", path)
        if found["status"] == "completed":
            return
        if found["status"] == "failed":
            raise Diagnostic("list item bulk operation failed", str(found.get("error")))
        api.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)
