"""`/accounts`: the accounts of which the user is a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.answers import encode, success, success_page
from lab.cloudflare.errors import unauthorized_resource
from lab.cloudflare.model import Permission, timestamp

if TYPE_CHECKING:
    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.model import Account

_DEFAULT_PAGE, _LARGEST_PAGE = 20, 50


def as_json(account: Account) -> dict[str, object]:
    """Give the account as the API does."""
    return {
        "id": account.id,
        "name": account.name,
        "type": "standard",
        "settings": {"enforce_twofactor": False, "abuse_contact_email": ""},
        "created_on": timestamp(account.created_on),
    }


def list_accounts(call: Call) -> Answer:
    """`GET /accounts`; a token without a permission on the account sees none."""
    descending = call.choice("direction", ("asc", "desc"), "asc") == "desc"
    name = call.query.get("name")
    seen = call.cloudflare.accounts.values() if call.token.may(Permission.ACCOUNT_READ) else ()
    found = sorted(
        (one for one in seen if name is None or one.name == name), key=lambda one: one.name, reverse=descending
    )
    part, info = call.page(len(found), _DEFAULT_PAGE, _LARGEST_PAGE)
    return success_page([encode(as_json(account)) for account in found[part]], info)


def get_account(call: Call) -> Answer:
    """`GET /accounts/{account_id}`."""
    account = call.cloudflare.accounts.get(call.parameters["account_id"])
    if account is None or not call.token.may(Permission.ACCOUNT_READ):
        raise unauthorized_resource()
    return success(as_json(account))
