"""An account's load balancing as it is now: its pools, its monitors, and the load balancers of our zones.

https://developers.cloudflare.com/api/resources/load_balancers/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import requests

from stacks.model.errors import ObservationError, UserError
from stacks.model.geo import Account, LiveBalancer, LiveMonitor, LivePool
from stacks.observe.geo import values
from stacks.observe.geo.health import health
from stacks.observe.zone import cloudflare, http
from stacks.settings.credentials import Credentials

PAGE = 100
_REFUSED = frozenset({400, 401, 403, 412})
_NOT_ENABLED = ("not enabled", "not entitled", "not available")


@dataclass(frozen=True, slots=True)
class _Place:
    """A zone and its account, and the way to ask about them."""

    zone: str
    zone_id: str
    account_id: str
    session: requests.Session
    base_url: str


@dataclass(frozen=True, slots=True)
class _Topic:
    """What is asked about; the permission that a token needs for it; the setting that says where it is."""

    about: str
    permission: str
    setting: str


_ACCOUNT = _Topic(
    "the load balancing of the account",
    "Account > Load Balancing: Monitors and Pools > Edit",
    "truenorth:geo.account_id (or CF_ACCOUNT_ID); left out, it is that of the zone",
)


def no_health(_: LivePool) -> bool:
    """The health of no pool is asked for."""
    return False


def read_account(
    credentials: Mapping[str, Credentials],
    account_id: str,
    zones: Mapping[str, str],
    *,
    health_of: Callable[[LivePool], bool] = no_health,
) -> Account:
    """An account's load balancing: a call for its pools, one for its monitors, one a zone, and one for each health.

    zones: their ids by their names, "" for one that is not known; one at least. account_id: "" for that of the zones.
    Where one of the two is not known, a zone is a call more. credentials: by zone; the first's are for the account too.
    Raises UserError where a permission is missing or an id is wrong, or zones are of several accounts;
    ObservationError where the API cannot be asked.
    """
    with ExitStack() as closing:
        places = []
        for zone, zone_id in zones.items():
            session = closing.enter_context(cloudflare.opened(credentials[zone]))
            places.append(_place(session, credentials[zone], zone, zone_id, account_id))
        _check_one_account(places)
        pools = [_with_health(places[0], one, health_of) for one in _pools(places[0])]
        monitors = _listed(places[0], _account_path(places[0], "monitors"), _ACCOUNT)
        return Account(
            account_id=places[0].account_id,
            pools=tuple(pools),
            monitors=tuple(LiveMonitor(item["id"], values.monitor(item)) for item in monitors),
            balancers=tuple(one for place in places for one in _balancers(place)),
        )


def _place(session: requests.Session, credentials: Credentials, zone: str, zone_id: str, account_id: str) -> _Place:
    if not (zone_id and account_id):
        found = cloudflare.find_zone(session, credentials, zone)
        zone_id, account_id = found["id"], account_id or found["account"]["id"]
    return _Place(zone, zone_id, account_id, session, credentials.base_url)


def _check_one_account(places: Sequence[_Place]) -> None:
    first = places[0]
    for place in places:
        if place.account_id != first.account_id:
            raise UserError(
                f"the zones {first.zone} and {place.zone} are of two accounts, and pools are of one",
                "truenorth:zones",
                "give one of the two a stack of its own",
            )


def _pools(place: _Place) -> list[LivePool]:
    found = _listed(place, _account_path(place, "pools"), _ACCOUNT)
    return [LivePool(item["id"], values.pool(item), item.get("monitor") or "") for item in found]


def _balancers(place: _Place) -> list[LiveBalancer]:
    topic = _Topic(
        f"the load balancers of the zone {place.zone}",
        "Zone > Load Balancers > Edit",
        "truenorth:zone_id (or CF_ZONE_ID)",
    )
    found = _listed(place, f"/zones/{place.zone_id}/load_balancers", topic)
    return [LiveBalancer(item["id"], place.zone, place.zone_id, values.balancer(item)) for item in found]


def _with_health(place: _Place, pool: LivePool, wanted: Callable[[LivePool], bool]) -> LivePool:
    """The pool with its health; unknown where nothing checks it, or it has just been deleted."""
    if not (pool.monitor_id and wanted(pool)):
        return pool
    answer = _get(place, _account_path(place, "pools", pool.id, "health"), {}, _ACCOUNT, may_be_gone=True)
    of_pool, of_origins = health(answer.get("result") or {})
    return replace(pool, health=of_pool, origin_health=of_origins)


def _account_path(place: _Place, *parts: str) -> str:
    return "/".join(("", "accounts", place.account_id, "load_balancers", *parts))


def _listed(place: _Place, path: str, topic: _Topic) -> list[Mapping[str, Any]]:
    """All pages of a list; an API that knows no pages gives the same one again."""
    found: dict[str, Mapping[str, Any]] = {}
    page, pages = 1, 1
    while page <= pages:
        answer = _get(place, path, {"page": str(page), "per_page": str(PAGE)}, topic)
        found |= {item["id"]: item for item in answer["result"] or ()}
        pages = int((answer.get("result_info") or {}).get("total_pages") or 1)
        page += 1
    return list(found.values())


def _get(
    place: _Place, path: str, query: Mapping[str, str], topic: _Topic, *, may_be_gone: bool = False
) -> dict[str, Any]:
    url = f"{place.base_url}{path}"
    response, body = http.get(place.session, url, query, "Cloudflare", topic.about)
    if response.ok and body.get("success"):
        return dict(body)
    said = cloudflare.reason(response, body)
    where = f"GET {url} answered {response.status_code}"
    if response.status_code == requests.codes.too_many_requests:
        wait = response.headers.get("Retry-After", "some")
        raise ObservationError(f"Cloudflare's rate limit is used up: asks to wait {wait} seconds")
    if response.status_code == requests.codes.not_found and may_be_gone:
        return {}
    if response.status_code == requests.codes.not_found:
        raise UserError(f"Cloudflare does not find {topic.about}: {said}", where, f"check {topic.setting}")
    if response.status_code in _REFUSED and any(text in said.lower() for text in _NOT_ENABLED):
        do = "subscribe to Load Balancing in Cloudflare's dashboard (Traffic > Load Balancing), or remove truenorth:geo"
        raise UserError(f"load balancing is not enabled: {said}", where, do)
    if response.status_code in _REFUSED:
        raise UserError(
            f"Cloudflare refuses to show {topic.about}: {said}",
            where,
            f"give the token (CLOUDFLARE_API_TOKEN or CF_API_TOKEN) the permission {topic.permission}; check"
            f" {topic.setting}",
        )
    raise ObservationError(f"Cloudflare answered {response.status_code} about {topic.about}: {said}")
