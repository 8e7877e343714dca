"""Every answer against Cloudflare's published OpenAPI description.

The description (2024-08, BSD-3-Clause, cut to the paths used here) lies beside this file, with its licence. Where it is
known to be wrong, `CORRECTIONS` says so: nothing else is loosened.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft4Validator, FormatChecker  # type: ignore[import-untyped] # has no types of its own

from lab.api.faults import Effect, Fault
from lab.cloudflare.model import Permission
from lab.cloudflare.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api

DESCRIPTION = Path(__file__).with_name("cloudflare-openapi.json")

RECORD = "#/components/schemas/dns-records_dns-record"
FAILURE = "#/components/schemas/dns-records_api-response-common-failure"
BATCH = "/zones/{zone_id}/dns_records/batch"


def _comment_may_be_null(schemas: dict[str, Any]) -> None:
    """The API answers `"comment": null` for a record without one; the description knows only text."""
    schemas["dns-records_comment"]["nullable"] = True


def _owner_may_have_no_id(schemas: dict[str, Any]) -> None:
    """The API answers `"id": null` for the owner of a user's zone, as clients' recordings show."""
    schemas["zones_zone"]["properties"]["owner"]["properties"]["id"] = {"nullable": True, "type": "string"}


def _throttling_has_a_small_code(schemas: dict[str, Any]) -> None:
    """A throttled request has the code 971; the description allows none below 1000."""
    for family in ("dns-records", "zones", "iam"):
        schemas[f"{family}_messages"]["items"]["properties"]["code"]["minimum"] = 971


CORRECTIONS: tuple[Callable[[dict[str, Any]], None], ...] = (
    _comment_may_be_null,
    _owner_may_have_no_id,
    _throttling_has_a_small_code,
)


@cache
def description() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    for correct in CORRECTIONS:
        correct(loaded["components"]["schemas"])
    translated: dict[str, Any] = _as_json_schema(loaded)
    return translated


def _as_json_schema(node: Any) -> Any:  # noqa: ANN401 - JSON
    """OpenAPI 3.0 differs from JSON Schema draft 4 in `nullable` alone, as far as this description goes."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    translated = {key: _as_json_schema(value) for key, value in node.items() if key != "example"}
    if translated.pop("nullable", False) is True:
        translated["type"] = [translated["type"], "null"]
    return translated


def schema_of(template: str, method: str, status: int) -> dict[str, Any]:
    """The schema of an answer.

    The description joins the schema of success to that of failure for refusals (`success` both true and false), which
    nothing satisfies: the part about failure counts. The batch is not in the description: its answer is of records.
    """
    if template == BATCH and status == 200:
        listed = {"type": "array", "items": {"$ref": RECORD}}
        kinds = ("deletes", "patches", "puts", "posts")
        result = {"type": "object", "required": list(kinds), "properties": dict.fromkeys(kinds, listed)}
        return {"type": "object", "required": ["success", "errors", "messages"], "properties": {"result": result}}
    operation = description()["paths"].get(template, {}).get(method.lower())
    if operation is None or status >= 500:
        return {"$ref": FAILURE}
    answers = {key.lower(): value for key, value in operation["responses"].items()}
    found: dict[str, Any] = answers["200" if status == 200 else "4xx"]["content"]["application/json"]["schema"]
    return found["allOf"][-1] if status != 200 and "allOf" in found else found


def check(template: str, method: str, status: int, body: object) -> None:
    schema = {**copy.deepcopy(schema_of(template, method, status)), "components": description()["components"]}
    if "$ref" in schema:  # draft 4 ignores what stands beside it
        schema = {"allOf": [{"$ref": schema.pop("$ref")}], **schema}
    problems = [error.message for error in Draft4Validator(schema, format_checker=FormatChecker()).iter_errors(body)]
    assert problems == [], json.dumps(body, indent=1)


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
ZONE, RECORDS, ONE = "/zones/{zone_id}", "/zones/{zone_id}/dns_records", "/zones/{zone_id}/dns_records/{dns_record_id}"

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
    routes = {(template, method, good) for template, one in ROUTES.items() for method in one for good in (True, False)}
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
