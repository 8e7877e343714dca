"""`/zones`: the zones that a token reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.answers import encode, success, success_page
from lab.cloudflare.errors import authentication_error
from lab.cloudflare.model import Permission, timestamp
from lab.cloudflare.names import in_unicode

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.model import Token, Zone

_DEFAULT_PAGE, _LARGEST_PAGE = 20, 50
STATUSES = ("initializing", "pending", "active", "moved")
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "equal": lambda value, wanted: value.lower() == wanted.lower(),
    "not_equal": lambda value, wanted: value.lower() != wanted.lower(),
    "starts_with": lambda value, wanted: value.lower().startswith(wanted.lower()),
    "ends_with": lambda value, wanted: value.lower().endswith(wanted.lower()),
    "contains": lambda value, wanted: wanted.lower() in value.lower(),
    "starts_with_case_sensitive": lambda value, wanted: value.startswith(wanted),
    "ends_with_case_sensitive": lambda value, wanted: value.endswith(wanted),
    "contains_case_sensitive": lambda value, wanted: wanted in value,
}
_ORDERS: dict[str, Callable[[Zone], str]] = {
    "name": lambda zone: in_unicode(zone.name),
    "status": lambda zone: zone.status,
    "account.id": lambda zone: zone.account.id,
    "account.name": lambda zone: zone.account.name,
}


def as_json(zone: Zone, token: Token) -> dict[str, object]:
    """Give the zone as the API does to the bearer of `token`."""
    made = timestamp(zone.created_on)
    return {
        "id": zone.id,
        "name": in_unicode(zone.name),
        "status": zone.status,
        "paused": False,
        "type": "full",
        "development_mode": 0,
        "name_servers": ["lola.ns.cloudflare.com", "rob.ns.cloudflare.com"],
        "original_name_servers": None,
        "original_registrar": None,
        "original_dnshost": None,
        "modified_on": made,
        "created_on": made,
        "activated_on": made,
        "vanity_name_servers": [],
        "vanity_name_servers_ips": None,
        "meta": {
            "step": 2,
            "custom_certificate_quota": 0,
            "page_rule_quota": 3,
            "phishing_detected": False,
        },
        "owner": {"id": None, "type": "user", "email": None},
        "account": {"id": zone.account.id, "name": zone.account.name},
        "tenant": {"id": None, "name": None},
        "tenant_unit": {"id": None},
        "permissions": sorted(permission.value for permission in Permission if token.may(permission)),
        "plan": {
            "id": zone.plan.id,
            "name": zone.plan.name,
            "price": zone.plan.price,
            "currency": "USD",
            "frequency": "monthly" if zone.plan.price else "",
            "is_subscribed": bool(zone.plan.price),
            "can_subscribe": False,
            "legacy_id": zone.plan.legacy_id,
            "legacy_discount": False,
            "externally_managed": False,
        },
    }


def list_zones(call: Call) -> Answer:
    """`GET /zones`: filtered, ordered, in pages."""
    if not call.token.may(Permission.ZONE_READ):
        raise authentication_error()
    combine = any if call.choice("match", ("all", "any"), "all") == "any" else all
    order = _ORDERS[call.choice("order", tuple(_ORDERS), "name")]
    descending = call.choice("direction", ("asc", "desc"), "asc") == "desc"
    tests = _filters(call)
    found = [
        zone
        for zone in call.cloudflare.zones.values()
        if call.token.reaches(zone.id) and (not tests or combine(test(zone) for test in tests))
    ]
    found.sort(key=order, reverse=descending)
    part, info = call.page(len(found), _DEFAULT_PAGE, _LARGEST_PAGE)
    return success_page([encode(as_json(zone, call.token)) for zone in found[part]], info)


def get_zone(call: Call) -> Answer:
    """`GET /zones/{zone_id}`."""
    return success(as_json(call.zone(Permission.ZONE_READ), call.token))


def _filters(call: Call) -> list[Callable[[Zone], bool]]:
    tests: list[Callable[[Zone], bool]] = []
    query = call.query
    if "name" in query:
        tests.append(_text_filter(_ORDERS["name"], query["name"]))
    if "account.name" in query:
        tests.append(_text_filter(_ORDERS["account.name"], query["account.name"]))
    if "account.id" in query:
        tests.append(lambda zone: zone.account.id == query["account.id"])
    if "status" in query:
        status = call.choice("status", STATUSES, "active")
        tests.append(lambda zone: zone.status == status)
    return tests


def _text_filter(of: Callable[[Zone], str], given: str) -> Callable[[Zone], bool]:
    operator, colon, wanted = given.partition(":")
    if not colon or operator not in _OPERATORS:
        operator, wanted = "equal", given
    test = _OPERATORS[operator]
    return lambda zone: test(of(zone), wanted)
