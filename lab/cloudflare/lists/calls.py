"""What the calls of lists share: whose account it is, and which list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.errors import authentication_error, list_not_found

if TYPE_CHECKING:
    from lab.cloudflare.calls import Call
    from lab.cloudflare.lists.model import CustomList
    from lab.cloudflare.model import Account, Permission


def account_of(call: Call, permission: Permission) -> Account:
    """Find the account of the path; ApiError (403) where the user is no member of it or the token lacks permission."""
    call.cloudflare.custom_lists.settle()
    found = call.cloudflare.accounts.get(call.parameters["account_id"])
    if found is None or not call.token.may(permission):
        raise authentication_error()
    return found


def list_of(call: Call, permission: Permission) -> CustomList:
    """Find the list of the path; ApiError (404) where the account has none such."""
    owner = account_of(call, permission)
    found = call.cloudflare.custom_lists.lists.get(call.parameters["list_id"])
    if found is None or found.account_id != owner.id:
        raise list_not_found()
    return found
