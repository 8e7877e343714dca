"""Reads of single records, answered from one listing."""

from __future__ import annotations

import pytest

from cli.apiproxy.cloudflare.zone_cache import ZoneCache
from lab.api.faults import Effect, Fault
from tests.cli.apiproxy.conftest import Place
from tests.cli.apiproxy.timing import once_called

LISTING = ("GET", "/dns_records")
NOBODY = "f" * 32


def test_many_reads_are_one_listing_and_say_what_the_api_says(place: Place) -> None:
    ids = [place.add(f"n{number}", comment="kept" if number % 2 else None) for number in range(40)]
    with place.carrying_out() as counts:
        answers = place.client.together(*(("GET", f"/{one}", None) for one in ids))
    assert place.calls() == [LISTING]
    assert counts.tally.mirror_reads == 40
    for record_id, answer in zip(ids, answers, strict=True):
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.content == place.direct("GET", f"/{record_id}").content


def test_a_record_that_is_gone_reads_as_it_does_at_the_api(place: Place) -> None:
    with place.carrying_out():
        answer = place.client("GET", f"/{NOBODY}")
    without = place.direct("GET", f"/{NOBODY}")
    assert (answer.status_code, answer.json()) == (without.status_code, without.json()) == (404, without.json())


def test_a_read_sees_what_was_written_through_the_api_proxy(place: Place) -> None:
    old = place.add("old")
    with place.carrying_out(owned=[old]):
        client = place.client
        assert client("GET", f"/{old}").json()["result"]["ttl"] == 300
        made = client("POST", "", place.a("new")).json()["result"]
        assert client("GET", f"/{made['id']}").json()["result"] == made
        changed = client("PUT", f"/{old}", place.a("old", ttl=600)).json()["result"]
        assert client("GET", f"/{old}").json()["result"] == changed
        assert client("PATCH", f"/{old}", {"ttl": 900}).json()["result"]["ttl"] == 900
        assert client("GET", f"/{old}").json()["result"]["ttl"] == 900
        assert client("DELETE", f"/{old}").json()["result"] == {"id": old}
        assert client("GET", f"/{old}").status_code == 404
    assert place.calls().count(LISTING) == 1


def test_a_zone_of_several_pages_is_read_whole(place: Place) -> None:
    with place.cloudflare.lock:
        zone = place.cloudflare.add_zone("large.example", plan="enterprise", record_quota=20_000)
        ids = [
            place.cloudflare.add_record(zone.id, {"type": "TXT", "name": f"t{number}", "content": '"x"'}).id
            for number in range(5_003)
        ]
    place.zone = zone
    with place.carrying_out():
        found = [place.client("GET", f"/{one}").status_code for one in (ids[0], ids[2_500], ids[-1])]
    assert found == [200, 200, 200]
    assert place.calls() == [LISTING, LISTING]


def test_each_convergence_looks_anew(place: Place) -> None:
    there = place.add("www")
    with place.carrying_out():
        assert place.client("GET", f"/{there}").status_code == 200
    place.cloudflare.remove_record(place.zone.id, there)
    with place.carrying_out():
        assert place.client("GET", f"/{there}").status_code == 404


def test_outside_of_a_convergence_reads_are_passed_on(place: Place) -> None:
    there = place.add("www")
    assert place.client("GET", f"/{there}").json()["result"]["id"] == there
    assert place.calls() == [("GET", f"/dns_records/{there}")]


def test_a_listing_by_the_plugin_is_passed_on_with_its_query(place: Place) -> None:
    place.add("www")
    place.add("other")
    with place.carrying_out():
        found = place.client("GET", f"?name=www.{place.zone.name}").json()["result"]
    assert [one["name"] for one in found] == [f"www.{place.zone.name}"]


def test_a_token_without_rights_gets_the_apis_refusal_once_for_all(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = place.add("www")
    client = place.client
    client.token = "unknown-" + "x" * 40
    place.cloudflare.faults.add(Fault(Effect.HOLD, method="GET"))
    once_called(monkeypatch, ZoneCache, "read", 16, place.cloudflare.faults.clear)
    with place.carrying_out():
        answers = client.together(*[("GET", f"/{there}", None)] * 16)
    assert {(one.status_code, one.json()["errors"][0]["code"]) for one in answers} == {(403, 9109)}
    assert len(place.calls()) == 1


def test_what_one_token_has_listed_another_does_not_see(place: Place) -> None:
    there = place.add("www")
    stranger = place.client
    stranger.token = "unknown-" + "x" * 40
    with place.carrying_out():
        assert place.client("GET", f"/{there}").status_code == 200
        assert stranger("GET", f"/{there}").status_code == 403


def test_an_api_that_is_away_is_said_in_the_apis_form(place: Place) -> None:
    there = place.add("www")
    place.cloudflare.faults.add(Fault(Effect.DROP))
    with place.carrying_out():
        answer = place.client("GET", f"/{there}")
    assert answer.status_code == 502
    assert answer.json()["success"] is False
    assert "could not be reached" in answer.json()["errors"][0]["message"]
