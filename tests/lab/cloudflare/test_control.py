"""The lab's control of the stand-in over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.cloudflare.model import Permission

if TYPE_CHECKING:
    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api

WWW = {"type": "A", "name": "www", "content": "192.0.2.1"}
FAULTS = "/_lab/cloudflare/faults"
REQUESTS = "/_lab/cloudflare/requests"
RECORDS = "/_lab/cloudflare/records"


def test_the_lab_is_healthy(api: Api) -> None:
    assert api.lab("GET", "/_lab/health").json() == {"status": "ok"}


def test_faults_are_set_shown_and_cleared(api: Api) -> None:
    rule = {"effect": "throttle", "method": "GET", "path": "/zones", "times": 2, "seconds": 3}
    shown = api.lab("PUT", FAULTS, [rule]).json()
    assert shown == [{**rule, "probability": 1.0, "seed": 0, "status": 502}]
    assert api("GET", "/zones").headers["Retry-After"] == "3"
    left = api.lab("GET", FAULTS).json()
    assert left[0]["times"] == 1
    assert api.lab("PUT", FAULTS, left).json() == left
    assert api.lab("DELETE", FAULTS).json() == []
    assert api("GET", "/zones").status_code == 200


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({}, "list"),
        (["drop"], "object"),
        ([{"effect": "explode"}], "explode"),
        ([{"effect": "drop", "sometimes": 1}], "sometimes is unknown"),
        ([{"effect": "drop", "times": "2"}], "times has the wrong type"),
        ([{"effect": "drop", "times": True}], "times has the wrong type"),
        ([{"effect": "drop", "probability": 2}], "between 0 and 1"),
    ],
)
def test_faults_that_make_no_sense_are_explained_and_change_nothing(api: Api, rules: object, message: str) -> None:
    before = api.lab("PUT", FAULTS, [{"effect": "drop"}]).json()
    answer = api.lab("PUT", FAULTS, rules)
    assert answer.status_code == 400
    assert message in answer.json()["error"]
    assert api.lab("GET", FAULTS).json() == before


def test_the_log_tells_what_was_asked(api: Api, records_path: str) -> None:
    api("POST", f"{records_path}?x=1", WWW)
    assert api.lab("GET", REQUESTS).json() == [
        {
            "time": "2026-01-01T00:00:00.000000Z",
            "method": "POST",
            "path": f"/client/v4{records_path}",
            "query": "x=1",
            "body": WWW,
            "status": 200,
        }
    ]
    assert api.lab("DELETE", REQUESTS).json() == []


def test_the_log_keeps_what_is_no_json(api: Api, cloudflare: Cloudflare, records_path: str) -> None:
    url = api.base + records_path
    headers = {**api.headers, "Content-Type": "application/json"}
    refused = api.session.post(url, data=b'{"ttl": NaN', headers=headers, timeout=60)
    assert refused.json()["errors"][0]["code"] == 6007
    refused = api.session.post(url, data=b"a=b", headers={**api.headers, "Content-Type": "text/plain"}, timeout=60)
    assert refused.json()["errors"][0]["message"] == "Content-type must be application/json."
    assert [entry.body for entry in cloudflare.requests] == ['{"ttl": NaN', "a=b"]
    assert cloudflare.requests[-1].status == 400
    assert len(cloudflare.requests[:1]) == 1


def test_somebody_else_edits_without_a_call_of_the_api(api: Api, cloudflare: Cloudflare, zone: Zone) -> None:
    record = api.lab("POST", f"{RECORDS}?zone={zone.name}", WWW).json()
    assert record["name"] == "www.example.com"
    changed = api.lab("POST", f"{RECORDS}?zone={zone.id}", {"id": record["id"], "content": "192.0.2.2"}).json()
    assert changed == {**record, "content": "192.0.2.2"}
    assert api.lab("GET", f"{RECORDS}?zone={zone.id}").json() == [changed]
    assert len(cloudflare.requests) == 0


def test_somebody_else_deletes_one_record_or_all(api: Api, zone: Zone) -> None:
    url = f"{RECORDS}?zone={zone.id}"
    ids = [api.lab("POST", url, {**WWW, "name": name}).json()["id"] for name in "abc"]
    left = api.lab("DELETE", f"{url}&id={ids[0]}").json()
    assert [one["id"] for one in left] == ids[1:]
    assert api.lab("DELETE", url).json() == []


def test_the_rules_of_the_zone_hold_for_somebody_else(api: Api, zone: Zone) -> None:
    url = f"{RECORDS}?zone={zone.id}"
    api.lab("POST", url, WWW)
    assert api.lab("POST", url, WWW).json()["errors"][0]["code"] == 81058
    assert api.lab("DELETE", f"{url}&id=nothing").status_code == 404


@pytest.mark.parametrize(
    ("query", "body", "status", "message"),
    [
        ("", WWW, 404, "?zone="),
        ("?zone=nowhere.example", WWW, 404, "?zone="),
        ("?zone=example.com", [], 400, "object"),
        ("?zone=example.com", {"id": 7}, 400, "id is a string"),
        ("?zone=example.com", None, 400, "no JSON"),
    ],
)
def test_an_edit_that_makes_no_sense_is_explained(
    api: Api, zone: Zone, query: str, body: object, status: int, message: str
) -> None:
    assert zone.name == "example.com"
    answer = api.lab("POST", RECORDS + query, body)
    assert answer.status_code == status
    assert message in answer.json()["error"]


def test_zones_and_tokens_are_added(api: Api, cloudflare: Cloudflare) -> None:
    made = api.lab("POST", "/_lab/cloudflare/zones", {"name": "Example.ORG"}).json()
    assert cloudflare.zones[made["id"]].name == made["name"] == "example.org"
    token = "lab-token-of-example-org-0123456789abcde"
    assert api.lab("POST", "/_lab/cloudflare/tokens", {"token": token, "zone": "example.org"}).status_code == 200
    assert cloudflare.tokens[token].zones == frozenset({made["id"]})


def test_zones_have_plans_and_states_and_tokens_permissions(api: Api, cloudflare: Cloudflare) -> None:
    asked = {"name": "example.org", "plan": "free", "status": "pending"}
    made = cloudflare.zones[api.lab("POST", "/_lab/cloudflare/zones", asked).json()["id"]]
    assert (made.plan.legacy_id, made.status) == ("free", "pending")
    few = {"token": "t" * 40, "zone": "example.org", "permissions": ["#zone:read"]}
    assert api.lab("POST", "/_lab/cloudflare/tokens", few).status_code == 200
    assert cloudflare.tokens["t" * 40].permissions == frozenset({Permission.ZONE_READ})


@pytest.mark.parametrize(
    ("place", "body", "message"),
    [
        ("zones", {}, "give the name of the zone"),
        ("zones", {"name": "example.com"}, "exists already"),
        ("zones", {"name": "example.org", "plan": "gold"}, "plan is one of free, pro"),
        ("zones", {"name": "example.org", "status": "lost"}, "status of initializing"),
        ("tokens", {"token": "x", "zone": "example.com", "permissions": ["all"]}, "all"),
        ("tokens", {"token": "x", "zone": "example.com", "permissions": "all"}, "permissions are a list"),
        ("tokens", {"token": "x"}, "give a token, and the name or id of its zone, or a list of them"),
        ("tokens", {"token": "x", "zone": "example.org"}, "names or ids of zones that exist"),
    ],
)
def test_a_zone_or_token_that_cannot_be_is_refused(
    api: Api, zone: Zone, place: str, body: object, message: str
) -> None:
    assert zone.name == "example.com"
    answer = api.lab("POST", f"/_lab/cloudflare/{place}", body)
    assert answer.status_code == 400
    assert message in answer.json()["error"]
