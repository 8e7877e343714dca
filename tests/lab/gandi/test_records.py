"""What may be done to record sets: single ones, those of a name, and those of a zone."""

from __future__ import annotations

from typing import Any

import pytest

from lab.gandi.state import Gandi
from tests.lab.gandi.conftest import ZONE, Api

RECORDS = f"/domains/{ZONE}/records"
VALUES: dict[str, Any] = {"rrset_ttl": 300, "rrset_values": ["192.0.2.1", "192.0.2.2"]}
WWW = {"rrset_name": "www", "rrset_type": "A", **VALUES}


def held(gandi: Gandi) -> list[tuple[str, str]]:
    return [one.key for one in gandi.records(ZONE)]


class TestCreating:
    def test_a_record_is_created_and_read_back(self, api: Api, root: str) -> None:
        answer = api("POST", RECORDS, WWW)
        assert (answer.status_code, answer.json()) == (201, {"message": "DNS Record Created"})
        answer = api("GET", f"{RECORDS}/www/A")
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json() == WWW | {"rrset_href": f"{root}/v5/livedns{RECORDS}/www/A"}

    @pytest.mark.parametrize(
        ("path", "body"),
        [("", WWW), ("/www", {"rrset_type": "A", **VALUES}), ("/www/A", VALUES)],
        ids=["zone", "name", "type"],
    )
    def test_a_path_says_what_the_body_leaves_out(
        self, api: Api, gandi: Gandi, path: str, body: dict[str, Any]
    ) -> None:
        assert api("POST", RECORDS + path, body).status_code == 201
        assert held(gandi) == [("www", "A")]

    @pytest.mark.parametrize("values", [["192.0.2.1", "192.0.2.2"], ["192.0.2.2", "192.0.2.1", "192.0.2.1"]])
    def test_one_that_is_there_just_so_is_no_error(self, api: Api, values: list[str]) -> None:
        api("POST", RECORDS, WWW)
        assert api("POST", RECORDS, WWW | {"rrset_values": values}).status_code == 200

    @pytest.mark.parametrize("change", [{"rrset_values": ["192.0.2.1"]}, {"rrset_ttl": 600}])
    def test_one_that_is_there_otherwise_is_a_conflict(self, api: Api, gandi: Gandi, change: dict[str, Any]) -> None:
        api("POST", RECORDS, WWW)
        answer = api("POST", RECORDS, WWW | change)
        assert (answer.status_code, answer.json()["message"]) == (409, "This record already exists")
        assert [one.ttl for one in gandi.records(ZONE)] == [300]

    def test_a_ttl_left_out_is_three_hours(self, api: Api, gandi: Gandi) -> None:
        api("POST", RECORDS, {key: value for key, value in WWW.items() if key != "rrset_ttl"})
        assert [one.ttl for one in gandi.records(ZONE)] == [10800]

    def test_the_apex_and_wildcards_are_named_as_they_are(self, api: Api) -> None:
        for name in ("@", "*", "*.apps"):
            api("POST", RECORDS, WWW | {"rrset_name": name})
        found = api("GET", RECORDS).json()
        assert [one["rrset_name"] for one in found] == ["@", "*", "*.apps"]
        assert found[0]["rrset_href"].endswith("/records/%40/A")
        assert api("GET", f"{RECORDS}/%40/A").json() == api("GET", f"{RECORDS}/@/A").json() == found[0]


class TestOverwriting:
    def test_a_record_is_overwritten_or_made(self, api: Api, gandi: Gandi) -> None:
        for values in (["192.0.2.1"], ["192.0.2.9"]):
            assert api("PUT", f"{RECORDS}/www/A", {"rrset_ttl": 600, "rrset_values": values}).status_code == 201
        assert [(one.ttl, one.values) for one in gandi.records(ZONE)] == [(600, ("192.0.2.9",))]

    def test_all_records_of_a_name_are_replaced(self, api: Api, gandi: Gandi) -> None:
        for record in (WWW, WWW | {"rrset_type": "TXT"}, WWW | {"rrset_name": "other"}):
            api("POST", RECORDS, record)
        items = [{"rrset_type": "AAAA", "rrset_values": ["2001:db8::1"]}]
        assert api("PUT", f"{RECORDS}/www", {"items": items}).status_code == 201
        assert held(gandi) == [("other", "A"), ("www", "AAAA")]

    def test_all_records_of_the_zone_are_replaced_or_none(self, api: Api, gandi: Gandi) -> None:
        api("POST", RECORDS, WWW)
        items = [WWW | {"rrset_name": "a"}, WWW | {"rrset_name": "b"}]
        assert api("PUT", RECORDS, {"items": [*items, {"rrset_name": "c"}]}).status_code == 400
        assert api("PUT", RECORDS, {"items": [*items, items[0]]}).status_code == 400
        assert held(gandi) == [("www", "A")]
        assert api("PUT", RECORDS, {"items": items}).status_code == 201
        assert held(gandi) == [("a", "A"), ("b", "A")]


class TestDeleting:
    @pytest.mark.parametrize(
        ("path", "left"),
        [("/www/A", [("other", "A"), ("www", "TXT")]), ("/www", [("other", "A")]), ("", [])],
        ids=["type", "name", "zone"],
    )
    def test_what_the_path_names_is_deleted(
        self, api: Api, gandi: Gandi, path: str, left: list[tuple[str, str]]
    ) -> None:
        for record in (WWW, WWW | {"rrset_type": "TXT"}, WWW | {"rrset_name": "other"}):
            api("POST", RECORDS, record)
        answer = api("DELETE", RECORDS + path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert held(gandi) == left

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_a_record_that_is_not_there_is_not_found(self, api: Api, method: str) -> None:
        answer = api(method, f"{RECORDS}/www/A")
        assert (answer.status_code, answer.json()["object"]) == (404, "dns-record")

    def test_a_name_without_records_lists_none_and_cannot_be_deleted(self, api: Api) -> None:
        assert api("GET", f"{RECORDS}/www").json() == []
        assert api("DELETE", f"{RECORDS}/www").status_code == 404


class TestListing:
    @pytest.fixture
    def many(self, gandi: Gandi) -> None:
        for number in range(250):
            gandi.put_record(ZONE, WWW | {"rrset_name": f"host{number:03}"})

    @pytest.mark.usefixtures("many")
    def test_links_lead_through_all_pages_and_end(self, api: Api) -> None:
        found: list[dict[str, Any]] = []
        url = f"{api.root}/v5/livedns{RECORDS}"
        pages = 0
        while url:
            answer = api.session.get(url, headers=dict(api.headers), timeout=60)
            found += answer.json()
            pages += 1
            assert answer.headers["Total-Count"] == "250"
            url = answer.links.get("next", {}).get("url", "")
        assert pages == 3
        assert [one["rrset_name"] for one in found] == [f"host{number:03}" for number in range(250)]

    @pytest.mark.usefixtures("many")
    def test_the_size_of_a_page_may_be_asked_for(self, api: Api) -> None:
        assert len(api("GET", f"{RECORDS}?per_page=500").json()) == 250
        answer = api("GET", f"{RECORDS}?per_page=200&page=2")
        assert len(answer.json()) == 50
        assert "Link" not in answer.headers
        assert api("GET", f"{RECORDS}?page=9").json() == []

    @pytest.mark.parametrize("query", ["page=0", "per_page=x", "per_page=-1"])
    def test_an_odd_page_is_refused(self, api: Api, query: str) -> None:
        answer = api("GET", f"{RECORDS}?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["location"]) == (400, "querystring")

    def test_a_zone_file_is_given_to_those_who_accept_text(self, api: Api) -> None:
        api("POST", RECORDS, WWW)
        api("POST", RECORDS, {"rrset_name": "@", "rrset_type": "TXT", "rrset_ttl": 300, "rrset_values": ["a b"]})
        text = {**api.headers, "Accept": "text/plain"}
        assert api("GET", RECORDS, headers=text).text == (
            '@ 300 IN TXT "a b"\nwww 300 IN A 192.0.2.1\nwww 300 IN A 192.0.2.2\n'
        )
        assert api("GET", f"{RECORDS}/@", headers=text).text == '@ 300 IN TXT "a b"\n'
        assert api("GET", f"{RECORDS}/www/A", headers=text).text.startswith("www 300 IN A 192.0.2.1\n")


class TestDomains:
    def test_the_domains_are_listed(self, api: Api, gandi: Gandi, root: str) -> None:
        gandi.add_zone("Example.NET.")
        href = f"{root}/v5/livedns/domains/example.com"
        assert api("GET", "/domains").json()[0] == {
            "fqdn": "example.com",
            "domain_href": href,
            "domain_keys_href": f"{href}/keys",
            "domain_records_href": f"{href}/records",
        }
        assert [one["fqdn"] for one in api("GET", "/domains").json()] == ["example.com", "example.net"]
        assert api("GET", "/domains/example.net").json()["fqdn"] == "example.net"

    def test_a_domain_has_name_servers(self, api: Api) -> None:
        assert all(name.endswith(".gandi.net") for name in api("GET", f"/domains/{ZONE}/nameservers").json())

    def test_a_domain_is_added_once(self, gandi: Gandi) -> None:
        with pytest.raises(ValueError, match="exists already"):
            gandi.add_zone(ZONE)

    @pytest.mark.parametrize("path", ["/domains/other.example", "/domains/other.example/records/www/A", "/nowhere"])
    def test_what_is_not_there_is_not_found(self, api: Api, path: str) -> None:
        answer = api("GET", path)
        assert (answer.status_code, answer.json()["object"]) == (404, "HTTPNotFound")

    def test_a_method_that_a_path_lacks_is_refused(self, api: Api) -> None:
        assert api("POST", "/domains").status_code == 405
