"""The address lists of an account as they are now.

https://developers.cloudflare.com/api/resources/rules/subresources/lists/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import requests

from components.lists.values import KIND
from components.plain_text import cut
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.lists.lists import ListKey, LiveItem, LiveList
from stacks.model.lists.networks import canonical
from stacks.observe.zone import cloudflare_answers, http
from stacks.settings.credentials import Credentials

PERMISSION = "Account > Account Filter Lists > Edit"
PAGE = 500
MOST_PAGES = 40
"""Pages of one list: 20,000 items are twice what an account has."""
_REFUSED = frozenset({400, 401, 403})


def read_lists(credentials: Credentials, keys: Collection[ListKey]) -> dict[ListKey, LiveList | None]:
    """Return these lists with their items, None for one that its account does not have.

    It takes a call an account and one for each 500 items. Raises ProviderRefused where the token lacks the permission,
    the account is unknown, or a list holds no addresses; ObservationError where the API cannot be asked.
    """
    found: dict[ListKey, LiveList | None] = {}
    with cloudflare_answers.opened(credentials) as session:
        for account_id in sorted({one.account_id for one in keys}):
            listed = _get(session, credentials, account_id, "", {})["result"] or ()
            by_name = {str(one["name"]): one for one in listed}
            for key in sorted(one for one in keys if one.account_id == account_id):
                there = by_name.get(key.name)
                found[key] = _whole(session, credentials, key, there) if there else None
    return found


def _whole(session: requests.Session, credentials: Credentials, key: ListKey, listed: Mapping[str, Any]) -> LiveList:
    if listed.get("kind") != KIND:
        raise ProviderRefused(
            f"the list {key.name} holds no addresses: it is of the kind {cut(str(listed.get('kind')), 50)}",
            f"account {key.account_id}",
            "give truenorth:address_lists the name of an IP list, or one that does not exist yet",
        )
    items = tuple(
        LiveItem(str(one["id"]), canonical(str(one["ip"])), str(one.get("comment") or ""))
        for one in _items(session, credentials, key.account_id, str(listed["id"]))
    )
    is_used = bool(listed.get("num_referencing_filters"))
    return LiveList(str(listed["id"]), str(listed.get("description") or ""), items, is_used)


def _items(
    session: requests.Session, credentials: Credentials, account_id: str, list_id: str
) -> Iterable[Mapping[str, Any]]:
    query = {"per_page": str(PAGE)}
    for _ in range(MOST_PAGES):
        answer = _get(session, credentials, account_id, f"/{list_id}/items", query)
        yield from answer["result"] or ()
        after = ((answer.get("result_info") or {}).get("cursors") or {}).get("after")
        if not after:
            return
        query = {"per_page": str(PAGE), "cursor": str(after)}
    raise ObservationError(f"a list of the account {account_id} has more than {MOST_PAGES * PAGE} items")


def _get(
    session: requests.Session, credentials: Credentials, account_id: str, below: str, query: Mapping[str, str]
) -> dict[str, Any]:
    url = f"{credentials.base_url}/accounts/{account_id}/rules/lists{below}"
    response, body = http.get(session, url, query, "Cloudflare", "the lists of the account")
    if response.ok and body.get("success") and isinstance(body.get("result") or [], list):
        return dict(body)
    said = cloudflare_answers.reason(response, body)
    if response.status_code in _REFUSED and body:
        raise ProviderRefused(
            f"Cloudflare refuses to show the lists of the account {account_id}: {said}",
            f"GET {url} answered {response.status_code}",
            f"give the token ({credentials.given_by}) the permission {PERMISSION}, and check account_id in"
            " truenorth:address_lists",
        )
    raise ObservationError(f"Cloudflare answered {response.status_code} about the lists of the account: {said}")
