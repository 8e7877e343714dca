"""Every answer against Cloudflare's published OpenAPI description; load balancing has a folder of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.api.faults import Effect, Fault
from lab.cloudflare.model import Permission
from lab.cloudflare.routes import ROUTES
from tests.lab.cloudflare.openapi import BATCH, RECORDS, check, description

if TYPE_CHECKING:
    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api

SRV = {"priority": 1, "weight": 2, "port": 3, "target": "sip.example.net"}
CERTIFICATE = {"usage": 3, "selector": 1, "matching_type": 1, "certificate": "ab"}
BINDING = {"priority": 1, "target": ".", "value": 'alpn="h3"'}
LOC = {"lat_degrees": 52, "lat_direction": "N", "long_degrees": 4, "long_direction": "E"}
NAPTR = {"order": 1, "preference": 2, "flags": "S", "service": "SIP+D2U", "regex": "", "replacement": "a.example"}

ONE_OF_EACH_TYPE: list[dict[str, object]] = [
    {"type": "A", "content": "192.0.2.1", "comment": "an address", "tags": ["team:dns"]},
    {"type": "AAAA", "content": "2001:db8::1", "proxied": True},
    {"type": "CAA", "data": {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}},
    {"type": "CERT", "data": {"type": 9, "key_tag": 1, "algorithm": 8, "certificate": "ab"}},
    {"type": "CNAME", "content": "target.example.net", "settings": {"flatten_cname": True}},
    {"type": "DNSKEY", "data": {"flags": 257, "protocol": 3, "algorithm": 13, "public_key": "ab"}},
    {"type": "DS", "data": {"key_tag": 1, "algorithm": 13, "digest_type": 2, "digest": "ab"}},
    {"type": "HTTPS", "data": BINDING},
    {"type": "LOC", "data": LOC},
    {"type": "MX", "content": "mx.example.net", "priority": 10},
    {"type": "NAPTR", "data": NAPTR},
    {"type": "NS", "content": "ns1.example.net"},
    {"type": "PTR", "content": "host.example.net"},
    {"type": "SMIMEA", "data": CERTIFICATE},
    {"type": "SRV", "data": SRV},
    {"type": "SSHFP", "data": {"algorithm": 4, "type": 2, "fingerprint": "ab"}},
    {"type": "SVCB", "data": BINDING},
    {"type": "TLSA", "data": CERTIFICATE},
    {"type": "TXT", "content": '"text"', "ttl": 3600},
    {"type": "URI", "data": {"weight": 1, "target": "http://example.net/"}, "priority": 1},
]


@pytest.mark.parametrize("record", ONE_OF_EACH_TYPE, ids=lambda record: record["type"])
def test_records_of_every_type(api: Api, paid_zone: Zone, record: dict[str, object]) -> None:
    path = f"/zones/{paid_zone.id}/dns_records"
    body = {"name": "one", **record}
    made = api("POST", path, body)
    assert made.status_code == 200, made.text
    check("/zones/{zone_id}/dns_records", "POST", 200, made.json())
    one, template = f"{path}/{made.json()['result']['id']}", "/zones/{zone_id}/dns_records/{dns_record_id}"
    for method, sent in (("GET", None), ("PUT", body), ("PATCH", {"ttl": 300}), ("DELETE", None)):
        answer = api(method, one, sent)
        assert answer.status_code == 200, answer.text
        check(template, method, 200, answer.json())


def test_the_table_has_every_type_of_the_description() -> None:
    known = description()["components"]["schemas"]["dns-records_type"]["enum"]
    assert {record["type"] for record in ONE_OF_EACH_TYPE} == set(known)


A = {"type": "A", "name": "www", "content": "192.0.2.1"}
ZONE, ONE = "/zones/{zone_id}", "/zones/{zone_id}/dns_records/{dns_record_id}"

# Template, method, query, body, token, status. Records known: `www`, and the alias `alias`.
REQUESTS: list[tuple[str, str, str, object, str, int]] = [
    ("/user/tokens/verify", "GET", "", None, "lab-token", 200),
    ("/user/tokens/verify", "GET", "", None, "x" * 40, 401),
    ("/user/tokens/verify", "GET", "", None, "short", 400),
    ("/accounts", "GET", "", None, "lab-token", 200),
    ("/accounts", "GET", "?page=7", None, "lab-token", 200),
    ("/accounts", "GET", "?direction=up", None, "lab-token", 400),
    ("/accounts", "GET", "", None, "x" * 40, 401),
    ("/accounts/{account_id}", "GET", "", None, "lab-token", 200),
    ("/accounts/{account_id}", "GET", "", None, "reader", 403),
    ("/zones", "GET", "", None, "lab-token", 200),
    ("/zones", "GET", "?name=nowhere.example", None, "lab-token", 200),
    ("/zones", "GET", "?order=age", None, "lab-token", 400),
    ("/zones", "GET", "", None, "x" * 40, 403),
    ("/zones", "GET", "", None, "short", 400),
    ("/zones", "PATCH", "", None, "lab-token", 405),
    (ZONE, "GET", "", None, "lab-token", 200),
    (ZONE, "GET", "", None, "elsewhere", 403),
    (RECORDS, "GET", "", None, "lab-token", 200),
    (RECORDS, "GET", "?page=9", None, "lab-token", 200),
    (RECORDS, "GET", "?type=SPF", None, "lab-token", 400),
    (RECORDS, "GET", "", None, "elsewhere", 403),
    (RECORDS, "POST", "", {**A, "name": "new"}, "lab-token", 200),
    (RECORDS, "POST", "", {**A, "name": "new"}, "reader", 403),
    (RECORDS, "POST", "", A, "lab-token", 400),
    (RECORDS, "POST", "", {**A, "type": "CNAME", "content": "a.example"}, "lab-token", 400),
    (RECORDS, "POST", "", {**A, "name": "alias"}, "lab-token", 400),
    (RECORDS, "POST", "", {**A, "name": "new", "content": "x", "ttl": 5}, "lab-token", 400),
    (RECORDS, "POST", "", {**A, "name": "new", "ttl": "x"}, "lab-token", 400),
    (RECORDS, "POST", "", [], "lab-token", 400),
    (BATCH, "POST", "", {"posts": [{**A, "name": "new"}]}, "lab-token", 200),
    (BATCH, "POST", "", {"posts": [A]}, "lab-token", 400),
    (BATCH, "POST", "", {"posts": [A] * 201}, "lab-token", 400),
    (BATCH, "POST", "", {"deletes": [{"id": "0" * 32}]}, "lab-token", 404),
    (BATCH, "POST", "", {}, "reader", 403),
    (ONE, "GET", "", None, "lab-token", 200),
    (ONE, "PUT", "", {**A, "comment": "x"}, "lab-token", 200),
    (ONE, "PUT", "", {"type": "A"}, "lab-token", 400),
    (ONE, "PATCH", "", {"proxied": True}, "lab-token", 200),
    (ONE, "PATCH", "", {"name": "alias"}, "lab-token", 400),
    (ONE, "DELETE", "", None, "lab-token", 200),
    (ONE, "DELETE", "", None, "reader", 403),
    ("/zones/{zone_id}/dns_records/nonsense", "GET", "", None, "lab-token", 404),
    ("/zones/example.com", "GET", "", None, "lab-token", 404),
    ("/nonsense", "GET", "", None, "lab-token", 404),
]


@pytest.fixture
def identifiers(cloudflare: Cloudflare, zone: Zone, paid_zone: Zone) -> dict[str, str]:
    cloudflare.add_token("reader", permissions=[Permission.ZONE_READ, Permission.DNS_READ])
    cloudflare.add_token("elsewhere", zones=[paid_zone.id])
    record = cloudflare.add_record(zone.id, A)
    cloudflare.add_record(zone.id, {"type": "CNAME", "name": "alias", "content": "a.example"})
    return {"account_id": cloudflare.account.id, "zone_id": zone.id, "dns_record_id": record.id}


@pytest.mark.parametrize(("template", "method", "query", "body", "token", "status"), REQUESTS)
def test_answers_of_every_route(  # noqa: PLR0913, PLR0917 - two of them are fixtures
    api: Api,
    identifiers: dict[str, str],
    template: str,
    method: str,
    query: str,
    body: object,
    token: str,
    status: int,
) -> None:
    path = template.format_map(identifiers) + query
    answer = api(method, path, body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status, answer.text
    check(template, method, status, answer.json())


def test_the_table_asks_every_route_for_success_and_for_refusal() -> None:
    asked = {(template, method, status == 200) for template, method, _, _, _, status in REQUESTS}
    own = {
        template: one
        for template, one in ROUTES.items()
        if "/load_balancers" not in template and "/rules/lists" not in template
    }
    routes = {(template, method, good) for template, one in own.items() for method in one for good in (True, False)}
    # A record's own reading is refused where it does not exist: test_a_record_that_is_gone.
    assert routes - asked == {(ONE, "GET", False)}


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_record_that_is_gone(api: Api, zone: Zone, method: str) -> None:
    answer = api(method, f"/zones/{zone.id}/dns_records/{'0' * 32}", A if method in ("PUT", "PATCH") else None)
    assert answer.status_code == 404
    check(ONE, method, 404, answer.json())


@pytest.mark.parametrize(("template", "effect"), [("/zones", Effect.THROTTLE), ("/accounts", Effect.THROTTLE)])
def test_a_throttled_request(api: Api, cloudflare: Cloudflare, template: str, effect: Effect) -> None:
    cloudflare.faults.add(Fault(effect))
    check(template, "GET", 429, api("GET", template).json())


def test_a_failure_of_the_api(api: Api, cloudflare: Cloudflare) -> None:
    cloudflare.faults.add(Fault(Effect.SERVER_ERROR, status=500))
    check("/zones", "GET", 500, api("GET", "/zones").json())


def test_the_check_finds_what_does_not_fit() -> None:
    with pytest.raises(AssertionError, match="result"):
        check("/zones", "GET", 400, {"success": False, "errors": [], "messages": []})
    wrong = {"result": [{"type": "A"}], "success": True, "errors": [], "messages": []}
    with pytest.raises(AssertionError, match="is not valid under any of the given schemas"):
        check(RECORDS, "GET", 200, wrong)
