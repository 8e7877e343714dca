"""The load balancing of an account as it is now: its pools, its monitors, and the load balancers of our zones.

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
from stacks.observe.zone import cloudflare, cloudflare_answers, http
from stacks.settings.credentials import Credentials

PAGE = 100
_REFUSED = frozenset({400, 401, 403, 412})
_NOT_ENABLED = ("not enabled", "not entitled", "not available")


@dataclass(frozen=True, slots=True)
class _AccountZone:
    """A zone and its account, with a session for requests about them."""

    name: str
    zone_id: str
    account_id: str
    session: requests.Session
    base_url: str


@dataclass(frozen=True, slots=True)
class _Topic:
    """A subject of requests, with the permission that a token needs and the setting for its location."""

    about: str
    permission: str
    setting: str


_ACCOUNT = _Topic(
    "the load balancing of the account",
    "Account > Load Balancing: Monitors and Pools > Edit",
    "truenorth:geo.account_id (or CF_ACCOUNT_ID); left out, it is that of the zone",
)


def no_health(_: LivePool) -> bool:
    """Return False: the health of no pool is requested."""
    return False


def read_account(
    credentials: Mapping[str, Credentials],
    account_id: str,
    zones: Mapping[str, str],
    *,
    health_of: Callable[[LivePool], bool] = no_health,
) -> Account:
    """Return an account's load balancing: a call for its pools, one for its monitors, one a zone and one a health.

    credentials: by zone; those of the first zone are for the account too. account_id: "" for the account of the zones.
    zones: ids by name, at least one zone; "" for an unknown id. Where a zone's id or the account's is unknown, a zone
    costs one call more. health_of: whether the health of a pool is requested. Raises UserError where a permission is
    missing, an id is wrong or the zones are of several accounts; ObservationError where the API cannot be asked.
    """
    with ExitStack() as closing:
        members = []
        for zone, zone_id in zones.items():
            session = closing.enter_context(cloudflare_answers.opened(credentials[zone]))
            members.append(_account_zone(session, credentials[zone], zone, zone_id, account_id))
        _check_one_account(members)
        pools = [_with_health(members[0], one, health_of) for one in _pools(members[0])]
        monitors = _listed(members[0], _account_path(members[0], "monitors"), _ACCOUNT)
        return Account(
            account_id=members[0].account_id,
            pools=tuple(pools),
            monitors=tuple(LiveMonitor(item["id"], values.monitor(item)) for item in monitors),
            balancers=tuple(one for zone in members for one in _balancers(zone)),
        )


def _account_zone(
    session: requests.Session, credentials: Credentials, zone: str, zone_id: str, account_id: str
) -> _AccountZone:
    if not (zone_id and account_id):
        found = cloudflare.find_zone(session, credentials, zone, zone_id)
        zone_id, account_id = found["id"], account_id or found["account"]["id"]
    return _AccountZone(zone, zone_id, account_id, session, credentials.base_url)


def _check_one_account(members: Sequence[_AccountZone]) -> None:
    first = members[0]
    for zone in members:
        if zone.account_id != first.account_id:
            raise UserError(
                f"the zones {first.name} and {zone.name} are of two accounts, and pools are of one",
                "truenorth:zones",
                "give one of the two a stack of its own",
            )


def _pools(zone: _AccountZone) -> list[LivePool]:
    found = _listed(zone, _account_path(zone, "pools"), _ACCOUNT)
    return [LivePool(item["id"], values.pool(item), item.get("monitor") or "") for item in found]


def _balancers(zone: _AccountZone) -> list[LiveBalancer]:
    topic = _Topic(
        f"the load balancers of the zone {zone.name}",
        "Zone > Load Balancers > Edit",
        "truenorth:zone_id (or CF_ZONE_ID)",
    )
    found = _listed(zone, f"/zones/{zone.zone_id}/load_balancers", topic)
    return [LiveBalancer(item["id"], zone.name, zone.zone_id, values.balancer(item)) for item in found]


def _with_health(zone: _AccountZone, pool: LivePool, wanted: Callable[[LivePool], bool]) -> LivePool:
    """Return the pool with its health; unknown where nothing checks it, or it has just been deleted."""
    if not (pool.monitor_id and wanted(pool)):
        return pool
    answer = _get(zone, _account_path(zone, "pools", pool.id, "health"), {}, _ACCOUNT, may_be_gone=True)
    of_pool, of_origins = health(answer.get("result") or {})
    return replace(pool, health=of_pool, origin_health=of_origins)


def _account_path(zone: _AccountZone, *parts: str) -> str:
    return "/".join(("", "accounts", zone.account_id, "load_balancers", *parts))


def _listed(zone: _AccountZone, path: str, topic: _Topic) -> list[Mapping[str, Any]]:
    """Return the items of all pages, each once: an API without pages gives the same page again."""
    found: dict[str, Mapping[str, Any]] = {}
    page, pages = 1, 1
    while page <= pages:
        answer = _get(zone, path, {"page": str(page), "per_page": str(PAGE)}, topic)
        found |= {item["id"]: item for item in answer["result"] or ()}
        pages = int((answer.get("result_info") or {}).get("total_pages") or 1)
        page += 1
    return list(found.values())


def _get(
    zone: _AccountZone, path: str, query: Mapping[str, str], topic: _Topic, *, may_be_gone: bool = False
) -> dict[str, Any]:
    url = f"{zone.base_url}{path}"
    response, body = http.get(zone.session, url, query, "Cloudflare", topic.about)
    if response.ok and body.get("success"):
        return dict(body)
    said = cloudflare_answers.reason(response, body)
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
