"""What the API does with records: as clients and the provider were seen to rely on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api
    from tests.lab.conftest import Clock

WWW = {"type": "A", "name": "www.example.com", "content": "192.0.2.1", "ttl": 300}


def made(api: Api, path: str, **changes: object) -> dict[str, Any]:
    answer = api("POST", path, {**WWW, **changes})
    assert answer.status_code == 200, answer.text
    record: dict[str, Any] = answer.json()["result"]
    return record


def codes(answer: Any) -> tuple[int, list[int]]:  # noqa: ANN401 - a response of requests
    return answer.status_code, [error["code"] for error in answer.json()["errors"]]


class TestCreate:
    def test_a_record_comes_back_whole(self, api: Api, records_path: str) -> None:
        record = made(api, records_path, comment="by hand")
        assert re.fullmatch("[0-9a-f]{32}", record.pop("id"))
        moment = "2026-01-01T00:00:00.000000Z"
        assert record == {
            **WWW,
            "proxiable": True,
            "proxied": False,
            "settings": {},
            "meta": {},
            "comment": "by hand",
            "tags": [],
            "created_on": moment,
            "modified_on": moment,
            "comment_modified_on": moment,
        }

    @pytest.mark.parametrize(
        ("sent", "stored"),
        [
            ("www", "www.example.com"),
            ("WWW.Example.COM", "www.example.com"),
            ("www.example.com.", "www.example.com"),
            ("@", "example.com"),
            ("example.com", "example.com"),
            ("*.apps", "*.apps.example.com"),
            ("www.other.org", "www.other.org.example.com"),
            ("bücher", "xn--bcher-kva.example.com"),
            ("_acme-challenge", "_acme-challenge.example.com"),
        ],
    )
    def test_names_become_lower_case_fqdns_of_the_zone(
        self, api: Api, records_path: str, sent: str, stored: str
    ) -> None:
        assert made(api, records_path, name=sent)["name"] == stored

    def test_ipv6_addresses_are_canonical(self, api: Api, records_path: str) -> None:
        assert made(api, records_path, type="AAAA", content="2001:DB8:0:0::00a1")["content"] == "2001:db8::a1"

    @pytest.mark.parametrize("content", ['"heritage=x,owner=y"', "heritage=x,owner=y", '"a" "b"'])
    def test_txt_content_stays_as_it_was_sent(self, api: Api, records_path: str, content: str) -> None:
        assert made(api, records_path, type="TXT", content=content)["content"] == content

    def test_a_long_txt_string_is_split(self, api: Api, records_path: str) -> None:
        record = made(api, records_path, type="TXT", content='"' + "x" * 300 + '"')
        assert record["content"] == '"' + "x" * 255 + '" "' + "x" * 45 + '"'

    def test_ttl_defaults_to_automatic(self, api: Api, records_path: str) -> None:
        body = {key: value for key, value in WWW.items() if key != "ttl"}
        assert api("POST", records_path, body).json()["result"]["ttl"] == 1

    def test_a_proxied_record_has_an_automatic_ttl(self, api: Api, records_path: str) -> None:
        record = made(api, records_path, proxied=True, ttl=300)
        assert (record["proxied"], record["ttl"]) == (True, 1)

    @pytest.mark.parametrize(
        ("record", "proxiable"),
        [
            ({"type": "A", "content": "198.51.100.4"}, True),
            ({"type": "A", "content": "10.0.0.1"}, False),
            ({"type": "AAAA", "content": "2001:db8::1"}, True),
            ({"type": "AAAA", "content": "fd00::1"}, False),
            ({"type": "CNAME", "content": "target.example.net"}, True),
            ({"type": "TXT", "content": '"x"'}, False),
        ],
    )
    def test_only_addresses_and_aliases_that_the_proxy_reaches_are_proxiable(
        self, api: Api, records_path: str, record: dict[str, str], *, proxiable: bool
    ) -> None:
        assert made(api, records_path, **record)["proxiable"] is proxiable

    def test_the_final_dot_of_a_target_goes(self, api: Api, records_path: str) -> None:
        assert made(api, records_path, type="CNAME", content="Target.example.net.")["content"] == "target.example.net"


class TestComponents:
    @pytest.mark.parametrize(
        ("record", "content"),
        [
            (
                {"type": "SRV", "data": {"priority": 10, "weight": 5, "port": 8806, "target": "sip.example.com."}},
                "10 5 8806 sip.example.com",
            ),
            (
                {"type": "CAA", "data": {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}},
                '0 issue "letsencrypt.org"',
            ),
            (
                {"type": "DS", "data": {"key_tag": 1, "algorithm": 13, "digest_type": 2, "digest": "ab"}},
                "1 13 2 AB",
            ),
            (
                {"type": "HTTPS", "data": {"priority": 1, "target": ".", "value": 'alpn="h3,h2"'}},
                '1 . alpn="h3,h2"',
            ),
            (
                {"type": "TLSA", "data": {"usage": 3, "selector": 1, "matching_type": 1, "certificate": "ab"}},
                "3 1 1 AB",
            ),
            (
                {"type": "URI", "priority": 10, "data": {"weight": 20, "target": "http://example.com/"}},
                '20 "http://example.com/"',
            ),
        ],
    )
    def test_content_is_made_of_data(self, api: Api, records_path: str, record: dict[str, Any], content: str) -> None:
        body = {"name": "_x._tcp.example.com", **record}
        answer = api("POST", records_path, body).json()["result"]
        assert answer["content"] == content

    def test_the_priority_of_a_service_shows_beside_its_data(self, api: Api, records_path: str) -> None:
        data = {"priority": 10, "weight": 5, "port": 8806, "target": "sip.example.com"}
        record = made(api, records_path, type="SRV", name="_sip._tcp", data=data)
        assert (record["priority"], record["data"]) == (10, data)

    def test_a_service_may_be_named_in_parts(self, api: Api, records_path: str) -> None:
        data = {"service": "_sip", "proto": "_tcp", "name": "example.com"}
        data |= {"priority": 1, "weight": 1, "port": 1, "target": "a.example"}  # type: ignore[dict-item] # JSON
        answer = api("POST", records_path, {"type": "SRV", "data": data}).json()["result"]
        assert answer["name"] == "_sip._tcp.example.com"
        assert "service" not in answer["data"]


class TestConflicts:
    def test_addresses_of_one_name_live_side_by_side(self, api: Api, records_path: str) -> None:
        made(api, records_path)
        made(api, records_path, content="192.0.2.2")
        assert made(api, records_path, type="AAAA", content="2001:db8::1")["name"] == "www.example.com"

    @pytest.mark.parametrize("difference", [{}, {"ttl": 600}, {"proxied": True}, {"comment": "other"}])
    def test_an_identical_record_is_refused(self, api: Api, records_path: str, difference: dict[str, object]) -> None:
        made(api, records_path)
        answer = api("POST", records_path, {**WWW, **difference})
        assert codes(answer) == (400, [81058])
        assert answer.json()["errors"][0]["message"] == "An identical record already exists."

    def test_quotation_marks_make_no_other_text(self, api: Api, records_path: str) -> None:
        made(api, records_path, type="TXT", content='"a" "b"')
        assert codes(api("POST", records_path, {**WWW, "type": "TXT", "content": "ab"})) == (400, [81058])

    @pytest.mark.parametrize("other", [{}, {"type": "AAAA", "content": "2001:db8::1"}, {"type": "CNAME"}])
    def test_an_alias_stands_alone(self, api: Api, records_path: str, other: dict[str, str]) -> None:
        made(api, records_path, **{"content": "one.example.net"} | other if other.get("type") == "CNAME" else other)
        alias = {**WWW, "type": "CNAME", "content": "two.example.net"}
        assert codes(api("POST", records_path, alias)) == (400, [81053])

    def test_an_address_is_refused_beside_an_alias(self, api: Api, records_path: str) -> None:
        made(api, records_path, type="CNAME", content="target.example.net")
        assert codes(api("POST", records_path, WWW)) == (400, [81054])
        made(api, records_path, type="TXT", content='"x"')

    def test_a_change_into_a_conflict_is_refused_and_changes_nothing(self, api: Api, records_path: str) -> None:
        made(api, records_path)
        other = made(api, records_path, content="192.0.2.2")
        path = f"{records_path}/{other['id']}"
        assert codes(api("PATCH", path, {"content": "192.0.2.1"})) == (400, [81058])
        assert api("GET", path).json()["result"] == other

    def test_a_zone_takes_no_more_records_than_its_plan_allows(self, api: Api, cloudflare: Cloudflare) -> None:
        small = cloudflare.add_zone("small.example", record_quota=1)
        path = f"/zones/{small.id}/dns_records"
        made(api, path, name="one")
        assert codes(api("POST", path, {**WWW, "name": "two"})) == (400, [81045])

    def test_the_plans_allow_what_the_documentation_says(self, zone: Zone, paid_zone: Zone) -> None:
        assert (zone.record_quota, paid_zone.record_quota) == (200, 3500)

    def test_texts_of_one_name_share_a_limit(self, api: Api, records_path: str) -> None:
        for letter in "abc":
            answer = api("POST", records_path, {**WWW, "type": "TXT", "content": letter * 3000})
        assert codes(answer) == (400, [83011])


class TestChange:
    def test_put_overwrites_what_it_leaves_out(self, api: Api, records_path: str) -> None:
        record = made(api, records_path, comment="gone soon")
        body = {"type": "A", "name": "www.example.com", "content": "192.0.2.9"}
        changed = api("PUT", f"{records_path}/{record['id']}", body).json()["result"]
        assert (changed["content"], changed["ttl"], changed["comment"]) == ("192.0.2.9", 1, None)
        assert "comment_modified_on" not in changed

    def test_put_needs_the_whole_record(self, api: Api, records_path: str) -> None:
        record = made(api, records_path)
        answer = api("PUT", f"{records_path}/{record['id']}", {"type": "A", "content": "192.0.2.9"})
        assert codes(answer) == (400, [9100])

    def test_patch_keeps_what_it_leaves_out(self, api: Api, records_path: str) -> None:
        record = made(api, records_path, comment="stays")
        changed = api("PATCH", f"{records_path}/{record['id']}", {"ttl": 600}).json()["result"]
        assert changed == {**record, "ttl": 600}

    def test_null_clears_a_comment(self, api: Api, records_path: str) -> None:
        record = made(api, records_path, comment="goes")
        changed = api("PATCH", f"{records_path}/{record['id']}", {"comment": None}).json()["result"]
        assert changed["comment"] is None

    def test_moments_tell_what_changed_last(self, api: Api, records_path: str, clock: Clock) -> None:
        record = made(api, records_path, comment="stays")
        clock.advance(60)
        path = f"{records_path}/{record['id']}"
        changed = api("PATCH", path, {"ttl": 600}).json()["result"]
        later = "2026-01-01T00:01:00.000000Z"
        assert changed["created_on"] == record["created_on"]
        assert changed["modified_on"] == later
        assert changed["comment_modified_on"] == record["comment_modified_on"]
        assert api("PATCH", path, {"comment": "new"}).json()["result"]["comment_modified_on"] == later

    def test_a_renamed_record_is_found_by_its_new_name_only(self, api: Api, records_path: str) -> None:
        record = made(api, records_path)
        api("PATCH", f"{records_path}/{record['id']}", {"name": "new"})
        assert api("GET", f"{records_path}?name=www.example.com").json()["result"] == []
        assert made(api, records_path)["name"] == "www.example.com"

    def test_an_unproxied_record_keeps_its_automatic_ttl(self, api: Api, records_path: str) -> None:
        record = made(api, records_path, proxied=True)
        changed = api("PATCH", f"{records_path}/{record['id']}", {"proxied": False}).json()["result"]
        assert (changed["proxied"], changed["ttl"]) == (False, 1)


class TestDelete:
    def test_delete_answers_the_id_alone(self, api: Api, records_path: str) -> None:
        record = made(api, records_path)
        answer = api("DELETE", f"{records_path}/{record['id']}")
        assert answer.json()["result"] == {"id": record["id"]}
        assert codes(api("GET", f"{records_path}/{record['id']}")) == (404, [81044])

    @pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", WWW), ("PATCH", WWW), ("DELETE", None)])
    def test_what_does_not_exist_is_not_found(
        self, api: Api, records_path: str, method: str, body: dict[str, object] | None
    ) -> None:
        answer = api(method, f"{records_path}/{'0' * 32}", body)
        assert codes(answer) == (404, [81044])
        assert answer.json()["errors"][0]["message"] == "Record does not exist."


class TestPaidPlans:
    def test_tags_are_for_paid_plans(self, api: Api, records_path: str, paid_zone: Zone) -> None:
        answer = api("POST", records_path, {**WWW, "tags": ["team:dns"]})
        message = "DNS record has 1 tags, exceeding the quota of 0."
        assert answer.json()["errors"] == [{"code": 9300, "message": message}]
        record = made(api, f"/zones/{paid_zone.id}/dns_records", tags=["team:dns"])
        assert record["tags"] == ["team:dns"]
        assert "tags_modified_on" in record

    def test_comments_may_be_longer_on_paid_plans(self, api: Api, records_path: str, paid_zone: Zone) -> None:
        made(api, records_path, comment="x" * 100)
        answer = api("POST", records_path, {**WWW, "name": "a", "comment": "x" * 101})
        message = "DNS record comment exceeds the maximum length of 100 characters."
        assert answer.json()["errors"] == [{"code": 9313, "message": message}]
        made(api, f"/zones/{paid_zone.id}/dns_records", comment="x" * 500)
