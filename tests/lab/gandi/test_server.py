"""Who may ask and how often, what can be made to go wrong, and the lab's own control."""

from __future__ import annotations

import pytest
import requests

from lab.api.faults import Effect, Fault
from lab.gandi.state import Gandi
from tests.lab.conftest import Clock
from tests.lab.gandi.conftest import KEY, TOKEN, ZONE, Api

RECORDS = f"/domains/{ZONE}/records"
WWW = {"rrset_name": "www", "rrset_type": "A", "rrset_ttl": 300, "rrset_values": ["192.0.2.1"]}


class TestTokens:
    @pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"Apikey {KEY}", f"bearer {TOKEN}"])
    def test_a_token_and_a_key_go_by_their_schemes(self, api: Api, authorization: str) -> None:
        assert api("GET", RECORDS, headers={"Authorization": authorization}).status_code == 200

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": f"Basic {TOKEN}"}])
    def test_who_shows_nothing_is_asked_for_it(self, api: Api, headers: dict[str, str]) -> None:
        answer = api("GET", RECORDS, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["message"].startswith("You must provide an access token or an API Key. ")

    @pytest.mark.parametrize("authorization", ["Bearer unknown", f"Apikey {TOKEN}", f"Bearer {KEY}"])
    def test_who_is_not_known_is_refused(self, api: Api, authorization: str) -> None:
        answer = api("GET", RECORDS, headers={"Authorization": authorization})
        assert answer.status_code == 403
        assert answer.json() == {
            "object": "HTTPForbidden",
            "cause": "Forbidden",
            "code": 403,
            "message": "Access was denied to this resource.",
        }

    def test_a_token_reaches_its_zones_alone(self, api: Api, gandi: Gandi) -> None:
        gandi.add_zone("example.net")
        gandi.add_token("narrow", zones=["example.net"])
        headers = {"Authorization": "Bearer narrow"}
        assert [one["fqdn"] for one in api("GET", "/domains", headers=headers).json()] == ["example.net"]
        assert api("GET", RECORDS, headers=headers).status_code == 403
        assert api("GET", "/domains/example.net/records", headers=headers).status_code == 200

    def test_a_revoked_token_is_refused(self, api: Api, gandi: Gandi) -> None:
        gandi.remove_token(TOKEN)
        assert api("GET", RECORDS).status_code == 403
        assert TOKEN not in repr(gandi.tokens)


def test_a_thousand_requests_a_minute_are_answered(api: Api, gandi: Gandi, clock: Clock) -> None:
    for _ in range(999):
        gandi.limiter.take("127.0.0.1")
    assert api("GET", RECORDS).status_code == 200
    answer = api("GET", RECORDS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    clock.advance(60)
    assert api("GET", RECORDS).status_code == 200


class TestFaults:
    def test_a_dropped_connection_leaves_nothing_done(self, api: Api, gandi: Gandi) -> None:
        gandi.faults.add(Fault(Effect.DROP, times=1))
        with pytest.raises(requests.ConnectionError):
            api("POST", RECORDS, WWW)
        assert gandi.records(ZONE) == []
        assert api("POST", RECORDS, WWW).status_code == 201

    def test_a_lost_answer_leaves_the_record(self, api: Api, gandi: Gandi) -> None:
        gandi.faults.add(Fault(Effect.LOSE_ANSWER, method="POST", times=1))
        with pytest.raises(requests.ConnectionError):
            api("POST", RECORDS, WWW)
        assert [one.key for one in gandi.records(ZONE)] == [("www", "A")]
        assert [(entry.method, entry.body, entry.status) for entry in gandi.requests] == [("POST", WWW, None)]

    def test_throttling_says_when_to_come_back(self, api: Api, gandi: Gandi) -> None:
        gandi.faults.add(Fault(Effect.THROTTLE, seconds=7, times=1))
        answer = api("GET", RECORDS)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")

    @pytest.mark.parametrize(("status", "form"), [(500, "application/json"), (503, "text/html; charset=utf-8")])
    def test_the_api_fails_in_json_and_what_is_before_it_in_html(
        self, api: Api, gandi: Gandi, status: int, form: str
    ) -> None:
        gandi.faults.add(Fault(Effect.SERVER_ERROR, status=status))
        answer = api("GET", RECORDS)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, form)

    def test_latency_delays(self, api: Api, gandi: Gandi) -> None:
        gandi.faults.add(Fault(Effect.LATENCY, seconds=2, times=1))
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{api.root}/v5/livedns{RECORDS}", headers=dict(api.headers), timeout=0.1)
        assert api("GET", RECORDS).status_code == 200


class TestControl:
    def test_rules_are_set_read_and_cleared(self, api: Api) -> None:
        rule = {"effect": "throttle", "times": 1}
        assert api.lab("PUT", "/_lab/gandi/faults", [rule]).json()[0]["effect"] == "throttle"
        assert api("GET", RECORDS).status_code == 429
        assert api.lab("GET", "/_lab/gandi/faults").json()[0]["times"] == 0
        assert api.lab("DELETE", "/_lab/gandi/faults").json() == []

    @pytest.mark.parametrize("rules", [{}, [{"effect": "none"}], ["x"]])
    def test_a_rule_that_makes_no_sense_is_explained(self, api: Api, rules: object) -> None:
        answer = api.lab("PUT", "/_lab/gandi/faults", rules)
        assert (answer.status_code, bool(answer.json()["error"])) == (400, True)

    def test_the_log_holds_the_calls_of_the_api_alone(self, api: Api) -> None:
        api("POST", f"{RECORDS}?sharing_id=x", WWW)
        (entry,) = api.lab("GET", "/_lab/gandi/requests").json()
        assert entry == {
            "time": "2026-01-01T00:00:00.000000Z",
            "method": "POST",
            "path": f"/v5/livedns{RECORDS}",
            "query": "sharing_id=x",
            "body": WWW,
            "status": 201,
        }
        assert api.lab("DELETE", "/_lab/gandi/requests").json() == []

    def test_somebody_else_edits_records(self, api: Api, gandi: Gandi) -> None:
        records = f"/_lab/gandi/records?zone={ZONE}"
        assert api.lab("POST", records, WWW).json() == api("GET", RECORDS).json()
        (changed,) = api.lab("POST", records, WWW | {"rrset_values": ["192.0.2.2"]}).json()
        assert changed["rrset_values"] == ["192.0.2.2"]
        api.lab("POST", records, WWW | {"rrset_name": "web"})
        assert [one["rrset_name"] for one in api.lab("DELETE", f"{records}&name=www&type=A").json()] == ["web"]
        assert api.lab("DELETE", records).json() == gandi.records(ZONE) == []

    @pytest.mark.parametrize(
        ("query", "body", "status"),
        [
            ("", WWW, 404),
            ("?zone=other.example", WWW, 404),
            (f"?zone={ZONE}", [], 400),
            (f"?zone={ZONE}", WWW | {"rrset_ttl": 1}, 400),
            (f"?zone={ZONE}", None, 400),
        ],
    )
    def test_an_edit_that_makes_no_sense_is_refused(self, api: Api, query: str, body: object, status: int) -> None:
        assert api.lab("POST", f"/_lab/gandi/records{query}", body).status_code == status
