"""Nothing but what the stack owns is changed or deleted, and nothing outside of a convergence."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection

import pytest

from stacks.plan.changes import same
from tests.cli.apiproxy.conftest import VARIABLE, Place

WRITES = [("PUT", {"ttl": 600}), ("PATCH", {"ttl": 600}), ("DELETE", None)]


@pytest.mark.parametrize(("method", "change"), WRITES)
def test_a_foreign_record_is_left_alone_and_named(place: Place, method: str, change: dict[str, object] | None) -> None:
    foreign = place.add("shop")
    body = None if change is None else {**place.a("shop"), **change}
    with place.carrying_out() as counts:
        answer = place.client(method, f"/{foreign}", body)
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"]) == (403, 10000)
    assert f"shop.{place.zone.name} A ({foreign})" in error["message"]
    assert "does not own" in error["message"]
    assert [one.ttl for one in place.cloudflare.records(place.zone.id)] == [300]
    assert counts.tally.refusals == {("cloudflare", "fence"): 1}
    assert {called for called, _ in place.calls()} == {"GET"}


def test_what_was_made_through_the_api_proxy_may_be_changed_and_deleted(place: Place) -> None:
    with place.carrying_out():
        made = place.client("POST", "", place.a("www")).json()["result"]["id"]
        assert place.client("PUT", f"/{made}", place.a("www", ttl=600)).status_code == 200
        assert place.client("DELETE", f"/{made}").status_code == 200


def test_what_was_made_in_an_earlier_convergence_has_to_be_owned(place: Place) -> None:
    with place.carrying_out():
        made = place.client("POST", "", place.a("www")).json()["result"]["id"]
    with place.carrying_out():
        assert place.client("DELETE", f"/{made}").status_code == 403
    with place.carrying_out(owned=[made]):
        assert place.client("DELETE", f"/{made}").status_code == 200


def test_an_id_owned_in_one_zone_is_none_in_another(place: Place) -> None:
    other = place.cloudflare.add_zone(f"other.{place.zone.name}", plan="pro")
    foreign = place.cloudflare.add_record(other.id, {"type": "A", "name": "www", "content": "192.0.2.1"}).id
    client = place.client
    client.zone_id = other.id
    with place.carrying_out(owned=[foreign]):
        assert client("DELETE", f"/{foreign}").status_code == 403
    assert len(place.cloudflare.records(other.id)) == 1


def test_a_foreign_record_in_a_zone_that_cannot_be_listed_is_named_by_its_id(place: Place) -> None:
    client = place.client
    client.token = "unknown-" + "x" * 40
    with place.carrying_out():
        answer = client("DELETE", f"/{'a' * 32}")
    assert answer.status_code == 403
    assert f"the record {'a' * 32} " in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [("POST", "", {"type": "A"}), ("PUT", f"/{'a' * 32}", {}), ("DELETE", f"/{'a' * 32}", None)],
)
def test_outside_of_a_convergence_nothing_is_written(place: Place, method: str, below: str, body: object) -> None:
    answer = place.client(method, below, body)
    assert answer.status_code == 403
    assert "no convergence" in answer.json()["errors"][0]["message"]
    assert place.calls() == []


@pytest.mark.parametrize(
    ("method", "below"),
    [("POST", "/batch"), ("POST", "/import"), ("DELETE", f"/{'A' * 32}"), ("PUT", f"/{'a' * 32}?x=1"), ("DELETE", "")],
)
def test_writes_past_the_fence_are_refused(place: Place, method: str, below: str) -> None:
    with place.carrying_out():
        assert place.client(method, below, {}).status_code == 403
    assert place.calls() == []


def test_load_balancing_is_written_only_where_the_plan_has_a_part_in_it(place: Place) -> None:
    client = place.client
    signed = {"Authorization": f"Bearer {place.token}"}
    body = {"name": "front", "origins": [{"name": "one", "address": "192.0.2.1"}]}
    with place.carrying_out(balances=True):
        zone = client.session.get(f"{client.base}/zones/{place.zone.id}", headers=signed, timeout=60).json()["result"]
        pools = f"{client.base}/accounts/{zone['account']['id']}/load_balancers/pools"
        made = client.session.post(pools, json=body, headers=signed, timeout=60)
        assert made.status_code == 200
        pool = f"{pools}/{made.json()['result']['id']}"
    assert client.session.delete(pool, headers=signed, timeout=60).status_code == 403
    with place.carrying_out():
        assert client.session.delete(pool, headers=signed, timeout=60).status_code == 403
    with place.carrying_out(balances=True):
        assert client.session.delete(pool, headers=signed, timeout=60).status_code == 200


def test_a_record_that_the_plan_does_not_declare_is_not_created(place: Place) -> None:
    wanted = place.record("www")
    with place.carrying_out(may_create=lambda record: record is not None and same(record, wanted)) as counts:
        others: list[object] = [
            place.a("evil"),
            place.a("www", "192.0.2.66"),
            {**place.a("www"), "type": "AAAA"},
            {},
            [],
        ]
        for body in others:
            answer = place.client("POST", "", body)
            assert answer.status_code == 403
            assert "the plan declares no such record" in answer.json()["errors"][0]["message"]
        assert place.client("POST", "", place.a("www")).status_code == 200
    assert place.contents() == {"www": ["192.0.2.1"]}
    assert counts.tally.refusals == {("cloudflare", "fence"): 5}


ACCOUNT, ZONE, RECORD = "a" * 32, "b" * 32, "c" * 32


@pytest.mark.parametrize("balances", [False, True])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "evil"])
@pytest.mark.parametrize(
    "target",
    [
        f"/zones/{ZONE}",
        "/zones",
        f"/zones/{ZONE}/dns%5Frecords/{RECORD}",
        f"/zones/{ZONE}/%64ns_records/{RECORD}",
        f"/zones/{ZONE}//dns_records/{RECORD}",
        f"/zones/{ZONE}/x/../dns_records/{RECORD}",
        f"/zones/{ZONE}/dns_records/{RECORD};x",
        f"/zones/{ZONE}/dns_records/batch",
        f"/zones/{ZONE}/settings/ssl",
        f"/zones/{ZONE}/rulesets",
        f"/zones/{ZONE}/purge_cache",
        f"/zones/{ZONE}/load_balancers/{RECORD}/x",
        f"/accounts/{ACCOUNT}/load_balancers/pools/{RECORD}%2e",
        f"/accounts/{ACCOUNT}/tokens",
        "/user/tokens",
        "/",
        "",
    ],
)
def test_what_no_convergence_intends_is_forbidden(place: Place, target: str, method: str, *, balances: bool) -> None:
    host, port = place.proxy.environment[VARIABLE].split("/")[2].split(":")
    base = place.proxy.environment[VARIABLE].partition(port)[2]
    with place.carrying_out(balances=balances), closing(HTTPConnection(host, int(port), timeout=60)) as asked:
        asked.request(method, f"{base}{target}", b"{}", {"Authorization": f"Bearer {place.token}"})
        assert asked.getresponse().status in {403, 404}
    assert place.calls() == []
