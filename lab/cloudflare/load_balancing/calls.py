"""What the calls of load balancing share: whose account it is, and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.answers import encode, success_page
from lab.cloudflare.errors import authentication_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.load_balancing.model import LoadBalancer, Monitor, Pool
    from lab.cloudflare.model import Account, Permission

_DEFAULT_PAGE, _LARGEST_PAGE = 25, 1000


def account(call: Call, permission: Permission) -> Account:
    """Find the account of the path; ApiError (403) where the user is no member of it or the token lacks permission."""
    found = call.cloudflare.accounts.get(call.parameters["account_id"])
    if found is None or not call.token.may(permission):
        raise authentication_error()
    return found


def page_of(call: Call, listed: Sequence[LoadBalancer | Monitor | Pool]) -> Answer:
    """Answer with the page of the list that the query asks for."""
    part, info = call.page(len(listed), _DEFAULT_PAGE, _LARGEST_PAGE)
    return success_page([encode(one.as_json()) for one in listed[part]], info)
