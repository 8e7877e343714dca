"""Every answer of load balancing against Cloudflare's published OpenAPI description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.api.faults import Effect, Fault
from lab.cloudflare.load_balancing.routes import ROUTES
from lab.cloudflare.model import Permission
from tests.lab.cloudflare.load_balancing.conftest import EUROPE, MONITOR
from tests.lab.cloudflare.openapi import check

if TYPE_CHECKING:
    from tests.lab.cloudflare.conftest import Api
    from tests.lab.cloudflare.load_balancing.conftest import World

MONITORS = "/accounts/{account_id}/load_balancers/monitors"
POOLS = "/accounts/{account_id}/load_balancers/pools"
LOAD_BALANCERS = "/zones/{zone_id}/load_balancers"
FULL_MONITOR = {
    "type": "tcp",
    "port": 8080,
    "consecutive_up": 2,
    "consecutive_down": 3,
    "description": "a monitor",
    "probe_zone": "example.com",
    "header": {"Host": ["example.com"]},
}
FULL_POOL = {
    **EUROPE,
    "name": "full",
    "enabled": False,
    "check_regions": ["WEU", "ENAM"],
    "load_shedding": {"default_percent": 5},
    "notification_filter": {"origin": {"disable": True}, "pool": {"healthy": False}},
    "origin_steering": {},
    "origins": [
        {"name": "b", "address": "origin.example.net", "enabled": False, "header": {"Host": ["a.example.com"]}},
        {"name": "a", "address": "2001:db8::1", "weight": 0.25},
    ],
}

# Template, method, body (a callable gets the world), status.
REQUESTS: list[tuple[str, str, object, int]] = [
    (MONITORS, "GET", None, 200),
    (MONITORS, "POST", MONITOR, 200),
    (MONITORS, "POST", FULL_MONITOR, 200),
    (MONITORS, "POST", {"type": "http"}, 400),
    (f"{MONITORS}/{{monitor_id}}", "GET", None, 200),
    (f"{MONITORS}/{{monitor_id}}", "PUT", FULL_MONITOR, 200),
    (f"{MONITORS}/{{monitor_id}}", "PUT", {}, 400),
    (f"{MONITORS}/{{monitor_id}}", "PATCH", {"retries": 1}, 200),
    (f"{MONITORS}/{{monitor_id}}", "PATCH", {"interval": 5}, 400),
    (f"{MONITORS}/{{free_monitor_id}}", "DELETE", None, 200),
    (f"{MONITORS}/{{monitor_id}}", "DELETE", None, 412),
    (f"{MONITORS}/{{monitor_id}}/references", "GET", None, 200),
    (POOLS, "GET", None, 200),
    (POOLS, "POST", FULL_POOL, 200),
    (POOLS, "POST", EUROPE, 400),
    (POOLS, "PATCH", {"notification_email": ""}, 200),
    (POOLS, "PATCH", {"notification_email": "a@example.com"}, 400),
    (f"{POOLS}/{{pool_id}}", "GET", None, 200),
    (f"{POOLS}/{{pool_id}}", "PUT", FULL_POOL, 200),
    (f"{POOLS}/{{pool_id}}", "PUT", {"name": "x"}, 400),
    (f"{POOLS}/{{pool_id}}", "PATCH", {"enabled": False}, 200),
    (f"{POOLS}/{{pool_id}}", "PATCH", {"latitude": None}, 400),
    (f"{POOLS}/{{free_pool_id}}", "DELETE", None, 200),
    (f"{POOLS}/{{pool_id}}", "DELETE", None, 412),
    (f"{POOLS}/{{pool_id}}/health", "GET", None, 200),
    (f"{POOLS}/{{free_pool_id}}/health", "GET", None, 200),
    (f"{POOLS}/{{pool_id}}/references", "GET", None, 200),
    (LOAD_BALANCERS, "GET", None, 200),
    (LOAD_BALANCERS, "POST", {"name": "new.example.com"}, 200),
    (LOAD_BALANCERS, "POST", {"name": "new.example.com", "session_affinity": "cookie"}, 200),
    (LOAD_BALANCERS, "POST", {"name": "new.example.org"}, 400),
    (f"{LOAD_BALANCERS}/{{load_balancer_id}}", "GET", None, 200),
    (f"{LOAD_BALANCERS}/{{load_balancer_id}}", "PUT", {"name": "app.example.com"}, 200),
    (f"{LOAD_BALANCERS}/{{load_balancer_id}}", "PUT", {}, 400),
    (f"{LOAD_BALANCERS}/{{load_balancer_id}}", "PATCH", {"description": "new"}, 200),
    (f"{LOAD_BALANCERS}/{{load_balancer_id}}", "PATCH", {"default_pools": []}, 400),
    (f"{LOAD_BALANCERS}/{{load_balancer_id}}", "DELETE", None, 200),
]


def identifiers(api: Api, world: World) -> dict[str, str]:
    free_monitor = api("POST", world.monitors, MONITOR).json()["result"]["id"]
    free_pool = api("POST", world.pools, {**EUROPE, "name": "free"}).json()["result"]["id"]
    return {
        "account_id": world.cloudflare.account.id,
        "zone_id": world.zone.id,
        "monitor_id": world.monitor.id,
        "pool_id": world.europe.id,
        "load_balancer_id": world.load_balancer.id,
        "free_monitor_id": free_monitor,
        "free_pool_id": free_pool,
    }


@pytest.mark.parametrize(("template", "method", "body", "status"), REQUESTS)
def test_answers_of_every_route(api: Api, world: World, template: str, method: str, body: object, status: int) -> None:
    path = template.format_map(identifiers(api, world))
    if template.startswith(LOAD_BALANCERS) and method in ("POST", "PUT") and isinstance(body, dict) and body:
        body = world.body(**body)
    answer = api(method, path, body)
    assert answer.status_code == status, answer.text
    check(template.replace("free_", ""), method, status, answer.json())


@pytest.mark.parametrize(
    ("template", "method"), [(template, method) for template in ROUTES for method in ROUTES[template]]
)
def test_what_is_not_there_or_not_allowed_is_refused_on_every_route(
    api: Api, world: World, template: str, method: str
) -> None:
    world.cloudflare.add_token("elsewhere", permissions=[Permission.DNS_EDIT])
    nothing = dict.fromkeys(("monitor_id", "pool_id", "load_balancer_id"), "0" * 32)
    path = template.format_map({"account_id": world.cloudflare.account.id, "zone_id": world.zone.id, **nothing})
    denied = api(method, path, {}, headers={"Authorization": "Bearer elsewhere"})
    assert (denied.status_code, denied.json()["errors"][0]["code"]) == (403, 10000)
    check(template, method, 403, denied.json())
    if path.count("0" * 32):
        missing = api(method, path, {"name": "x"})
        assert (missing.status_code, missing.json()["errors"][0]["code"]) == (404, 1001)
        check(template, method, 404, missing.json())


def test_the_table_asks_every_route_for_success() -> None:
    asked = {(template.replace("free_", ""), method) for template, method, _, status in REQUESTS if status == 200}
    assert asked == {(template, method) for template in ROUTES for method in ROUTES[template]}


@pytest.mark.parametrize("fault", [Fault(Effect.THROTTLE), Fault(Effect.SERVER_ERROR, status=500)])
def test_throttling_and_outages_have_the_common_form(api: Api, world: World, fault: Fault) -> None:
    world.cloudflare.faults.add(fault)
    answer = api("GET", world.pools)
    assert answer.status_code in (429, 500)
    check(POOLS, "GET", answer.status_code, answer.json())
